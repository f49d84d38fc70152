// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';
import { newName } from '../support/vms';

const TAKE = /\/resource\/default\/cache-01\/snapshots$/;

test('what was typed survives an error of the cluster', async ({
  page,
  east,
  expectFailure,
}) => {
  expectFailure({ status: 503, path: TAKE });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openTake();
  const name = newName('cache-01');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Description' }).fill('typed once');

  await east.fail({
    match: { method: 'GET', path: '/virtualmachines/cache-01$' },
    action: { type: 'respond', status: 500 },
  });
  const submit = dialog.getByRole('button', { name: 'Take snapshot' });
  await submit.click();
  await expect(dialog.getByRole('alert')).toContainText('That did not work');
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue(name);
  await expect(
    dialog.getByRole('textbox', { name: 'Description' }),
  ).toHaveValue('typed once');

  await east.clearFaults();
  await submit.click();
  await expect(tab.row(name)).toContainText('Ready to restore');
  await expect(tab.row(name)).toContainText('typed once');
});

test('a double click makes one snapshot', async ({ page, east }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openTake();
  const name = newName('cache-01');
  const since = Date.now();
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Take snapshot' }).dblclick();
  await expect(tab.row(name)).toContainText('Ready to restore');
  expect(await east.takeRequests(since)).toHaveLength(1);
});

test('a cluster that answers 429 and 500 at first gets one snapshot', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const name = newName('cache-01');
  const since = Date.now();
  for (const status of [429, 500]) {
    await east.fail({
      match: { method: 'POST', path: '/virtualmachinesnapshots$' },
      action: { type: 'respond', status, retryAfterSeconds: 0 },
      times: 1,
    });
  }
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore', {
    timeout: 20_000,
  });
  const requests = await east.takeRequests(since);
  expect(requests.filter(({ status }) => status === 201)).toHaveLength(1);
});

test('a request that was carried out although its answer was lost', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const name = newName('cache-01');
  await east.fail({
    match: { method: 'POST', path: '/virtualmachinesnapshots$' },
    action: { type: 'drop', applied: true },
    times: 1,
  });
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore', {
    timeout: 20_000,
  });
  await expect(tab.row(name).getByRole('link', { name: 'Ada' })).toBeVisible();
});

test('a right that the portal’s account lacks is named', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const name = newName('cache-01');
  await east.fail({
    match: { method: 'POST', path: '/virtualmachinesnapshots$' },
    action: {
      type: 'respond',
      status: 403,
      message:
        'virtualmachinesnapshots.snapshot.kubevirt.io is forbidden: User "portal" cannot create resource "virtualmachinesnapshots" in API group "snapshot.kubevirt.io" in the namespace "shop"',
    },
  });
  await tab.take(name);
  await expect(
    page.getByText(`Snapshot ${name} could not be taken`),
  ).toBeVisible();
  await expect(tab.row(name)).toContainText('Failed');
  await expect(tab.row(name)).toContainText(
    'cannot create resource "virtualmachinesnapshots"',
  );
});
