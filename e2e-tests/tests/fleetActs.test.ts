// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { OwnVms } from '../support/ownVms';
import { expect, test } from '../support/portal';
import { expectOff } from '../support/tab';

// A few rich tests, since loading a page takes longest.
test.describe.configure({ timeout: 120_000 });

const own = new OwnVms('demo-east', 'own-acts');

test.beforeAll(async ({ portalApi }) => {
  await own.makeAll(await portalApi('Pat'), { 'node-01': {}, 'node-02': {} });
});

test.afterAll(() => own.removeAll());

test('a VM is stopped and started from the list, which is on record', async ({
  page,
  east,
  apiOf,
}) => {
  const begun = Date.now();
  const fleet = await FleetPage.open(page, 'Ada', '?search=own-acts');
  const row = fleet.row('node-01');
  await fleet.act('node-01', 'Stop VM…');
  await page
    .getByRole('dialog', { name: 'Stop node-01?' })
    .getByRole('button', { name: 'Stop VM' })
    .click();
  await expect(row).toContainText('Stopped', { timeout: 20_000 });
  expect(await east.vmi(own.vm('node-01'))).toBeUndefined();
  await expect(row).not.toContainText('Being started or stopped');
  await fleet.act('node-01', 'Start VM');
  await expect(row).toContainText('Running', { timeout: 20_000 });
  expect(await east.isRunning(own.vm('node-01'))).toBe(true);

  const ada = await apiOf('Ada');
  const answer = await ada.get(
    `/api/kubevirt-snapshots/entities/resource/default/${own.entity(
      'node-01',
    )}/history?limit=10`,
  );
  const { items } = await answer.json();
  // A portal that was tested before has those of a former VM of the name too.
  const acts = items.filter(
    ({ action, at }: any) => action === 'vm.power' && Date.parse(at) >= begun,
  );
  expect(acts).toHaveLength(2);
  acts.forEach((act: any) =>
    expect(act).toMatchObject({
      actor: 'user:default/ada',
      outcome: 'success',
    }),
  );

  // Who may see it and no more learns whom to ask.
  const quinn = await FleetPage.open(page, 'Quinn', '?search=own-acts');
  await quinn.openMenu('node-01');
  await expectOff(quinn.menuItem('Stop VM…'), /You may not stop node-01\./);
});

test('a restore shows in the list, above it and in its menu, and is stopped there', async ({
  page,
  east,
  apiOf,
}) => {
  await east.takeFinishedSnapshot(own.vm('node-02'), 'node-02-good');
  const ada = await apiOf('Ada');
  const entity = own.entity('node-02');
  const { vm, items } = await ada.list(entity);
  const path = `/api/kubevirt-snapshots/entities/resource/default/${entity}/snapshots/node-02-good`;
  const plan = await (await ada.get(`${path}/restore-plan`)).json();
  const fleet = await FleetPage.open(page, 'Ada', '?search=own-acts/node');
  await expect(fleet.underWay).toContainText('Nothing at present');

  // It waits for the VM to be stopped, so nothing is in the cluster yet.
  const answer = await ada.post(`${path}/restore`, {
    operationId: randomUUID(),
    vmUid: vm.uid,
    snapshotUid: items[0].uid,
    planHash: plan.hash,
    power: 'wait',
    startAfterwards: true,
    safetySnapshot: false,
    volumes: 'new-names',
    typedName: 'node-02',
  });
  expect(answer.status()).toBe(202);
  await expect(fleet.row('node-02')).toContainText('Restoring');
  await expect(fleet.underWay).toContainText('node-02: Restoring');
  // On whatever page and order, as far as the filter goes.
  await fleet.searchBox.fill('own-acts/node-01');
  await expect(fleet.names()).toHaveText(['node-01']);
  await expect(fleet.underWay).toContainText('Nothing at present');
  await fleet.searchBox.fill('own-acts');
  await fleet.underWay
    .getByRole('button', { name: 'node-02: Restoring, details' })
    .click();
  const popover = page.getByRole('dialog', { name: /^node-02: Restoring/ });
  await expect(popover).toContainText('From snapshot node-02-good');
  await expect(popover).toContainText(/Waits for another 23:59:/);
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await fleet.openMenu('node-02');
  for (const label of ['Take snapshot…', 'Stop VM…']) {
    await expectOff(fleet.menuItem(label), /^Restore .* is under way\./);
  }
  await fleet.menuItem('Stop restoring…').click();
  const dialog = page.getByRole('dialog', { name: 'Stop restoring node-02?' });
  await dialog.getByRole('button', { name: 'Stop restoring' }).click();
  await expect(dialog).toBeHidden();
  await expect(fleet.row('node-02')).not.toContainText('Restoring', {
    timeout: 20_000,
  });
  await expect(fleet.row('node-02')).toContainText('Running');
  await expect(fleet.underWay).toContainText('Nothing at present');
  expect(await east.restores(own.vm('node-02'))).toEqual([]);
});
