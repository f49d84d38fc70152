// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { expect, test } from '../support/portal';
import { vm } from '../support/vms';

const SHOP = '?scope=all&namespace=demo-east/shop';

test('snapshots of many VMs: chosen by keyboard, shown before, one outcome each', async ({
  page,
  east,
  apiOf,
}) => {
  // One fails when it is asked for: somebody was quicker.
  await east.hangStorage(vm('cache-01'));
  const fleet = await FleetPage.open(page, 'Ada', SHOP);
  // The list is one stop of the tabulator; arrows lead from row to row.
  await fleet.row('batch-01').focus();
  for (let i = 0; i < 4; i += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Space');
  await expect(fleet.box('web-01')).toBeChecked();
  await expect(fleet.selection).toContainText('1 VM selected');
  await fleet.tick(fleet.box('batch-01'));
  await fleet.tick(fleet.box('kiosk-01'));
  await fleet.tick(fleet.box('cache-01'));
  await expect(fleet.selection).toContainText('4 VMs selected');
  await fleet.searchBox.fill('web-02');
  await expect(fleet.names()).toHaveText(['web-02']);
  await fleet.tick(fleet.box('web-02'));
  await expect(fleet.selection).toContainText('5 VMs selected');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Take snapshots…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take snapshots of 5 VMs' });
  await expect(dialog).toContainText(
    '4 snapshots will be taken · 1 VM is left out',
  );
  await expect(dialog.getByRole('row', { name: /^kiosk-01/ })).toContainText(
    'Left out: No disk of it can be captured',
  );
  await expect(dialog.getByRole('row', { name: /^web-02/ })).toContainText(
    'The VM is off',
  );
  await dialog
    .getByRole('textbox', { name: 'Description' })
    .fill('before the move');
  await expectAccessible(page);
  await east.takeSnapshot(vm('cache-01'), 'cache-01-by-another');
  await east.until(
    async () => (await east.vm(vm('cache-01')))?.status.snapshotInProgress,
  );
  await dialog.getByRole('button', { name: 'Take 4 snapshots' }).click();

  await expect(fleet.bulk).toContainText('Snapshots of 4 VMs');
  await expect(fleet.bulk).toContainText('3 Done · 1 Failed', {
    timeout: 30_000,
  });
  await expect(
    fleet.bulk.getByRole('listitem').filter({ hasText: 'cache-01' }),
  ).toContainText('Snapshot cache-01-by-another is being taken.');
  await expectAccessible(page);

  // Each is an act of its own in the trail.
  const ada = await apiOf('Ada');
  for (const name of ['web-01', 'web-02', 'batch-01']) {
    const { items } = await ada.list(name);
    const [taken] = items.filter(i => i.description === 'before the move');
    expect(taken).toMatchObject({
      state: 'ready',
      createdBy: 'user:default/ada',
    });
    const answer = await ada.get(
      `/api/kubevirt-snapshots/entities/resource/default/${name}/history?limit=5`,
    );
    const history = await answer.json();
    expect(
      history.items.filter((i: any) => i.snapshot?.name === taken.name),
    ).toHaveLength(1);
  }

  await east.clearFaults();
  await east.until(
    async () => !(await east.vm(vm('cache-01')))?.status.snapshotInProgress,
  );
  await fleet.bulk.getByRole('button', { name: 'Try 1 again' }).click();
  await expect(fleet.bulk).toContainText('4 Done', { timeout: 20_000 });
  await fleet.bulk.getByRole('button', { name: 'Dismiss' }).click();
  await expect(fleet.bulk).toBeHidden();
});

test('a bulk goes on elsewhere in the portal, and the rest of it can be cancelled', async ({
  page,
  east,
}) => {
  const names = ['web-01', 'web-02', 'batch-01', 'cache-01', 'legacy-01'];
  await Promise.all(
    names.map(name => east.hangStorage({ namespace: 'shop', name })),
  );
  const fleet = await FleetPage.open(page, 'Ada', SHOP);
  for (const name of names) {
    await fleet.tick(fleet.box(name));
  }
  await page.getByRole('button', { name: 'Take snapshots…' }).click();
  await page.getByRole('button', { name: 'Take 5 snapshots' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 2 Waiting');
  await page.getByRole('link', { name: 'Catalog', exact: true }).click();
  await expect(fleet.grid).toBeHidden();
  await page.getByRole('link', { name: 'Virtual machines' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 2 Waiting');
  await fleet.bulk.getByRole('button', { name: 'Cancel the rest' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 2 Cancelled');
  await east.clearFaults();
  await expect(fleet.bulk).toContainText('3 Done · 2 Cancelled', {
    timeout: 30_000,
  });
});
