// SPDX-License-Identifier: Apache-2.0
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entity,
  entityKey,
  list,
  no,
  refusal,
  vm,
} from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { SnapshotsTab } from './SnapshotsTab';

async function show(options: { api?: FakeApi; path?: string } = {}) {
  return renderWithApi(
    <EntityProvider entity={entity}>
      <SnapshotsTab queryClient={createQueryClient()} />
    </EntityProvider>,
    options,
  );
}

const grid = async () => {
  await screen.findByRole('radio', { name: 'History' });
  return screen.findByRole('grid', { name: 'Snapshots' });
};
const takeButton = () => screen.getByRole('button', { name: 'Take snapshot' });
const lastQuery = (api: FakeApi) => api.listSnapshots.mock.calls.at(-1)![1];

describe('SnapshotsTab', () => {
  it('shows the VM and its snapshots, by name at first', async () => {
    const { api, container } = await show();
    await grid();
    expect(api.listSnapshots.mock.calls[0].slice(0, 2)).toEqual([
      entityKey,
      {
        show: 'all',
        sort: 'name',
        order: 'asc',
        states: [],
        search: '',
        offset: 0,
        limit: 20,
      },
    ]);
    const machine = screen.getByRole('region', { name: 'web-01' });
    expect(machine).toHaveTextContent('Namespaceshop');
    expect(machine).toHaveTextContent('Clustereast');
    expect(machine).toHaveTextContent('StateRunning');
    expect(machine).toHaveTextContent('Guest agentConnected');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('says that it is loading', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockReturnValue(new Promise(() => {}));
    await show({ api });
    expect(screen.getByText('Loading snapshots')).toBeInTheDocument();
    expect(api.watchEvents).not.toHaveBeenCalled();
  });

  it('explains snapshots when there is none, and offers to take one', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockResolvedValue(list({ items: [] }));
    await show({ api });
    expect(
      await screen.findByRole('heading', { name: 'No snapshots yet' }),
    ).toBeVisible();
    await userEvent.click(takeButton());
    expect(
      screen.getByRole('dialog', { name: 'Take snapshot of web-01' }),
    ).toBeVisible();
  });

  it('says why none can be taken, in the empty list too', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockResolvedValue(
      list({
        items: [],
        vm: vm({
          allowed: {
            takeSnapshot: no('Ask team A.'),
            createSchedule: no('Ask team B.'),
          },
        }),
      }),
    );
    await show({ api });
    await screen.findByText('No snapshots yet');
    expect(takeButton()).toHaveAccessibleDescription('Ask team A.');
    await userEvent.click(takeButton());
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    const schedule = screen.getByRole('button', { name: 'New schedule' });
    expect(schedule).toHaveAccessibleDescription('Ask team B.');
    await userEvent.click(schedule);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('takes the filter away when nothing matches it', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockImplementation(async (_e, query) =>
      query.search ? list({ items: [], allItems: 7 }) : list(),
    );
    await show({ api, path: '/?search=xyz&state=failed&sort=created' });
    expect(
      await screen.findByText('No snapshot matches the filter'),
    ).toBeVisible();
    expect(screen.getByText('This VM has 7 snapshots.')).toBeVisible();
    await userEvent.click(
      screen.getByRole('button', { name: 'Reset filters' }),
    );
    await grid();
    expect(address()).toBe('/?sort=created');
    expect(screen.getByRole('searchbox')).toHaveValue('');
  });

  it('says plainly that nothing is scheduled', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockResolvedValue(list({ items: [], allItems: 3 }));
    await show({ api, path: '/?show=scheduled' });
    expect(
      await screen.findByText('No snapshot of this VM is scheduled.'),
    ).toBeVisible();
    expect(screen.getByRole('radio', { name: 'Scheduled' })).toBeChecked();
  });

  it('leads back from a page that has become empty', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockResolvedValue(
      list({ items: [], totalItems: 20, allItems: 20, offset: 20 }),
    );
    await show({ api, path: '/?page=2' });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Go to the first page' }),
    );
    expect(lastQuery(api).offset).toBe(0);
  });

  it('keeps filter, order, search and page in the address', async () => {
    const { api } = await show();
    await grid();
    await userEvent.click(screen.getByRole('radio', { name: 'Taken' }));
    await userEvent.click(screen.getByRole('columnheader', { name: 'Name' }));
    await userEvent.type(screen.getByRole('searchbox'), 'up');
    await waitFor(() =>
      expect(address()).toBe('/?show=taken&order=desc&search=up'),
    );
    expect(lastQuery(api)).toMatchObject({
      show: 'taken',
      order: 'desc',
      search: 'up',
    });
  });

  it('keeps the table, dimmed, until another list has come', async () => {
    const { api } = await show();
    const table = await grid();
    api.listSnapshots.mockReturnValue(new Promise(() => {}));
    await userEvent.click(screen.getByRole('columnheader', { name: 'Name' }));
    await waitFor(() => expect(table).toHaveAttribute('data-stale', 'true'));
    expect(table).toBeVisible();
    expect(screen.queryByText('Loading snapshots')).not.toBeInTheDocument();
  });

  it('filters by status', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockResolvedValue(
      list({ stateCounts: { ready: 3, failed: 1 } }),
    );
    await show({ api });
    await grid();
    await userEvent.click(screen.getByRole('button', { name: /Status/ }));
    const options = await screen.findAllByRole('option');
    expect(options.map(o => o.textContent)).toEqual([
      'Ready to restore (3)',
      'Failed (1)',
    ]);
    await userEvent.click(options[1]);
    await waitFor(() => expect(address()).toBe('/?state=failed'));
    expect(lastQuery(api).states).toEqual(['failed']);
  });

  it('opens the drawer from the address and closes it there', async () => {
    await show({ path: '/?snapshot=before-upgrade&page=2' });
    const drawer = await screen.findByRole('dialog', {
      name: 'Snapshot before-upgrade',
    });
    await within(drawer).findByRole('region', { name: 'Overview' });
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(address()).toBe('/?page=2'));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('opens the drawer from the name and from the menu', async () => {
    await show();
    await grid();
    await userEvent.click(screen.getByRole('link', { name: 'before-upgrade' }));
    await waitFor(() => expect(address()).toBe('/?snapshot=before-upgrade'));
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(address()).toBe('/'));
    await userEvent.click(
      screen.getByRole('button', { name: 'Actions for before-upgrade' }),
    );
    await userEvent.click(screen.getByRole('menuitem', { name: 'Details' }));
    await waitFor(() => expect(address()).toBe('/?snapshot=before-upgrade'));
  });

  it.each([
    [refusal(403, { owners: ['group:default/team-a'] }), 'You may not see'],
    [refusal(404, { code: 'vm-gone' }), 'does not exist any longer'],
    [refusal(404, { code: 'not-bound' }), 'does not confirm'],
    [refusal(503, { code: 'snapshot-crds-missing' }), 'cannot take snapshots'],
  ])('shows no table but the reason: %#', async (error, text) => {
    const api = new FakeApi();
    api.listSnapshots.mockRejectedValue(error);
    await show({ api });
    expect(await screen.findByRole('alert')).toHaveTextContent(text);
    expect(screen.queryByRole('grid')).not.toBeInTheDocument();
    expect(api.watchEvents).not.toHaveBeenCalled();
  });

  it('tries again when asked to', async () => {
    const api = new FakeApi();
    api.listSnapshots.mockRejectedValueOnce(refusal(404, { code: 'vm-gone' }));
    await show({ api });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Try again' }),
    );
    expect(await grid()).toBeVisible();
  });
});
