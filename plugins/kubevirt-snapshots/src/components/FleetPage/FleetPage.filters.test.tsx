// SPDX-License-Identifier: Apache-2.0
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { refusal, vmItem, vmList } from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { createQueryClient, queryKeys } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

// Many selects are opened here, which takes its time on a busy machine.
jest.setTimeout(30_000);

async function show(path = '/?scope=all') {
  const api = new FakeApi();
  const client = createQueryClient();
  await renderWithApi(<FleetPage queryClient={client} />, { api, path });
  await screen.findByRole('grid', { name: 'Virtual machines' });
  return { api, client };
}

const lastQuery = (api: FakeApi) => api.listVms.mock.calls.at(-1)![0];

async function choose(select: RegExp, option: string) {
  await userEvent.click(screen.getByRole('button', { name: select }));
  await userEvent.click(await screen.findByRole('option', { name: option }));
}

describe('filters of the VMs', () => {
  it('are kept in the address and sent to the backend', async () => {
    const { api } = await show();
    await choose(/Owner/, 'team-a (5)');
    await choose(/Cluster/, 'east (4)');
    await choose(/Namespace/, 'east / shop (3)');
    await choose(/State/, 'Running');
    await userEvent.click(
      screen.getByRole('checkbox', { name: 'Unprotected only' }),
    );
    await userEvent.type(screen.getByRole('searchbox'), 'web');
    await waitFor(() =>
      expect(address()).toBe(
        '/?scope=all&search=web&owner=group%3Adefault%2Fteam-a&cluster=east&namespace=east%2Fshop&power=running&unprotected=true',
      ),
    );
    await waitFor(() =>
      expect(lastQuery(api)).toEqual({
        search: 'web',
        owner: 'group:default/team-a',
        cluster: 'east',
        namespace: 'east/shop',
        power: 'running',
        unprotected: true,
        sort: 'name',
        order: 'asc',
        offset: 0,
        limit: 20,
      }),
    );
    await userEvent.click(screen.getByRole('link', { name: 'Reset filters' }));
    await waitFor(() => expect(address()).toBe('/?scope=all'));
    expect(screen.queryByRole('link', { name: 'Reset filters' })).toBeNull();
  });

  it('come back from the address', async () => {
    await show(
      '/?scope=mine&owner=user%3Adefault%2Fgone&cluster=west&namespace=west/shop&power=paused&unprotected=true&search=db',
    );
    const value = (name: RegExp) =>
      screen.getByRole('button', { name }).textContent;
    expect(value(/Owner/)).toContain('user:gone');
    expect(value(/Cluster/)).toContain('west (2)');
    expect(value(/Namespace/)).toContain('west / shop (2)');
    expect(value(/State/)).toContain('Paused');
    expect(screen.getByRole('searchbox')).toHaveValue('db');
    expect(
      screen.getByRole('checkbox', { name: 'Unprotected only' }),
    ).toBeChecked();
    expect(screen.getByRole('radio', { name: 'Mine' })).toBeChecked();
  });

  it('offer the namespaces of the cluster, and all again', async () => {
    await show('/?scope=all&cluster=west');
    await userEvent.click(screen.getByRole('button', { name: /Namespace/ }));
    const options = await screen.findAllByRole('option');
    expect(options.map(o => o.textContent)).toEqual([
      'All namespaces',
      'west / shop (2)',
    ]);
    await userEvent.keyboard('{Escape}');
    await choose(/Cluster/, 'All clusters');
    await waitFor(() => expect(address()).toBe('/?scope=all'));
  });

  it('switch between mine and all', async () => {
    const { api } = await show();
    await userEvent.click(screen.getByRole('radio', { name: 'Mine' }));
    await waitFor(() => expect(address()).toBe('/?scope=mine'));
    expect(lastQuery(api).mine).toBe(true);
  });
});

it('sorts by the titles and pages', async () => {
  const { api } = await show();
  const title = (name: string) => screen.getByRole('columnheader', { name });
  expect(title('Name')).toHaveAttribute('aria-sort', 'ascending');
  await userEvent.click(title('Owner'));
  await waitFor(() => expect(address()).toBe('/?scope=all&sort=owner'));
  api.listVms.mockResolvedValue(
    vmList({ items: [vmItem()], totalItems: 41, allItems: 41 }),
  );
  await userEvent.click(title('Snapshots'));
  await userEvent.click(title('Snapshots'));
  await waitFor(() =>
    expect(address()).toBe('/?scope=all&sort=lastSnapshot&order=desc'),
  );
  await screen.findByText('1 - 20 of 41');
  await userEvent.click(screen.getByRole('button', { name: /next/i }));
  await waitFor(() =>
    expect(lastQuery(api)).toMatchObject({
      sort: 'lastSnapshot',
      order: 'desc',
      offset: 20,
    }),
  );
  expect(address()).toContain('page=2');
});

describe('refresh', () => {
  it('keeps the table, dimmed, until another list has come', async () => {
    const { api } = await show();
    const table = screen.getByRole('grid');
    api.listVms.mockReturnValue(new Promise(() => {}));
    await userEvent.click(screen.getByRole('columnheader', { name: 'Owner' }));
    await waitFor(() => expect(table).toHaveAttribute('data-stale', 'true'));
  });

  it('keeps the list when it fails, and says so', async () => {
    const { api, client } = await show();
    api.listVms.mockRejectedValue(refusal(400, {}, 'Broken.'));
    act(() => {
      client.invalidateQueries({ queryKey: queryKeys.fleet() });
    });
    expect(
      await screen.findByText('The list could not be refreshed: Broken.'),
    ).toBeVisible();
    expect(screen.getByRole('grid')).toBeVisible();
    api.listVms.mockResolvedValue(vmList());
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(screen.queryByText(/could not be refreshed/)).toBeNull(),
    );
  });

  it('hides the list once it may not be seen any longer', async () => {
    const { api, client } = await show();
    api.listVms.mockRejectedValue(refusal(403));
    act(() => {
      client.invalidateQueries({ queryKey: queryKeys.fleet() });
    });
    await waitFor(() => expect(screen.queryByRole('grid')).toBeNull());
  });
});
