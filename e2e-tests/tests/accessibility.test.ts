// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { expect, signedIn, test } from '../support/portal';
import { SnapshotsTab, tabPath } from '../support/tab';
import { newName, vm } from '../support/vms';

const BATCH = vm('batch-01');

test('the list, its menu and the drawer', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  await expect(tab.link('web-01-by-hand')).toBeVisible();
  await expectAccessible(page);
  await tab.openMenu('web-01-by-hand');
  await expect(tab.menuItem('Delete snapshot')).toBeVisible();
  await expectAccessible(page);
  await tab.menuItem('Details').click();
  await expect(tab.drawer('web-01-by-hand')).toContainText('Identifiers');
  await expectAccessible(page);
});

test('lists with nothing in them', async ({ page }) => {
  await SnapshotsTab.open(page, 'Ben', 'invoice-01');
  await expect(
    page.getByRole('heading', { name: 'No snapshots yet' }),
  ).toBeVisible();
  await expectAccessible(page);
  await SnapshotsTab.open(page, 'Ada', 'web-01', '?show=scheduled');
  await expect(
    page.getByRole('heading', { name: 'No schedules' }),
  ).toBeVisible();
  await expectAccessible(page);
});

test('the form that takes a snapshot, with complaints', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'kiosk-01');
  const dialog = await tab.openTake();
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Not Possible');
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
});

test('a snapshot in progress and the question whether to stop it', async ({
  page,
  east,
}) => {
  await east.hangStorage(BATCH);
  const name = newName('batch-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Creating snapshot');
  await expectAccessible(page);
  await tab.row(name).getByRole('button', { name: /^Stop/ }).click();
  await expect(tab.stopDialog(name)).toBeVisible();
  await expectAccessible(page);
});

test('the question whether to delete the last good one', async ({
  page,
  east,
}) => {
  const name = newName('batch-01');
  await east.takeFinishedSnapshot(BATCH, name);
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');
  const dialog = await tab.openDelete(name);
  await expect(
    dialog.getByRole('textbox', { name: `Type ${name}` }),
  ).toBeFocused();
  await expectAccessible(page);
});

test('denied, and what is not there', async ({ page, expectFailure }) => {
  for (const [person, entity, status] of [
    ['Ben', 'web-01', 403],
    ['Ada', 'gone-01', 404],
    ['Ada', 'malformed-01', 404],
    ['Ada', 'forged-01', 404],
  ] as const) {
    expectFailure({ status, path: new RegExp(`/${entity}/snapshots$`) });
    await page.context().clearCookies();
    await signedIn(page.context(), person);
    await page.goto(tabPath(entity));
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible(page);
  }
});

test('the clusters, for those who run them', async ({ page }) => {
  await signedIn(page.context(), 'Pat');
  await page.goto('/kubevirt-snapshots/clusters');
  const clusters = page.getByRole('grid', { name: 'Clusters' });
  await expect(clusters.getByRole('row')).toHaveCount(3);
  await expect(
    clusters.getByRole('row').filter({ hasText: 'demo-east' }),
  ).toContainText(/Live.*Closed.*Allowed/);
  await expectAccessible(page);
});

test('the dark theme', async ({ page, east }) => {
  await east.hangStorage(BATCH);
  await signedIn(page.context(), 'Ada');
  await page.goto('/settings');
  await page.evaluate(() => localStorage.setItem('theme', 'dark'));
  const tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');
  await expect(page.locator('[data-theme-mode="dark"]').first()).toBeAttached();
  const name = newName('batch-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Creating snapshot');
  await expectAccessible(page);
  await tab.link(name).click();
  await expect(tab.drawer(name)).toContainText('Identifiers');
  await expectAccessible(page);
});

test('400 pixels wide', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 800 });
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  const row = tab.row('web-01-by-hand');
  await expect(row).toBeVisible();
  // What has no column of its own any more is in another one.
  for (const words of [
    'yesterday',
    'Ready to restore',
    'Application-consist',
  ]) {
    await expect(row).toContainText(words);
  }
  await expect(tab.takeButton).toBeInViewport();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});
