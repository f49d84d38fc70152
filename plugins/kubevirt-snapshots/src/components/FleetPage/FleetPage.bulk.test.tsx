// SPDX-License-Identifier: Apache-2.0
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { checkSnapshotName } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  no,
  operation,
  refusal,
  vmItem,
  vmList,
  type VmItemPatch,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

jest.setTimeout(30_000);

const item = (name: string, patch: VmItemPatch = {}) =>
  vmItem({
    ref: { name },
    uid: `uid-${name}`,
    entityRef: `resource:default/${name}`,
    ...patch,
  });
const ALL = [
  item('web-01'),
  item('web-02', { expectedConsistency: 'offline' }),
  item('busy-01', {
    allowed: { takeSnapshot: no('It is being restored.', 'vm-busy') },
  }),
  item('kiosk-01', { expectedConsistency: 'configuration' }),
];

async function show(items = ALL, queryClient = createQueryClient()) {
  const api = new FakeApi();
  api.listVms.mockImplementation(async ({ vms, offset = 0, limit = 20 }) => {
    const found = items.filter(
      ({ ref }) => !vms || vms.includes(`east/shop/${ref.name}`),
    );
    return vmList({
      items: found.slice(offset, offset + limit),
      totalItems: found.length,
      allItems: items.length,
      offset,
      limit,
    });
  });
  api.takeSnapshot.mockImplementation(async (_, { operationId, name }) =>
    operation({ id: operationId, snapshotName: name, state: 'succeeded' }),
  );
  const view = await renderWithApi(<FleetPage queryClient={queryClient} />, {
    api,
    path: '/?scope=all',
  });
  await screen.findByRole('grid', { name: 'Virtual machines' });
  return { ...view, queryClient };
}

const rowBox = (name: string) =>
  within(
    screen.getByRole('rowheader', { name: new RegExp(name) }).closest('tr')!,
  ).getByRole('checkbox');
const bar = () =>
  screen.getByRole('region', { name: 'Selected virtual machines' });
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const open = async () => {
  await userEvent.click(button('Take snapshots…'));
  return screen.findByRole('dialog');
};
const panel = () => screen.getByRole('region', { name: /^Snapshots of/ });

describe('many VMs', () => {
  it('are chosen one by one, a page at once, and by the keyboard', async () => {
    await show();
    expect(
      screen.queryByRole('region', { name: 'Selected virtual machines' }),
    ).toBeNull();
    await userEvent.click(rowBox('web-01'));
    expect(bar()).toHaveTextContent('1 VM selected');
    const row = screen.getByRole('rowheader', { name: /web-02/ }).closest('tr');
    act(() => row!.focus());
    await userEvent.keyboard(' ');
    expect(bar()).toHaveTextContent('2 VMs selected');
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    expect(bar()).toHaveTextContent('4 VMs selected');
    await userEvent.click(button('Clear selection'));
    expect(rowBox('web-01')).not.toBeChecked();
  });

  it('stay chosen on other pages, and all that match can be', async () => {
    const many = Array.from({ length: 45 }, (_, i) => item(`vm-${100 + i}`));
    const { api } = await show(many);
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    expect(bar()).toHaveTextContent('20 VMs selected');
    await userEvent.click(button('Next table page'));
    await screen.findByRole('rowheader', { name: /vm-120/ });
    await userEvent.click(rowBox('vm-121'));
    expect(bar()).toHaveTextContent('21 VMs selected');
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    await userEvent.click(button('Select all 45 that match'));
    await waitFor(() => expect(bar()).toHaveTextContent('45 VMs selected'));
    // The page asks for its rows by itself as well.
    expect(api.listVms.mock.calls.map(([query]) => query.limit)).toContain(100);
    // Those of another page stay when this one is left out.
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    expect(bar()).toHaveTextContent('25 VMs selected');
  });

  it('are no more than the limit', async () => {
    const many = Array.from({ length: 230 }, (_, i) => item(`vm-${1000 + i}`));
    await show(many);
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    await userEvent.click(button('Select the first 200 that match'));
    await waitFor(() => expect(bar()).toHaveTextContent('200 VMs selected'));
    expect(bar()).toHaveTextContent('No more than 200 at a time.');
  });

  it('are shown as they are now, with what can not be taken and why', async () => {
    const { api } = await show();
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    api.listVms.mockResolvedValue(
      vmList({
        items: [ALL[0], { ...ALL[1], uid: 'another' }, ...ALL.slice(2)],
      }),
    );
    const dialog = await open();
    const row = async (name: string) =>
      within(dialog).findByRole('row', { name: new RegExp(`^${name}`) });
    expect(await row('web-01')).toHaveTextContent(/web-01-\d{8}-\d{6}/);
    expect(await row('web-01')).toHaveTextContent('Application-consistent');
    expect(await row('busy-01')).toHaveTextContent(
      'Left out: It is being restored.',
    );
    expect(await row('kiosk-01')).toHaveTextContent('No disk of it');
    // Another VM under the old name is not the one that was chosen.
    expect(await row('web-02')).toHaveTextContent('Left out: It is gone');
    expect(dialog).toHaveTextContent(
      '1 snapshot will be taken · 3 VMs are left out',
    );
    expect(await axe(dialog)).toHaveNoViolations();
  });

  it('are each an act of its own with a name and an id of its own', async () => {
    const { api } = await show();
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    const dialog = await open();
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: 'Description' }),
      ' before the move ',
    );
    await userEvent.click(button('Take 2 snapshots'));
    await waitFor(() => expect(panel()).toHaveTextContent('2 Done'));
    expect(screen.queryByRole('dialog')).toBeNull();
    const calls = api.takeSnapshot.mock.calls;
    expect(calls.map(([entity]) => entity.name)).toEqual(['web-01', 'web-02']);
    expect(calls.map(([, { vmUid }]) => vmUid)).toEqual([
      'uid-web-01',
      'uid-web-02',
    ]);
    expect(new Set(calls.map(([, r]) => r.operationId)).size).toBe(2);
    for (const [, { name, description }] of calls) {
      expect(checkSnapshotName(name)).toBeUndefined();
      expect(description).toBe('before the move');
    }
    expect(
      screen.queryByRole('region', { name: 'Selected virtual machines' }),
    ).toBeNull();
    const name = calls[0][1].name;
    expect(within(panel()).getByRole('link', { name })).toHaveAttribute(
      'href',
      `/catalog/default/resource/web-01/snapshots?snapshot=${name}`,
    );
    expect(await axe(panel())).toHaveNoViolations();
  });

  it('go on when one fails, and it can be tried again', async () => {
    const { api } = await show();
    api.takeSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'vm-busy' }, 'Somebody was quicker.'),
    );
    await userEvent.click(rowBox('web-01'));
    await userEvent.click(rowBox('web-02'));
    await open();
    await userEvent.click(await screen.findByText('Take 2 snapshots'));
    await waitFor(() => expect(panel()).toHaveTextContent('1 Done · 1 Failed'));
    expect(panel()).toHaveTextContent('Somebody was quicker.');
    await userEvent.click(button('Try 1 again'));
    await waitFor(() => expect(panel()).toHaveTextContent('2 Done'));
    const [first, , again] = api.takeSnapshot.mock.calls;
    expect(again).toEqual(first);
    await userEvent.click(button('Dismiss'));
    expect(screen.queryByRole('region', { name: /^Snapshots of/ })).toBeNull();
  });

  it('can be cancelled, and are still there when one comes back', async () => {
    const many = Array.from({ length: 6 }, (_, i) => item(`vm-${i}`));
    const { api, queryClient, unmount } = await show(many);
    api.takeSnapshot.mockReturnValue(new Promise(() => {}));
    await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
    await open();
    await userEvent.click(await screen.findByText('Take 6 snapshots'));
    await waitFor(() =>
      expect(panel()).toHaveTextContent('3 Being asked for · 3 Waiting'),
    );
    await userEvent.click(rowBox('vm-1'));
    expect(button('Take snapshots…')).toHaveAccessibleDescription(
      'Another one for many VMs is under way. Wait for it, or cancel it.',
    );
    unmount();
    await show(many, queryClient);
    await userEvent.click(button('Cancel the rest'));
    expect(panel()).toHaveTextContent('3 Being asked for · 3 Cancelled');
    expect(api.takeSnapshot).toHaveBeenCalledTimes(3);
  });
});
