// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { VmList } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { refusal, vmItem, vmList } from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { createQueryClient } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

async function showWith(prepare: (api: FakeApi) => void, path = '/?scope=all') {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(<FleetPage queryClient={createQueryClient()} />, {
    api,
    path,
  });
}

const show = (answer: Partial<VmList> = {}, path?: string) =>
  showWith(api => api.listVms.mockResolvedValue(vmList(answer)), path);

const grid = () => screen.findByRole('grid', { name: 'Virtual machines' });
const row = (name: string) =>
  screen.findByRole('row', { name: new RegExp(name) });
const lastQuery = (api: FakeApi) => api.listVms.mock.calls.at(-1)![0];

describe('FleetPage', () => {
  it('shows the facts of a VM', async () => {
    const { container } = await show();
    const web = within(await row('web-01'));
    expect(web.getByRole('link', { name: 'web-01' })).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots',
    );
    expect(web.getByRole('link', { name: /team-a/ })).toBeVisible();
    expect(web.getByText('east / shop')).toBeVisible();
    expect(web.getByText('Running')).toBeVisible();
    expect(web.getByText('3 snapshots')).toBeVisible();
    expect(web.getByText(/Last good one/)).toHaveTextContent('2026');
    expect(web.queryByText(/Unprotected/)).toBeNull();
    expect(web.getByText('No schedule')).toBeVisible();
    expect(screen.getByText('1 virtual machine')).toBeVisible();
    expect(screen.getByText(/^Updated/)).toHaveTextContent('now');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('shows when the next snapshot is due', async () => {
    await show({
      items: [
        vmItem({ schedule: { nextRunAt: '2099-01-01T00:00:00Z' } }),
        vmItem({ ref: { name: 'db-01' }, schedule: {} }),
      ],
    });
    expect(await row('web-01')).toHaveTextContent(/2099/);
    expect(await row('web-01')).not.toHaveTextContent('No schedule');
    expect(await row('db-01')).toHaveTextContent('No run is due any more');
  });

  it('shows what is missing: entity, owner, snapshots', async () => {
    await show({
      items: [
        vmItem({
          entityRef: undefined,
          owners: [],
          snapshots: { total: 0 },
          unprotected: true,
        }),
        vmItem({
          ref: { name: 'db-01' },
          snapshots: { total: 2 },
          unprotected: true,
        }),
      ],
    });
    const web = within(await row('web-01'));
    expect(web.queryByRole('link')).toBeNull();
    expect(web.getByText('No owner')).toBeVisible();
    expect(web.getByText('No snapshots')).toBeVisible();
    expect(
      web.getByText('Unprotected: none in 30 days').closest('[data-tone]'),
    ).toHaveAttribute('data-tone', 'warning');
    expect(await row('db-01')).toHaveTextContent('None that can be restored');
  });

  it.each([
    [800, 'east / shop'],
    [400, 'east / shop'],
  ])('fits into %d pixels without losing a fact', async (width, place) => {
    setViewportWidth(width);
    const { container } = await show({
      items: [vmItem({ unprotected: true, snapshots: { total: 0 } })],
    });
    const web = await row('web-01');
    [
      place,
      'team-a',
      'Running',
      'No snapshots',
      'none in 30 days',
      'No schedule',
    ].forEach(text => expect(web).toHaveTextContent(text));
    expect(screen.getAllByRole('columnheader')).toHaveLength(
      // The first one holds the checkboxes.
      width === 400 ? 4 : 5,
    );
    expect(await axe(container)).toHaveNoViolations();
  });

  describe('at first', () => {
    it('shows the VMs of the person, by one question', async () => {
      const { api } = await show({}, '/');
      await grid();
      expect(address()).toBe('/?scope=mine');
      expect(screen.getByRole('radio', { name: 'Mine' })).toBeChecked();
      expect(api.listVms).toHaveBeenCalledTimes(1);
      expect(lastQuery(api)).toMatchObject({ mine: true, offset: 0 });
    });

    it('shows all to those who own none, and keeps the rest of a link', async () => {
      const { api } = await showWith(
        a =>
          a.listVms.mockImplementation(async query =>
            query.mine ? vmList({ items: [], allItems: 7 }) : vmList(),
          ),
        '/?power=running&page=2',
      );
      await grid();
      expect(address()).toBe('/?scope=all&power=running&page=2');
      expect(lastQuery(api)).toMatchObject({ power: 'running', offset: 20 });
    });
  });

  it('says that it is loading', async () => {
    await showWith(api => api.listVms.mockReturnValue(new Promise(() => {})));
    expect(screen.getByText('Loading virtual machines')).toBeInTheDocument();
  });

  it('says whom to ask when there is no VM to see', async () => {
    const { container } = await show({ items: [] });
    expect(
      await screen.findByRole('heading', {
        name: 'There is no virtual machine that you may see',
      }),
    ).toBeVisible();
    expect(screen.getByText(/ask the platform team/)).toBeVisible();
    expect(screen.queryByRole('search')).toBeNull();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('takes the filter away when nothing matches it', async () => {
    await showWith(
      api =>
        api.listVms.mockImplementation(async query =>
          query.search ? vmList({ items: [], allItems: 7 }) : vmList(),
        ),
      '/?scope=mine&search=xyz&unprotected=true&sort=owner',
    );
    expect(
      await screen.findByText('No virtual machine matches the filter'),
    ).toBeVisible();
    expect(screen.getByText(/There are 7 virtual/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Show all' })).toBeVisible();
    await userEvent.click(
      screen.getByRole('button', { name: 'Reset filters' }),
    );
    await grid();
    expect(address()).toBe('/?scope=mine&sort=owner');
    expect(screen.getByRole('searchbox')).toHaveValue('');
  });

  it('offers all VMs to those who own none', async () => {
    const { api } = await show({ items: [], allItems: 7 }, '/?scope=mine');
    await screen.findByText('You own no virtual machine');
    api.listVms.mockResolvedValue(vmList());
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await grid();
    expect(address()).toBe('/?scope=all');
  });

  it('leads back from a page that has become empty', async () => {
    const { api } = await show(
      { items: [], totalItems: 20, allItems: 20, offset: 20 },
      '/?scope=all&page=2',
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Go to the first page' }),
    );
    expect(lastQuery(api).offset).toBe(0);
  });

  it.each([
    [refusal(403), 'There is no virtual machine that you may see'],
    [refusal(401), 'You are not signed in any longer'],
    [refusal(400, {}, 'Broken.'), 'Broken.'],
  ])(
    'shows no table but the reason, and tries again: %#',
    async (error, text) => {
      const { api } = await showWith(a => a.listVms.mockRejectedValue(error));
      expect(await screen.findByRole('alert')).toHaveTextContent(text);
      expect(screen.queryByRole('grid')).toBeNull();
      api.listVms.mockResolvedValue(vmList());
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      expect(await grid()).toBeVisible();
    },
  );

  it.each([
    [['east'], 'Cluster east is not answering; its VMs are shown as last'],
    [['a', 'b'], 'Clusters a, b are not answering; their VMs are shown'],
  ])('says that clusters %j are away', async (staleClusters, text) => {
    await show({ staleClusters });
    expect(await screen.findByText(new RegExp(text))).toBeVisible();
    expect(await grid()).toBeVisible();
  });
});
