// SPDX-License-Identifier: Apache-2.0
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const FAR = 60;

/** Walks on by the keyboard until the focus is there. */
async function walkTo(page: Page, target: Locator, key = 'Tab') {
  for (let steps = 0; steps < FAR; steps += 1) {
    if (await target.evaluate(element => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${FAR} times ${key} don't lead to ${target}`);
}

/** From the filters into the list, down to the row, and along it. */
async function walkInto(page: Page, tab: SnapshotsTab, target: Locator) {
  await walkTo(page, tab.searchBox);
  await page.keyboard.press('Tab');
  const row = tab.grid.getByRole('row').nth(1);
  await walkTo(page, row, 'ArrowDown');
  await walkTo(page, target, 'ArrowRight');
}

test('a snapshot is taken without a mouse, and the focus comes back', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await walkTo(page, tab.takeButton);
  await page.keyboard.press('Enter');
  const dialog = tab.takeDialog;
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();

  // Nothing behind the dialog is reached.
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press('Tab');
    expect(
      await dialog.evaluate(element =>
        element.contains(document.activeElement),
      ),
    ).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(tab.takeButton).toBeFocused();

  await page.keyboard.press('Space');
  const field = dialog.getByRole('textbox', { name: 'Name' });
  await expect(field).toBeFocused();
  const name = newName('cache-01');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type('by keyboard');
  await walkTo(page, dialog.getByRole('button', { name: 'Take snapshot' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(tab.takeButton).toBeFocused();
  await expect(tab.row(name)).toContainText('Ready to restore');
  expect(
    (await east.snapshot(vm('cache-01'), name))?.metadata.annotations,
  ).toMatchObject({ description: 'by keyboard' });
});

test('the drawer opens and closes without a mouse, and the focus comes back', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const link = tab.link('cache-01-crash');
  await walkInto(page, tab, link);
  await page.keyboard.press('Enter');
  const drawer = tab.drawer('cache-01-crash');
  await expect(drawer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(link).toBeFocused();
});

test('the menu of a row works without a mouse', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const button = tab
    .row('cache-01-crash')
    .getByRole('button', { name: 'Actions for cache-01-crash' });
  await walkInto(page, tab, button);
  await page.keyboard.press('Enter');
  await walkTo(page, tab.menuItem('Delete snapshot'), 'ArrowDown');
  await page.keyboard.press('Enter');
  const dialog = tab.deleteDialog('cache-01-crash');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
});

test('what is off says why, to eye and ear, when the keyboard gets there', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(page, 'Quinn', 'cache-01');
  await walkTo(page, tab.takeButton);
  const reason = /^You may not take snapshots of cache-01/;
  // The one of the button before may still be fading.
  await expect(page.getByRole('tooltip', { name: reason })).toBeVisible();
  await expect(tab.takeButton).toHaveAccessibleDescription(reason);
  await page.keyboard.press('Enter');
  await expect(tab.takeDialog).toBeHidden();

  await walkInto(
    page,
    tab,
    tab.row('cache-01-crash').getByRole('button', { name: /^Actions/ }),
  );
  await page.keyboard.press('Enter');
  const item = tab.menuItem('Delete snapshot');
  await walkTo(page, item, 'ArrowDown');
  await expect(item).toHaveAccessibleDescription(/^You may not delete/);
  await page.keyboard.press('Enter');
  await expect(tab.deleteDialog('cache-01-crash')).toBeHidden();
});

test('filters and sorting work without a mouse', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  await walkTo(page, tab.show('Both'));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(tab.show('Taken')).toBeChecked();
  await walkInto(page, tab, tab.row('web-01-before-upgrade'));
  await walkTo(page, tab.header('Name'), 'ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]order=desc/);
  await expect(tab.header('Name')).toBeFocused();
});
