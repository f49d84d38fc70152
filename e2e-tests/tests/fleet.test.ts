// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { expect, signedIn, test } from '../support/portal';
import { expectOff } from '../support/tab';
import { newName, vm } from '../support/vms';

const SEARCH = vm('search-01');
const BATCH = vm('batch-01');

/** A change in the cluster is on the screen within this time. */
const SOON = { timeout: 2_500 };

test('a developer finds their VMs by the navigation, and no others', async ({
  page,
  browserOf,
}) => {
  await signedIn(page.context(), 'Ada');
  await page.goto('/');
  await page.getByRole('link', { name: 'Virtual machines' }).click();
  const ada = new FleetPage(page);
  await expect(page).toHaveURL(/\/virtual-machines\?scope=mine/);
  await expect(ada.row('db-01')).toContainText('40 snapshots');
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

  const ben = await FleetPage.open(await browserOf('Ben'), 'Ben');
  await expect(ben.row('ledger-01')).toBeVisible();
  await expect(ben.row('db-01')).toHaveCount(0);
  await expect(ben.count).toHaveText('2 virtual machines');

  // Who owns none and may see all gets all, and may change nothing.
  const quinn = await FleetPage.open(await browserOf('Quinn'), 'Quinn', '');
  await expect(quinn.page).toHaveURL(/scope=all/);
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
  await expect(fleet.names()).toHaveText(['invoice-01', 'ledger-01']);
  await fleet.choose('Owner', 'All owners');
  await fleet.choose('Cluster', /^demo-east/);
  await fleet.choose('Namespace', /^demo-east \/ shop/);
  await fleet.choose('State', 'Paused');
  await expect(fleet.names()).toHaveText(['batch-01']);
  await expect(fleet.count).toHaveText(/^1 of \d+ virtual machines$/);
  await page.reload();
  await expect(fleet.names()).toHaveText(['batch-01']);
  await page.getByRole('link', { name: 'Reset filters' }).click();

  await fleet.searchBox.fill('web');
  await expect(fleet.names()).toHaveText(['web-01', 'web-01', 'web-02']);
  await fleet.header('Name').click();
  await expect(fleet.names()).toHaveText(['web-02', 'web-01', 'web-01']);
  await fleet.header('Cluster / namespace').click();
  await expect(fleet.names()).toHaveText(['web-01', 'web-02', 'web-01']);
  await expect(page).toHaveURL(/search=web/);
  await expect(page).toHaveURL(/sort=place/);

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
  browserOf,
}) => {
  await east.hangStorage(SEARCH);
  const fleet = await FleetPage.open(page, 'Ada');
  const other = await FleetPage.open(await browserOf('Pat'), 'Pat');
  const name = newName('search-01');
  await fleet.act('search-01', 'Take snapshot…');
  const dialog = page.getByRole('dialog', {
    name: 'Take snapshot of search-01',
  });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog).toBeHidden();
  for (const each of [fleet, other]) {
    await expect(each.row('search-01')).toContainText(
      'Creating snapshot',
      SOON,
    );
  }

  const details = fleet
    .row('search-01')
    .getByRole('button', { name: 'Creating snapshot, details of search-01' });
  await details.click();
  const popover = page.getByRole('dialog', { name: /^Creating snapshot/ });
  await expect(popover.getByRole('link', { name })).toBeVisible();
  await expect(
    popover.getByRole('list', { name: `Steps of ${name}` }),
  ).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await fleet.openMenu('search-01');
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
    await expect(each.row('search-01')).not.toContainText('Creating snapshot');
  }
  expect(await east.snapshot(SEARCH, name)).toBeUndefined();
});

test('what others do in the cluster shows within a second or so', async ({
  page,
  east,
}) => {
  const fleet = await FleetPage.open(page, 'Ada', '?scope=all&search=batch');
  await expect(fleet.row('batch-01')).toContainText('Paused');
  await east.hangStorage(BATCH);
  const name = newName('batch-01');
  await east.takeSnapshot(BATCH, name);
  await expect(fleet.row('batch-01')).toContainText('Creating snapshot', SOON);
  await east.clearFaults();
  await expect(fleet.row('batch-01')).not.toContainText('Creating snapshot');
  await expect(fleet.row('batch-01')).toContainText('1 snapshot');
});

test('without the stream it asks again, and says so', async ({
  page,
  east,
  expectFailure,
}) => {
  expectFailure({ status: 'network', path: /\/vms\/events$/ });
  await page.route('**/vms/events', route => route.abort());
  const fleet = await FleetPage.open(page, 'Ada', '?scope=all&search=cache');
  await expect(
    page.getByText('Live updates are off, checking every 5 seconds'),
  ).toBeVisible();
  const name = newName('cache-01');
  await east.takeFinishedSnapshot(vm('cache-01'), name);
  await expect(fleet.row('cache-01')).toContainText('2 snapshots');
  await page.unroute('**/vms/events');
  await expect(page.getByText(/^Live updates are off/)).toBeHidden({
    timeout: 40_000,
  });
});
