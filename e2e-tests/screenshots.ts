// SPDX-License-Identifier: Apache-2.0

/**
 * Pictures of the real portal for the README:
 * `node scripts/portal.mjs e2e --grep @screenshots`. Not a part of the tests.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, signedIn, test } from './support/portal';
import { Schedules } from './support/schedules';
import { SnapshotsTab } from './support/tab';
import { vm } from './support/vms';

const FOLDER = resolve(__dirname, '../docs/images');
const SEARCH = vm('search-01');

/** What is beside and above the entity is Backstage's. */
const CLIP = { x: 224, y: 76, width: 1280, height: 800 };

test.use({ viewport: { width: 1504, height: 876 } });

test.beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
});

async function shoot(page: Page, name: string) {
  await page.mouse.move(0, 0);
  // A message that goes by itself would cover something.
  await expect(page.getByText(/^Snapshot \S+ was taken$/)).toBeHidden({
    timeout: 15_000,
  });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({
    path: resolve(FOLDER, `${name}.png`),
    animations: 'disabled',
    clip: CLIP,
  });
}

async function takeOne(tab: SnapshotsTab, name: string, description: string) {
  const dialog = await tab.openTake();
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Description' }).fill(description);
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog).toBeHidden();
  return tab.row(name);
}

test('the tab, the form and the drawer @screenshots', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  const row = await takeOne(tab, 'web-01-before-2-0', 'before version 2.0');
  await expect(row).toContainText('Ready to restore');
  await shoot(page, 'snapshots-tab');

  const dialog = await tab.openTake();
  await dialog
    .getByRole('textbox', { name: 'Description' })
    .fill('before the kernel update');
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  await shoot(page, 'take-snapshot');
  await page.keyboard.press('Escape');

  await tab.link('web-01-before-2-0').click();
  await expect(tab.drawer('web-01-before-2-0')).toContainText('Identifiers');
  await shoot(page, 'drawer');
});

test('the review of a restore @screenshots', async ({ page, east }) => {
  const cache = vm('cache-01');
  const memory = await east.memoryOf(cache);
  await east.setMemory(cache, '8Gi');
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openRestore('cache-01-crash');
  await expect(dialog.getByRole('row', { name: /^Memory/ })).toBeVisible();
  await shoot(page, 'restore');
  await page.keyboard.press('Escape');
  await east.setMemory(cache, memory!);
});

test('a snapshot being taken, and the dark theme @screenshots', async ({
  page,
  east,
}) => {
  const mend = await east.failVolume({
    namespace: SEARCH.namespace,
    claim: '^search-01-',
    mode: 'hang',
  });
  await signedIn(page.context(), 'Ada');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  const row = await takeOne(
    tab,
    'search-01-reindex',
    'before the index is built anew',
  );
  await expect(row).toContainText('Creating snapshot');
  await expect(row).toContainText('Running for 0:03');
  await shoot(page, 'creating');
  await mend();
  await expect(row).toContainText('Ready to restore');

  await page.evaluate(() => localStorage.setItem('theme', 'dark'));
  await SnapshotsTab.open(page, 'Ada', 'db-01');
  await expect(tab.link('db-01-0001')).toBeVisible();
  await shoot(page, 'dark');
});

test('a schedule before it is made @screenshots', async ({ page }) => {
  await SnapshotsTab.open(page, 'Ada', 'db-01');
  const schedules = new Schedules(page);
  await schedules.open('weekly', 'Weekly');
  await expect(schedules.nextRuns).toHaveCount(5);
  await shoot(page, 'schedule');
});

test('the virtual machines of all clusters @screenshots', async ({ page }) => {
  await signedIn(page.context(), 'Pat');
  await page.goto('/virtual-machines?scope=all');
  await expect(page.getByRole('link', { name: 'ledger-01' })).toBeVisible();
  await shoot(page, 'virtual-machines');
});
