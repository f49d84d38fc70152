// SPDX-License-Identifier: Apache-2.0
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  list,
  no,
  snapshot,
  unfinished,
  vmItem,
  vmList,
  type VmItemPatch,
} from '../../__testUtils__/fixtures';
import { restoreItem } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient, queryKeys } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

jest.setTimeout(30_000);

const making: VmItemPatch = {
  busy: {
    kind: 'snapshot',
    name: 'in-the-making',
    since: '2026-11-22T10:00:00Z',
    operationId: 'operation-1',
  },
  allowed: {
    takeSnapshot: no('Snapshot in-the-making is being taken.', 'vm-busy'),
  },
};
const webKey = { kind: 'resource', namespace: 'default', name: 'web-01' };

async function show(patch: VmItemPatch = {}) {
  const api = new FakeApi();
  api.listVms.mockResolvedValue(vmList({ items: [vmItem(patch)] }));
  const queryClient = createQueryClient();
  const view = await renderWithApi(<FleetPage queryClient={queryClient} />, {
    api,
    path: '/?scope=all',
  });
  await screen.findByRole('grid', { name: 'Virtual machines' });
  return { ...view, queryClient };
}

const menuButton = () =>
  screen.getByRole('button', { name: 'Actions for web-01' });
const openMenu = () => userEvent.click(menuButton());
const item = (name: string) => screen.getByRole('menuitem', { name });

describe('stopping a snapshot', () => {
  const stop = async (patch = making) => {
    const view = await show(patch);
    view.api.listSnapshots.mockResolvedValue(list({ items: [unfinished()] }));
    return view;
  };

  it('asks once and stops it', async () => {
    const { api } = await stop();
    await openMenu();
    await userEvent.click(item('Stop snapshot…'));
    const dialog = await screen.findByRole('dialog', {
      name: /in-the-making/,
    });
    expect(api.listSnapshots.mock.calls.at(-1)![1]).toMatchObject({
      search: 'in-the-making',
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: /^Stop/ }),
    );
    await waitFor(() =>
      expect(api.stopSnapshot).toHaveBeenCalledWith(
        webKey,
        'in-the-making',
        expect.objectContaining({ snapshotUid: 'snapshot-uid-2' }),
      ),
    );
  });

  it('says so when it is over', async () => {
    const { api } = await stop();
    api.listSnapshots.mockResolvedValue(list({ items: [snapshot()] }));
    await openMenu();
    await userEvent.click(item('Stop snapshot…'));
    expect(await screen.findByRole('dialog')).toHaveTextContent(
      'Snapshot in-the-making is not being taken any longer',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('is offered beside the details of what is under way', async () => {
    const { api, queryClient } = await stop();
    await userEvent.click(
      screen.getByRole('button', {
        name: 'Creating snapshot, details of web-01',
      }),
    );
    const details = await screen.findByRole('dialog', {
      name: 'Creating snapshot, details of web-01',
    });
    expect(
      within(details).getByRole('link', { name: 'in-the-making' }),
    ).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots?snapshot=in-the-making',
    );
    expect(details).toHaveTextContent(/Since.*2026/);
    expect(
      await within(details).findByRole('list', { name: /in-the-making/ }),
    ).toHaveTextContent('1 of 2');
    expect(details).not.toHaveTextContent('not started from this portal');
    expect(await axe(details)).toHaveNoViolations();
    await userEvent.click(
      within(details).getByRole('button', { name: 'Stop snapshot…' }),
    );
    expect(
      await screen.findByRole('dialog', { name: /^Stop.*in-the-making/ }),
    ).toBeVisible();
    // It is over while one thinks about it.
    api.listVms.mockResolvedValue(vmList());
    await act(() =>
      queryClient.invalidateQueries({ queryKey: queryKeys.fleet() }),
    );
    await userEvent.keyboard('{Escape}');
    // The table chooses where in it.
    const table = screen.getByRole('grid', { name: 'Virtual machines' });
    await waitFor(() =>
      expect(table).toContainElement(document.activeElement as HTMLElement),
    );
  });
});

it('shows what is under way above the rows, wherever in the list it is', async () => {
  const { api, queryClient, container } = await show();
  const strip = screen.getByRole('region', { name: 'Under way' });
  expect(strip).toHaveTextContent('Nothing at present');
  const busy = { kind: 'snapshot' as const, name: 'in-the-making' };
  api.listVms.mockResolvedValue(
    vmList({
      underWay: [
        vmItem({ uid: 'far', ref: { name: 'far-away' }, busy }),
        vmItem({ busy: { kind: 'restore', name: 'r1' } }),
      ],
      underWayItems: 7,
    }),
  );
  await act(() =>
    queryClient.invalidateQueries({ queryKey: queryKeys.fleet() }),
  );
  await waitFor(() => expect(strip).toHaveTextContent('far-away'));
  expect(
    within(strip)
      .getAllByRole('listitem')
      .map(each => each.textContent),
  ).toEqual(['far-away: Creating snapshot', 'web-01: Restoring']);
  expect(
    within(strip).getByRole('link', { name: 'Show all 7' }),
  ).toHaveAttribute('href', '/?scope=all&sort=state');
  expect(await axe(container)).toHaveNoViolations();
  await userEvent.click(
    within(strip).getByRole('button', {
      name: 'far-away: Creating snapshot, details',
    }),
  );
  expect(await screen.findByRole('dialog')).toHaveTextContent('in-the-making');
});

it('stops a restore by the menu', async () => {
  await show({ busy: { kind: 'restore', name: 'r1' } });
  await openMenu();
  await userEvent.click(item('Stop restoring…'));
  expect(
    await screen.findByRole('dialog', { name: 'Stop restoring web-01?' }),
  ).toBeVisible();
});

it('tells of a restore, whoever has started it, and stops it', async () => {
  const { api } = await show({ busy: { kind: 'restore', name: 'r1' } });
  api.listRestores.mockResolvedValue({
    items: [
      restoreItem({
        name: 'r1',
        origin: 'external',
        actor: undefined,
        operation: undefined,
      }),
    ],
    truncated: false,
  });
  await userEvent.click(
    screen.getByRole('button', { name: 'Restoring, details of web-01' }),
  );
  const details = await screen.findByRole('dialog');
  const button = await within(details).findByRole('button', {
    name: 'Stop restoring',
  });
  expect(details).toHaveTextContent('It was not started by this portal.');
  expect(await axe(details)).toHaveNoViolations();
  await userEvent.click(button);
  const dialog = await screen.findByRole('dialog', {
    name: 'Stop restoring web-01?',
  });
  await userEvent.click(
    within(dialog).getByRole('button', { name: 'Stop restoring' }),
  );
  await waitFor(() =>
    expect(api.stopRestore.mock.calls[0].slice(0, 2)).toEqual([webKey, 'r1']),
  );
});
