// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  no,
  refusal,
  vmItem,
  vmList,
  type VmItemPatch,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

jest.setTimeout(60_000);

const item = (name: string, patch: VmItemPatch = {}) =>
  vmItem({
    ref: { name },
    uid: `uid-${name}`,
    entityRef: `resource:default/${name}`,
    ...patch,
  });
const ITEMS = [
  item('web-01', { scheduleNames: ['weekly'] }),
  item('web-02'),
  item('db-01', { allowed: { createSchedule: no('You may not. Ask B.') } }),
  item('kept-01', { allowed: { retention: no('You may not delete. Ask C.') } }),
  item('kiosk-01', { expectedConsistency: 'configuration' }),
];

async function openDialog(items = ITEMS) {
  const api = new FakeApi();
  api.listVms.mockResolvedValue(vmList({ items }));
  api.createSchedule.mockResolvedValue({ revision: 7 });
  const view = await renderWithApi(
    <FleetPage queryClient={createQueryClient()} />,
    { api, path: '/?scope=all' },
  );
  await screen.findByRole('grid', { name: 'Virtual machines' });
  await userEvent.click(screen.getByRole('checkbox', { name: /Select all/ }));
  await userEvent.click(
    screen.getByRole('button', { name: 'Put under a schedule…' }),
  );
  const dialog = await screen.findByRole('dialog', {
    name: `Put ${items.length} VMs under a schedule`,
  });
  return { ...view, dialog };
}

const row = (dialog: HTMLElement, name: string) =>
  within(dialog).getByRole('row', { name: new RegExp(`^${name}`) });
const submit = (dialog: HTMLElement) =>
  within(dialog).getByRole('button', { name: /^Make \d+ schedules?$/ });
const nameIt = async (dialog: HTMLElement, name: string) => {
  const field = within(dialog).getByRole('textbox', { name: /^Name/ });
  await userEvent.clear(field);
  await userEvent.type(field, name);
};

it('shows who can not be put under it and why, then makes one for each of the others', async () => {
  const { api, dialog } = await openDialog();
  expect(dialog).toHaveTextContent(
    '2 schedules will be made · 3 VMs are left out',
  );
  expect(row(dialog, 'db-01')).toHaveTextContent('Left out: You may not. Ask');
  // A rule that keeps seven removes the others.
  expect(row(dialog, 'kept-01')).toHaveTextContent('You may not delete.');
  expect(row(dialog, 'kiosk-01')).toHaveTextContent('No disk of it');
  expect(row(dialog, 'web-01')).toHaveTextContent('Besides weekly');
  expect(await axe(dialog)).toHaveNoViolations();

  const name = within(dialog).getByRole('textbox', { name: /^Name/ });
  expect(name).toHaveValue('Daily');
  await userEvent.clear(name);
  await userEvent.click(submit(dialog));
  expect(name).toBeInvalid();
  await nameIt(dialog, 'weekly');
  expect(row(dialog, 'web-01')).toHaveTextContent(
    'Left out: It has a schedule weekly already.',
  );
  expect(dialog).toHaveTextContent('1 schedule will be made');
  await nameIt(dialog, 'nightly');
  api.createSchedule
    .mockRejectedValueOnce(refusal(409, {}, 'It is being deleted.'))
    .mockResolvedValue({ revision: 8 });
  await userEvent.click(submit(dialog));

  const panel = await screen.findByRole('region', {
    name: 'Schedules of 2 VMs',
  });
  await waitFor(() => expect(panel).toHaveTextContent('1 Done · 1 Failed'));
  expect(panel).toHaveTextContent('It is being deleted.');
  expect(within(panel).getByRole('link', { name: 'nightly' })).toHaveAttribute(
    'href',
    '/catalog/default/resource/web-02/snapshots?show=scheduled',
  );
  const calls = api.createSchedule.mock.calls;
  expect(calls.map(([entity]) => entity.name)).toEqual(['web-01', 'web-02']);
  expect(calls[1][1]).toMatchObject({
    name: 'nightly',
    vmUid: 'uid-web-02',
    rule: { kind: 'daily' },
    retention: { keepLast: 7 },
  });
  expect(calls[0][1].operationId).not.toBe(calls[1][1].operationId);

  // Nobody knows whether it was done the first time, so it is the same act.
  await userEvent.click(
    within(panel).getByRole('button', { name: 'Try 1 again' }),
  );
  await waitFor(() => expect(panel).toHaveTextContent('2 Done'));
  expect(calls[2][1].operationId).toBe(calls[0][1].operationId);
});

it('says so when there is none that can be', async () => {
  const { dialog, api } = await openDialog([
    item('db-01', { allowed: { createSchedule: no('You may not.') } }),
    item('gone-01', { entityRef: undefined }),
  ]);
  await nameIt(dialog, 'nightly');
  expect(submit(dialog)).toHaveAccessibleDescription(
    'There is no VM among them that can be put under this schedule.',
  );
  await userEvent.click(submit(dialog));
  expect(api.createSchedule).not.toHaveBeenCalled();
});
