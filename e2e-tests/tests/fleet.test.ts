// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { OwnVms } from '../support/ownVms';
import { expect, signedIn, test } from '../support/portal';
import { expectOff } from '../support/tab';
import { newName } from '../support/vms';

// A few rich tests, since loading a page takes longest.
test.describe.configure({ timeout: 120_000 });

/**
 * A change in the cluster is on the screen within this time: well before the
 * list would ask again by itself.
 */
const SOON = { timeout: 15_000 };

const own = new OwnVms('demo-east', 'own-list');

test.beforeAll(async ({ portalApi }) => {
  await own.makeAll(await portalApi('Pat'), {
    'pick-01': {},
    'pick-02': { off: true },
    'busy-01': {},
    'other-01': { owner: 'group:default/team-b', off: true },
  });
});

test.afterAll(() => own.removeAll());

test('a developer finds their VMs by the navigation, and no others', async ({
  page,
}) => {
  await signedIn(page.context(), 'Ada');
  await page.goto('/');
  await page.getByRole('link', { name: 'Virtual machines' }).click();
  const ada = new FleetPage(page);
  await expect(page).toHaveURL(/\/virtual-machines\?scope=mine/);
  await expect(ada.row('db-01')).toContainText(/\d+ snapshots/);
  await expect(ada.row('web-02')).toContainText(/Last good one/);
  await expect(ada.row('kiosk-01')).toContainText(
    'Unprotected: none in 30 days',
  );
  await expect(ada.row('db-01')).toContainText('demo-east / data');
  await expect(ada.row('db-01')).toContainText('Running');
  await expect(ada.row('ledger-01')).toHaveCount(0);
  await expect(ada.grid.getByRole('link', { name: 'db-01' })).toHaveAttribute(
    'href',
    '/catalog/default/resource/db-01/snapshots',
  );
  await expectAccessible(page);

  const ben = await FleetPage.open(page, 'Ben');
  await expect(ben.row('ledger-01')).toBeVisible();
  await expect(ben.row('db-01')).toHaveCount(0);

  // Who owns none and may see all gets all, and may change nothing.
  const quinn = await FleetPage.open(page, 'Quinn', '');
  await expect(page).toHaveURL(/scope=all/);
  await expect(quinn.row('ledger-01')).toBeVisible();
  await expect(quinn.row('db-01')).toBeVisible();
  await quinn.openMenu('db-01');
  await expectOff(
    quinn.menuItem('Take snapshot…'),
    /You may not take snapshots of db-01\. Ask group:default\/team-a/,
  );
});

test('filters, search and order are kept in the address', async ({ page }) => {
  const fleet = await FleetPage.open(page, 'Pat');
  await fleet.choose('Owner', /^team-b/);
  await fleet.choose('Cluster', /^demo-east/);
  await expect(fleet.names()).toHaveText(['other-01']);
  await fleet.choose('Owner', 'All owners');
  await fleet.choose('Namespace', /^demo-east \/ own-list/);
  await fleet.choose('State', 'Stopped');
  await expect(fleet.names()).toHaveText(['other-01', 'pick-02']);
  await expect(fleet.count).toHaveText(/^2 of \d+ virtual machines$/);
  await page.reload();
  await expect(fleet.names()).toHaveText(['other-01', 'pick-02']);
  await page.getByRole('link', { name: 'Reset filters' }).click();

  await fleet.searchBox.fill('own-list/pick');
  await expect(fleet.names()).toHaveText(['pick-01', 'pick-02']);
  await fleet.header('Name').click();
  await expect(fleet.names()).toHaveText(['pick-02', 'pick-01']);
  await expect(page).toHaveURL(/search=own-list/);
  await fleet.header('State').click();
  await expect(fleet.names()).toHaveText(['pick-01', 'pick-02']);
  await expect(page).toHaveURL(/sort=state/);

  await fleet.searchBox.fill('db-01');
  await fleet.tick(page.getByRole('checkbox', { name: 'Unprotected only' }));
  await expect(
    page.getByRole('heading', { name: 'No virtual machine matches' }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Reset filters' }).click();
  await expect(fleet.row('kiosk-01')).toBeVisible();
});

test('a snapshot taken from the list shows there at once, and can be stopped there', async ({
  page,
  east,
}) => {
  const vm = own.vm('busy-01');
  await east.hangStorage(vm);
  const fleet = await FleetPage.open(page, 'Ada', '?search=own-list');
  const other = await FleetPage.open(
    await page.context().newPage(),
    'Ada',
    '?scope=all&search=own-list',
  );
  await page.bringToFront();
  const name = newName('busy-01');
  await fleet.act('busy-01', 'Take snapshot…');
  const dialog = page.getByRole('dialog', {
    name: 'Take snapshot of busy-01',
  });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog).toBeHidden();
  for (const each of [fleet, other]) {
    await expect(each.row('busy-01')).toContainText('Creating snapshot', SOON);
  }

  const details = fleet
    .row('busy-01')
    .getByRole('button', { name: 'Creating snapshot, details of busy-01' });
  await details.click();
  const popover = page.getByRole('dialog', { name: /^Creating snapshot/ });
  await expect(popover.getByRole('link', { name })).toBeVisible();
  await expect(
    popover.getByRole('list', { name: `Steps of ${name}` }),
  ).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await fleet.openMenu('busy-01');
  await expectOff(
    fleet.menuItem('Take snapshot…'),
    `Snapshot ${name} is being taken. Wait until it is finished.`,
  );
  await expectAccessible(page);
  await fleet.menuItem('Stop snapshot…').click();
  await page
    .getByRole('dialog', { name: `Stop snapshot ${name}?` })
    .getByRole('button', { name: 'Stop snapshot' })
    .click();
  for (const each of [fleet, other]) {
    await expect(each.row('busy-01')).not.toContainText('Creating snapshot');
  }
  expect(await east.snapshot(vm, name)).toBeUndefined();

  // What others do in the cluster shows as soon.
  const theirs = newName('busy-01');
  await east.takeSnapshot(vm, theirs);
  await expect(fleet.row('busy-01')).toContainText('Creating snapshot', SOON);
  await east.clearFaults();
  await expect(fleet.row('busy-01')).not.toContainText('Creating snapshot');
  await expect(fleet.row('busy-01')).toContainText('1 snapshot');
});

test('without the stream it asks again, and says so', async ({
  page,
  east,
  expectFailure,
}) => {
  expectFailure({ status: 'network', path: /\/vms\/events$/ });
  await page.route('**/vms/events', route => route.abort());
  const fleet = await FleetPage.open(page, 'Ada', '?search=own-list/pick-01');
  await expect(
    page.getByText('Live updates are off, checking every 5 seconds'),
  ).toBeVisible();
  await expect(fleet.row('pick-01')).toContainText('No snapshots');
  await east.takeFinishedSnapshot(own.vm('pick-01'), newName('pick-01'));
  await expect(fleet.row('pick-01')).toContainText('1 snapshot');
  await page.unroute('**/vms/events');
  await expect(page.getByText(/^Live updates are off/)).toBeHidden({
    timeout: 40_000,
  });
});
