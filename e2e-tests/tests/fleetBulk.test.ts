// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { OwnVms } from '../support/ownVms';
import { expect, test } from '../support/portal';

// A few rich tests, since loading a page takes longest.
test.describe.configure({ timeout: 120_000 });

const OWN = '?scope=all&search=own-bulk';

const own = new OwnVms('demo-east', 'own-bulk');

test.beforeAll(async ({ portalApi }) => {
  await own.makeAll(await portalApi('Pat'), {
    'app-01': {},
    'app-02': {},
    'app-03': { off: true },
    'app-04': {},
    'bare-01': { diskless: true, off: true },
  });
});

test.afterAll(() => own.removeAll());

test('snapshots of many VMs: chosen by keyboard, shown before, one outcome each', async ({
  page,
  east,
  apiOf,
  expectFailure,
}) => {
  // One fails when it is asked for: somebody was quicker.
  await east.hangStorage(own.vm('app-04'));
  const fleet = await FleetPage.open(page, 'Ada', OWN);
  // The list is one stop of the tabulator; arrows lead from row to row.
  await fleet.row('app-01').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(fleet.box('app-02')).toBeChecked();
  await expect(fleet.selection).toContainText('1 VM selected');
  await fleet.tick(fleet.box('app-01'));
  await fleet.tick(fleet.box('bare-01'));
  await fleet.tick(fleet.box('app-04'));
  await expect(fleet.selection).toContainText('4 VMs selected');
  await fleet.searchBox.fill('own-bulk/app-03');
  await expect(fleet.names()).toHaveText(['app-03']);
  await fleet.tick(fleet.box('app-03'));
  await expect(fleet.selection).toContainText('5 VMs selected');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Take snapshots…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take snapshots of 5 VMs' });
  await expect(dialog).toContainText(
    '4 snapshots will be taken · 1 VM is left out',
  );
  await expect(dialog.getByRole('row', { name: /^bare-01/ })).toContainText(
    'Left out: No disk of it can be captured',
  );
  await expect(dialog.getByRole('row', { name: /^app-03/ })).toContainText(
    'The VM is off',
  );
  await dialog
    .getByRole('textbox', { name: 'Description' })
    .fill('before the move');
  await expectAccessible(page);
  await east.takeSnapshot(own.vm('app-04'), 'app-04-by-another');
  await east.until(
    async () => (await east.vm(own.vm('app-04')))?.status.snapshotInProgress,
  );
  expectFailure({ status: 409, path: /\/app-04\.[^/]*\/snapshots$/ });
  await dialog.getByRole('button', { name: 'Take 4 snapshots' }).click();

  await expect(fleet.bulk).toContainText('Snapshots of 4 VMs');
  await expect(fleet.bulk).toContainText('3 Done · 1 Failed', {
    timeout: 30_000,
  });
  await expect(
    fleet.bulk.getByRole('listitem').filter({ hasText: 'app-04' }),
  ).toContainText('Snapshot app-04-by-another is being taken.');
  await expectAccessible(page);

  // Each is an act of its own in the trail.
  const ada = await apiOf('Ada');
  for (const name of ['app-01', 'app-02', 'app-03']) {
    const entity = own.entity(name);
    const { items } = await ada.list(entity);
    const [taken] = items.filter(i => i.description === 'before the move');
    expect(taken).toMatchObject({
      state: 'ready',
      createdBy: 'user:default/ada',
    });
    const answer = await ada.get(
      `/api/kubevirt-snapshots/entities/resource/default/${entity}/history?limit=5`,
    );
    const history = await answer.json();
    expect(
      history.items.filter((i: any) => i.snapshot?.name === taken.name),
    ).toHaveLength(1);
  }

  await east.clearFaults();
  await east.until(
    async () => !(await east.vm(own.vm('app-04')))?.status.snapshotInProgress,
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
  const names = ['app-01', 'app-02', 'app-03', 'app-04'];
  await Promise.all(names.map(name => east.hangStorage(own.vm(name))));
  const fleet = await FleetPage.open(page, 'Ada', OWN);
  for (const name of names) {
    await fleet.tick(fleet.box(name));
  }
  await page.getByRole('button', { name: 'Take snapshots…' }).click();
  await page.getByRole('button', { name: 'Take 4 snapshots' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 1 Waiting');
  await page.getByRole('link', { name: 'Catalog', exact: true }).click();
  await expect(fleet.grid).toBeHidden();
  await page.getByRole('link', { name: 'Virtual machines' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 1 Waiting');
  await fleet.bulk.getByRole('button', { name: 'Cancel the rest' }).click();
  await expect(fleet.bulk).toContainText('3 Under way · 1 Cancelled');
  await east.clearFaults();
  await expect(fleet.bulk).toContainText('3 Done · 1 Cancelled', {
    timeout: 30_000,
  });
});

test('many VMs are put under a schedule', async ({ page, apiOf }) => {
  // A portal that was tested before has those of former VMs of these names.
  const schedule = `every-night-${Date.now().toString(36)}`;
  const fleet = await FleetPage.open(page, 'Ada', OWN);
  for (const name of ['app-01', 'app-02', 'bare-01']) {
    await fleet.tick(fleet.box(name));
  }
  const begin = page.getByRole('button', { name: 'Put under a schedule…' });
  await begin.click();
  const dialog = page.getByRole('dialog', {
    name: 'Put 3 VMs under a schedule',
  });
  const name = dialog.getByRole('textbox', { name: /^Name/ });
  await name.fill(schedule);
  await expect(dialog).toContainText(
    '2 schedules will be made · 1 VM is left out',
  );
  await expect(dialog.getByRole('row', { name: /^bare-01/ })).toContainText(
    'No disk of it can be captured',
  );
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Make 2 schedules' }).click();
  await expect(fleet.bulk).toContainText('Schedules of 2 VMs');
  await expect(fleet.bulk).toContainText('2 Done', { timeout: 20_000 });
  await expect(fleet.row('app-01')).toContainText(/tomorrow|in \d+ hours?/);
  await expect(fleet.row('app-04')).toContainText('No schedule');
  const ada = await apiOf('Ada');
  const { scheduled } = await ada.list(own.entity('app-02'));
  expect(scheduled.filter(({ formerVm }) => !formerVm)).toMatchObject([
    { name: schedule, state: 'active', author: 'user:default/ada' },
  ]);

  // Who has such a schedule gets no second one.
  for (const vm of ['app-01', 'app-04']) {
    await fleet.tick(fleet.box(vm));
  }
  await begin.click();
  const second = page.getByRole('dialog', {
    name: 'Put 2 VMs under a schedule',
  });
  await second.getByRole('textbox', { name: /^Name/ }).fill(schedule);
  await expect(second.getByRole('row', { name: /^app-01/ })).toContainText(
    `It has a schedule ${schedule} already.`,
  );
  await expect(
    second.getByRole('button', { name: 'Make 1 schedule' }),
  ).toBeVisible();
});
