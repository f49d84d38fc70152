// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { codeOf, entityApi } from '../support/api';
import { expect, test } from '../support/portal';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const BATCH = vm('batch-01');
const SEARCH = vm('search-01');

test('a failed one goes by a plain yes', async ({ page, east }) => {
  const name = newName('batch-01');
  await east.takeFailedSnapshot(BATCH, name);
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');
  await expect(tab.row(name)).toContainText('Failed');
  const dialog = await tab.openDelete(name);
  await expect(dialog).toContainText(
    'It cannot be restored, so nothing of use is lost.',
  );
  await expect(dialog.getByRole('textbox', { name: /^Type / })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(tab.row(name)).toBeHidden();
  expect(await east.snapshot(BATCH, name)).toBeUndefined();
});

test('one of several is deleted, the last good one wants its name typed', async ({
  page,
  east,
}) => {
  const [first, last] = [newName('batch-01'), newName('batch-01')];
  await east.takeFinishedSnapshot(BATCH, first);
  await east.takeFinishedSnapshot(BATCH, last);
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');

  let dialog = await tab.openDelete(first);
  await expect(dialog).toContainText('is gone for good');
  await expect(dialog.getByRole('textbox', { name: /^Type / })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(tab.row(first)).toBeVisible();
  dialog = await tab.openDelete(first);
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(tab.row(first)).toBeHidden();
  await expect(page.getByText(`Snapshot ${first} was deleted`)).toBeVisible();

  const since = Date.now();
  dialog = await tab.openDelete(last);
  await expect(dialog).toContainText(
    'This is the last snapshot of batch-01 that can be restored.',
  );
  const typed = dialog.getByRole('textbox', { name: `Type ${last}` });
  await expect(typed).toBeFocused();
  await typed.fill('something else');
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(
    dialog.getByText('This is not the name of the snapshot.'),
  ).toBeVisible();
  expect(await east.requests({ since, method: 'DELETE' })).toEqual([]);
  await typed.fill(last);
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(tab.row(last)).toBeHidden();
  expect(await east.snapshot(BATCH, last)).toBeUndefined();
});

test('the API asks for the name as well', async ({ east, apiOf }) => {
  const name = newName('batch-01');
  await east.takeFinishedSnapshot(BATCH, name);
  const api = await apiOf('Ada');
  let item = (await api.list('batch-01')).items.find(i => i.name === name);
  await expect(async () => {
    item = (await api.list('batch-01')).items.find(i => i.name === name);
    expect(item?.deleteConfirmation).toBe('name');
  }).toPass({ timeout: 5_000 });
  const { vm: seen } = await api.list('batch-01');
  const answer = await api.post(
    entityApi('batch-01', `/snapshots/${name}/delete`),
    { operationId: randomUUID(), vmUid: seen.uid, snapshotUid: item?.uid },
  );
  expect(answer.status()).toBe(400);
  expect(await codeOf(answer)).toBe('name-not-typed');
  expect(await east.snapshot(BATCH, name)).toBeDefined();
});

test('one that a restore uses stays, and the restore is named', async ({
  page,
  east,
  apiOf,
}) => {
  const name = newName('search-01');
  await east.takeFinishedSnapshot(SEARCH, name);
  // It waits for the VM to be off, which it is not.
  await east.restore(SEARCH, 'back-again', name);
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await expect(tab.fact('Activity')).toContainText('Restoring (back-again)');
  await tab.openMenu(name);
  await expectOff(
    tab.menuItem('Delete snapshot'),
    'Restore back-again is using it.',
  );
  await tab.menuItem('Details').click();
  const uses = tab
    .drawer(name)
    .getByRole('region', { name: 'Restores', exact: true });
  await expect(uses).toContainText('back-again');
  await expect(uses).toContainText('Restoring');

  const api = await apiOf('Ada');
  const { vm: seen, items } = await api.list('search-01');
  const answer = await api.post(
    entityApi('search-01', `/snapshots/${name}/delete`),
    {
      operationId: randomUUID(),
      vmUid: seen.uid,
      snapshotUid: items.find(item => item.name === name)?.uid,
    },
  );
  expect(answer.status()).toBe(409);
  expect(await east.snapshot(SEARCH, name)).toBeDefined();
});
