// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { codeOf, entityApi } from '../support/api';
import { expect, test } from '../support/portal';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const SEARCH = vm('search-01');

test('stop asks once, and leaves a guest that writes and a VM that is free', async ({
  page,
  east,
}) => {
  await east.hangStorage(SEARCH);
  const name = newName('search-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Creating snapshot');
  await east.until(
    async () => (await east.vmi(SEARCH))?.status.fsFreezeStatus === 'frozen',
  );

  const stop = tab
    .row(name)
    .getByRole('button', { name: `Stop snapshot ${name}` });
  await stop.click();
  const dialog = tab.stopDialog(name);
  await expect(dialog).toContainText('the VM is released');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(tab.row(name)).toContainText('Creating snapshot');

  await stop.click();
  await dialog.getByRole('button', { name: 'Stop snapshot' }).click();
  await expect(dialog).toBeHidden();
  await expect(tab.row(name)).toBeHidden();
  await expect(page.getByText(`Snapshot ${name} was stopped`)).toBeVisible();
  await expect(tab.takeButton).not.toHaveAttribute('aria-disabled', 'true');

  expect(await east.snapshot(SEARCH, name)).toBeUndefined();
  expect((await east.vm(SEARCH))?.status.snapshotInProgress).toBeUndefined();
  expect((await east.vmi(SEARCH))?.status.fsFreezeStatus).toBeUndefined();
});

test('one that finishes while one is asked is kept', async ({
  page,
  east,
  apiOf,
}) => {
  const mend = await east.hangStorage(SEARCH);
  const name = newName('search-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await tab.take(name);
  await tab.openMenu(name);
  await tab.menuItem('Stop snapshot').click();
  const dialog = tab.stopDialog(name);
  await expect(dialog).toBeVisible();

  await mend();
  await expectOff(
    dialog.getByRole('button', { name: 'Stop snapshot' }),
    'It is finished.',
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(tab.row(name)).toContainText('Ready to restore');

  // Past the page, too.
  const api = await apiOf('Ada');
  const { vm: seen, items } = await api.list('search-01');
  const answer = await api.post(
    entityApi('search-01', `/snapshots/${name}/stop`),
    {
      operationId: randomUUID(),
      vmUid: seen.uid,
      snapshotUid: items.find(item => item.name === name)?.uid,
    },
  );
  expect(answer.status()).toBe(409);
  expect(await codeOf(answer)).toBe('snapshot-finished');
  expect((await east.snapshot(SEARCH, name))?.status.readyToUse).toBe(true);
});
