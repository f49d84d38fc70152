// SPDX-License-Identifier: Apache-2.0
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { moveClockTo } from '../support/clock';
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';

const DAY = 86_400_000;

async function newSchedule(page: Page, name: string, kind?: string) {
  await page.getByRole('button', { name: 'New schedule' }).click();
  const dialog = page.getByRole('dialog', { name: /by a schedule$/ });
  if (kind) {
    await dialog
      .getByRole('button', { name: /^.*Schedule$/ })
      .first()
      .click();
    await page.getByRole('option', { name: kind, exact: true }).click();
  }
  await dialog
    .getByRole('textbox', { name: 'Name of the schedule' })
    .fill(name);
  return dialog;
}

async function create(dialog: Locator) {
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  await expect(dialog).toBeHidden();
}

async function act(page: Page, name: string, action: string) {
  await page
    .getByRole('button', { name: `Actions for schedule ${name}` })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** When the first of the next runs is, as the form says. */
async function firstRun(dialog: Locator): Promise<Date> {
  const at = await dialog
    .getByRole('list', { name: 'Next five snapshots' })
    .locator('time')
    .first()
    .getAttribute('datetime');
  return new Date(at!);
}

test.describe.configure({ mode: 'serial' });

test('every kind is created with its next five runs and the year to come', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-02');
  for (const [kind, words] of [
    ['Hourly', /^At minute \d+ of every hour, every day$/],
    ['Weekly', /^At 03:\d\d on Monday$/],
    ['Monthly', /^At 03:\d\d on day 1 of the month$/],
    ['Cron', /^At 03:\d\d on Monday–Friday$/],
  ] as const) {
    const name = `${kind.toLowerCase()}-e2e`;
    const dialog = await newSchedule(page, name, kind);
    await expect(dialog.getByText(words)).toBeVisible();
    await expect(
      dialog
        .getByRole('list', { name: 'Next five snapshots' })
        .getByRole('listitem'),
    ).toHaveCount(5);
    await expect(
      dialog.getByText(/snapshots would be taken in the coming year/),
    ).toBeVisible();
    await expectAccessible(page);
    await create(dialog);
    await expect(tab.row(name)).toContainText('Active');
    await expect(tab.row(name)).toContainText('Next:');
  }
  await expectAccessible(page);
  for (const kind of ['hourly', 'weekly', 'monthly', 'cron']) {
    await act(page, `${kind}-e2e`, 'Delete schedule…');
    await page.getByRole('button', { name: 'Delete schedule' }).click();
    await expect(tab.row(`${kind}-e2e`)).toBeHidden();
  }
});

test('a schedule runs when it is due, is paused, resumed, missed and pruned', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-02');
  const dialog = await newSchedule(page, 'nightly-e2e');
  await dialog.getByRole('textbox', { name: 'Keep the last' }).fill('1');
  const first = await firstRun(dialog);
  await create(dialog);
  const row = tab.row('nightly-e2e');
  await expect(row).toContainText('Active');

  moveClockTo(new Date(first.getTime() + 5_000));
  await expect(row).toContainText('Last: Succeeded', { timeout: 40_000 });

  await tab.link('nightly-e2e').click();
  const drawer = page.getByRole('dialog', { name: 'Schedule nightly-e2e' });
  const runs = drawer.getByRole('table').getByRole('row');
  await expect(runs).toHaveCount(2);
  await expect(runs.nth(1)).toContainText('Succeeded');
  await expect(drawer.getByRole('list', { name: '1 is kept' })).toBeVisible();
  await expectAccessible(page);
  const snapshot = await runs.nth(1).getByRole('link').textContent();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(tab.row(snapshot!)).toContainText('Ready');

  await act(page, 'nightly-e2e', 'Pause…');
  await page.getByRole('textbox', { name: /^Reason/ }).fill('Moving house');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(row).toContainText('Paused');
  await expect(row).toContainText('Moving house');
  await act(page, 'nightly-e2e', 'Resume…');
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(row).toContainText('Active');

  await act(page, 'nightly-e2e', 'Run now…');
  await page.getByRole('button', { name: 'Run now', exact: true }).click();
  // The newer one pushes the first one out.
  await expect(tab.row(snapshot!)).toBeHidden({ timeout: 60_000 });

  // The portal finds itself three days and a half later.
  moveClockTo(new Date(first.getTime() + 3.5 * DAY));
  await tab.link('nightly-e2e').click();
  await expect(drawer.getByText('Missed').first()).toBeVisible({
    timeout: 40_000,
  });
  await expect(drawer).toContainText(/3 snapshots, due from/);
  await page.keyboard.press('Escape');

  await page.getByRole('radio', { name: 'Month' }).click();
  await expect(
    page.getByRole('table', { name: /^Snapshots and schedules of/ }),
  ).toContainText('nightly-e2e');
  await expectAccessible(page);
  await page.getByRole('radio', { name: 'Snapshots', exact: true }).click();

  await act(page, 'nightly-e2e', 'Delete schedule…');
  await page.getByRole('radio', { name: /^They are deleted as well/ }).check();
  await page.getByRole('button', { name: 'Delete schedule' }).click();
  await expect(row).toBeHidden();
});
