// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';

const BY_NAME = ['web-01-before-upgrade', 'web-01-by-hand', 'web-01-former'];
const BY_DATE = ['web-01-former', 'web-01-before-upgrade', 'web-01-by-hand'];

test('a developer finds the snapshots on the page of their VM', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');

  await expect(tab.fact('Namespace')).toHaveText('shop');
  await expect(tab.fact('Cluster')).toHaveText('demo-east');
  await expect(tab.fact('State')).toHaveText('Running');
  await expect(tab.fact('Guest agent')).toHaveText('Connected');
  await expect(tab.grid.getByRole('columnheader')).toHaveText([
    'Name',
    'Created',
    'Status',
    'Consistency',
    'Made by',
    'Actions',
  ]);
  const cells = tab.row('web-01-before-upgrade').getByRole('gridcell');
  await expect(cells.nth(0)).toContainText(/2 days ago.*\d{4}.*GMT\+1/);
  await expect(cells.nth(1)).toHaveText('Ready to restore');
  await expect(cells.nth(2)).toHaveText('Application-consistent');
  await expect(cells.nth(3)).toHaveText('Not made by this portal');
  await expect(tab.row('web-01-before-upgrade')).toContainText(
    'before upgrade',
  );
  await expect(tab.row('web-01-former')).toContainText(
    'Of a former VM with this name',
  );
});

test('the exact time shows when one points at it', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  await tab.row('web-01-by-hand').locator('time').hover();
  await expect(page.getByRole('tooltip')).toHaveText(/, \d{4} at .* GMT\+1$/);
});

test('what a snapshot is worth, in words', async ({ page }) => {
  for (const [vm, name, words] of [
    ['cache-01', 'cache-01-crash', 'Crash-consistent'],
    ['legacy-01', 'legacy-01-partial', 'Partial'],
    ['web-02', 'web-02-offline', 'VM was off'],
  ]) {
    const tab = await SnapshotsTab.open(page, 'Ada', vm);
    await expect(tab.row(name)).toContainText(words);
  }
});

test('a click on a title sorts by it, another click the other way', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  const reversed = (names: string[]) => [...names].reverse();

  await expect(tab.header('Name')).toHaveAttribute('aria-sort', 'ascending');
  await expect(tab.names()).toHaveText(BY_NAME);
  await tab.header('Name').click();
  await expect(tab.header('Name')).toHaveAttribute('aria-sort', 'descending');
  await expect(tab.names()).toHaveText(reversed(BY_NAME));

  await tab.header('Created').click();
  await expect(tab.header('Created')).toHaveAttribute('aria-sort', 'ascending');
  await expect(tab.names()).toHaveText(BY_DATE);
  await tab.header('Created').click();
  await expect(tab.names()).toHaveText(reversed(BY_DATE));
  await expect(page).toHaveURL(/[?&]sort=created/);
  await expect(page).toHaveURL(/[?&]order=desc/);

  await page.reload();
  await expect(tab.names()).toHaveText(reversed(BY_DATE));
  await expect(tab.header('Created')).toHaveAttribute(
    'aria-sort',
    'descending',
  );
});

test('taken, scheduled or both', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  await expect(tab.show('Both')).toBeChecked();

  await tab.show('Taken').click();
  await expect(page).toHaveURL(/[?&]show=taken/);
  await expect(tab.names()).toHaveText(BY_NAME);

  await tab.show('Scheduled').click();
  await expect(
    page.getByRole('heading', { name: 'No schedules' }),
  ).toBeVisible();
  await expect(tab.grid).toBeHidden();
  await page.reload();
  await expect(tab.show('Scheduled')).toBeChecked();

  await page.getByRole('button', { name: 'Show taken snapshots' }).click();
  await expect(tab.show('Taken')).toBeChecked();
  await expect(tab.names()).toHaveText(BY_NAME);
});

test('filter by status, kept on reload', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-02');
  await expect(tab.names()).toContainText(['offline', 'timed-out']);

  await tab.statusFilter.click();
  await page.getByRole('option', { name: /^Failed \(\d+\)$/ }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/[?&]state=failed/);
  await expect(tab.link('web-02-timed-out')).toBeVisible();
  await expect(tab.link('web-02-offline')).toBeHidden();
  await expect(tab.count).toHaveText(/^\d+ of \d+ snapshots$/);
  await expect(tab.row('web-02-timed-out')).toContainText(
    'snapshot deadline exceeded',
  );

  await page.reload();
  await expect(tab.link('web-02-timed-out')).toBeVisible();
  await expect(tab.link('web-02-offline')).toBeHidden();
  await expect(tab.statusFilter).toContainText('Failed');
});

test('search by name and description', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'db-01');
  await expect(tab.count).toHaveText('40 snapshots');

  await tab.searchBox.fill('SCHEMA');
  await expect(tab.count).toHaveText('4 of 40 snapshots');
  await expect(tab.names()).toHaveText([
    'db-01-0010',
    'db-01-0020',
    'db-01-0030',
    'db-01-0040',
  ]);
  await page.reload();
  await expect(tab.searchBox).toHaveValue('SCHEMA');
  await expect(tab.names()).toHaveCount(4);

  await tab.searchBox.fill('nothing is called so');
  await expect(
    page.getByRole('heading', { name: 'No snapshot matches the filter' }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Reset filters' }).click();
  await expect(tab.searchBox).toHaveValue('');
  await expect(tab.count).toHaveText('40 snapshots');
});

test('pages', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'db-01');
  await expect(tab.names()).toHaveCount(20);
  await expect(page.getByText('1 - 20 of 40')).toBeVisible();

  await page.getByRole('button', { name: 'Next table page' }).click();
  await expect(page.getByText('21 - 40 of 40')).toBeVisible();
  await expect(tab.names().first()).toHaveText('db-01-0021');
  await expect(page).toHaveURL(/[?&]page=2/);
  await page.reload();
  await expect(tab.names().first()).toHaveText('db-01-0021');

  // Another order is another list.
  await tab.header('Name').click();
  await expect(tab.names().first()).toHaveText('db-01-0040');
  await expect(page).not.toHaveURL(/[?&]page=/);
});

test('a VM without snapshots says what one is for', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ben', 'invoice-01');
  await expect(
    page.getByRole('heading', { name: 'No snapshots yet' }),
  ).toBeVisible();
  await expect(tab.takeButton).toHaveCount(1);
});
