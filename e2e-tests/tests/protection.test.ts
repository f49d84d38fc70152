// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { codeOf, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { expect, test } from '../support/portal';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const BATCH = vm('batch-01');

test('a protected snapshot is safe from everybody until it is released', async ({
  page,
  apiOf,
  east,
}) => {
  const [kept, other] = [newName('batch-01'), newName('batch-01')];
  await east.takeFinishedSnapshot(BATCH, kept);
  await east.takeFinishedSnapshot(BATCH, other);
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');

  await tab.openMenu(kept);
  await page.getByRole('menuitem', { name: 'Protect…' }).click();
  const protect = page.getByRole('dialog', {
    name: `Protect snapshot ${kept}`,
  });
  await protect.getByRole('button', { name: 'Protect' }).click();
  // Why is asked for.
  await expect(
    protect.getByRole('textbox', { name: /^Reason/ }),
  ).toHaveAccessibleDescription(/./);
  await expectAccessible(page);
  await protect.getByRole('textbox', { name: /^Reason/ }).fill('for the audit');
  await protect.getByRole('button', { name: 'Protect' }).click();
  await expect(protect).toBeHidden();
  await expect(tab.row(kept)).toContainText('Protected');
  await expect(tab.row(other)).not.toContainText('Protected');

  await tab.openMenu(kept);
  await expectOff(tab.menuItem('Delete snapshot'), /for the audit.*Release it/);
  await tab.closeMenu();
  const pat = await apiOf('Pat');
  const { vm: seen, items } = await pat.list('batch-01');
  const refused = await pat.post(
    entityApi('batch-01', `/snapshots/${kept}/delete`),
    {
      operationId: randomUUID(),
      vmUid: seen.uid,
      snapshotUid: items.find(item => item.name === kept)!.uid,
    },
  );
  expect([refused.status(), await codeOf(refused)]).toEqual([
    409,
    'snapshot-protected',
  ]);
  expect(await east.snapshot(BATCH, kept)).toBeDefined();

  await tab.openMenu(kept);
  await page.getByRole('menuitem', { name: 'Release…' }).click();
  const release = page.getByRole('dialog').filter({ hasText: 'for the audit' });
  await release.getByRole('textbox', { name: /^Reason/ }).fill('audit is over');
  await release.getByRole('button', { name: /^Release/ }).click();
  await expect(tab.row(kept)).not.toContainText('Protected');
  const dialog = await tab.openDelete(kept);
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(tab.row(kept)).toBeHidden();
});
