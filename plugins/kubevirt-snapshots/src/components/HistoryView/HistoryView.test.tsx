// SPDX-License-Identifier: Apache-2.0
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  auditEntry,
  entity,
  entityKey,
  list,
  refusal,
} from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { createQueryClient } from '../../hooks/queries';
import { SnapshotsTab } from '../SnapshotsTab';

async function show(
  prepare: (api: FakeApi) => void = () => {},
  path = '/?view=history',
) {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(
    <EntityProvider entity={entity}>
      <SnapshotsTab queryClient={createQueryClient()} />
    </EntityProvider>,
    { api, path },
  );
}

const grid = () => screen.findByRole('grid', { name: 'History of web-01' });
const rows = () => screen.getAllByRole('row').slice(1);
const pages = (api: FakeApi) =>
  api.listHistory.mock.calls.map(([, q]) => q).filter(q => q.limit !== 1);

describe('history', () => {
  it('is the second view of the tab, kept in the address', async () => {
    const { api } = await show(undefined, '/?state=ready');
    await userEvent.click(
      await screen.findByRole('radio', { name: 'History' }),
    );
    await grid();
    expect(address()).toBe('/?view=history&state=ready');
    // Without a stream the page asks anew after a while.
    expect(pages(api)[0]).toEqual({ before: undefined, limit: 25 });
    expect(screen.queryByRole('grid', { name: 'Snapshots' })).toBeNull();
    expect(screen.getByRole('region', { name: 'web-01' })).toBeVisible();
    expect(screen.getByRole('button', { name: 'Take snapshot' })).toBeVisible();
    await userEvent.click(screen.getByRole('radio', { name: 'Snapshots' }));
    expect(
      await screen.findByRole('grid', { name: 'Snapshots' }),
    ).toBeVisible();
    expect(address()).toBe('/?state=ready');
  });

  it('is not offered to those who may not see it', async () => {
    const { api } = await show(
      fake => fake.listHistory.mockRejectedValue(refusal(403)),
      '/',
    );
    await screen.findByRole('grid', { name: 'Snapshots' });
    await waitFor(() => expect(api.listHistory).toHaveBeenCalledTimes(1));
    expect(screen.queryByRole('radio', { name: 'History' })).toBeNull();
  });

  it('tells who did what when, with result and reason', async () => {
    const { container } = await show(api =>
      api.listHistory.mockResolvedValue({
        items: [
          auditEntry({ onBehalfOf: 'plugin:chat' }),
          auditEntry({
            seq: 39,
            action: 'snapshot.take',
            outcome: 'failure',
            reason: undefined,
            error: { code: 'x', message: 'Deadline exceeded.' },
          }),
          auditEntry({ seq: 30, formerVm: true, outcome: 'denied', count: 4 }),
          auditEntry({ seq: 29, actor: 'cluster:east', action: 'of.tomorrow' }),
        ],
      }),
    );
    await grid();
    const [first, second, third, fourth] = rows();
    expect(first).toHaveTextContent('Delete snapshotbefore-upgrade');
    expect(within(first).getByRole('link', { name: 'ann' })).toBeVisible();
    expect(first).toHaveTextContent('through plugin:chat');
    expect(first).toHaveTextContent('Succeeded');
    expect(first).toHaveTextContent('No longer needed');
    expect(first.querySelector('time')).toHaveAttribute(
      'datetime',
      '2026-11-22T09:00:00Z',
    );
    expect(second).toHaveTextContent('FailedDeadline exceeded.');
    expect(third).toHaveTextContent('Of a former VM with this name');
    expect(third).toHaveTextContent('Denied4 times');
    expect(fourth).toHaveTextContent('of.tomorrow');
    expect(fourth).toHaveTextContent('Somebody in cluster east');
    expect(within(fourth).queryByRole('link')).toBeNull();
    expect(await axe(container)).toHaveNoViolations();
  });

  it.each([
    ['pending', 'Pending'],
    ['unknown', 'Unknown'],
    ['observed', 'Observed'],
    ['recorded', 'Recorded'],
    ['of-tomorrow', 'Unknown'],
  ])('says %s in words', async (outcome, words) => {
    await show(api =>
      api.listHistory.mockResolvedValue({
        items: [auditEntry({ outcome: outcome as any })],
      }),
    );
    await grid();
    expect(within(rows()[0]).getByText(words)).toBeVisible();
  });

  it('pages to what is older and back to the newest', async () => {
    const { api } = await show(fake =>
      fake.listHistory.mockImplementation(async (_e, query) =>
        query.before
          ? { items: [auditEntry({ seq: 3, reason: 'old' })] }
          : { items: [auditEntry()], next: 41 },
      ),
    );
    await grid();
    expect(
      screen.getByRole('button', { name: 'Newest' }),
    ).toHaveAccessibleDescription('These are the newest.');
    await userEvent.click(screen.getByRole('button', { name: 'Older' }));
    expect(await screen.findByText('old')).toBeVisible();
    expect(address()).toBe('/?view=history&before=41');
    expect(pages(api).at(-1)).toEqual({ before: 41, limit: 25 });
    expect(screen.getByRole('button', { name: 'Older' })).toHaveFocus();
    expect(
      screen.getByRole('button', { name: 'Older' }),
    ).toHaveAccessibleDescription('There is nothing older.');
    await userEvent.click(screen.getByRole('button', { name: 'Newest' }));
    await waitFor(() => expect(address()).toBe('/?view=history'));
  });

  it('follows what happens', async () => {
    const { api } = await show();
    await grid();
    const before = pages(api).length;
    api.listHistory.mockResolvedValue({
      items: [auditEntry({ seq: 50, reason: 'just now' }), auditEntry()],
    });
    act(() => api.stream.send({ type: 'changed', revision: 9 }));
    expect(await screen.findByText('just now')).toBeVisible();
    expect(pages(api).length).toBeGreaterThan(before);
  });

  it('says that nothing is on record yet', async () => {
    await show(api => api.listHistory.mockResolvedValue({ items: [] }));
    expect(
      await screen.findByRole('heading', { name: 'Nothing is on record yet' }),
    ).toBeVisible();
  });

  it('says that it is loading', async () => {
    await show(api => api.listHistory.mockReturnValue(new Promise(() => {})));
    expect(await screen.findByText('Loading history')).toBeInTheDocument();
  });

  it('says whom to ask when it is closed, and leads back', async () => {
    await show(api =>
      api.listHistory.mockRejectedValue(
        refusal(403, { owners: ['group:default/team-a'] }),
      ),
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('You may not see the history of this VM');
    expect(within(alert).getByRole('link', { name: /team-a/ })).toBeVisible();
    await userEvent.click(screen.getByRole('radio', { name: 'Snapshots' }));
    expect(
      await screen.findByRole('grid', { name: 'Snapshots' }),
    ).toBeVisible();
  });

  it('says why it could not be loaded and tries again', async () => {
    await show(api =>
      api.listHistory.mockImplementation(async (_e, { limit }) => {
        if (limit !== 1 && pages(api).length === 1) {
          throw refusal(400, {}, 'Broken.');
        }
        return { items: [auditEntry()] };
      }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('Broken.');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await grid()).toBeVisible();
  });

  it('keeps what it had when it cannot be refreshed', async () => {
    const { api } = await show();
    await grid();
    api.listHistory.mockRejectedValue(refusal(400, {}, 'Not now.'));
    act(() => api.stream.send({ type: 'changed', revision: 9 }));
    expect(
      await screen.findByText('The history could not be refreshed: Not now.'),
    ).toBeVisible();
    expect(await grid()).toBeVisible();
  });

  it('loses nothing on a narrow screen', async () => {
    act(() => setViewportWidth(400));
    await show();
    await grid();
    expect(screen.getAllByRole('columnheader').map(h => h.textContent)).toEqual(
      ['What', 'Result'],
    );
    expect(rows()[0]).toHaveTextContent('ann');
    expect(rows()[0]).toHaveTextContent('No longer needed');
    expect(rows()[0].querySelector('time')).toBeVisible();
  });
});

describe('protection on the tab', () => {
  it('asks from the menu and the list knows of it', async () => {
    const { api } = await show(undefined, '/');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Actions for before-upgrade' }),
    );
    await userEvent.click(screen.getByRole('menuitem', { name: 'Protect…' }));
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Reason/ }),
      'Keep',
    );
    api.listSnapshots.mockClear();
    api.listSnapshots.mockResolvedValue(list());
    await userEvent.click(screen.getByRole('button', { name: 'Protect' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() =>
      expect(api.listSnapshots.mock.calls.at(-1)![1].minRevision).toBe(3),
    );
    expect(api.listSnapshots.mock.calls[0][0]).toEqual(entityKey);
  });
});
