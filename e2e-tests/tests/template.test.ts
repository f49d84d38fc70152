// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const CACHE = vm('cache-01');

test('a template is made once it is acknowledged what travels along', async ({
  page,
  east,
}) => {
  const snapshot = newName('cache-01');
  await east.takeFinishedSnapshot(CACHE, snapshot);
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await tab.openMenu(snapshot);
  await tab.menuItem('Create VM template…').click();
  const dialog = page.getByRole('dialog', {
    name: `Create VM template from ${snapshot}`,
  });
  const wanted = newName('cache-01');
  await dialog
    .getByRole('textbox', { name: 'Name of the template' })
    .fill(wanted);
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  const submit = dialog.getByRole('button', {
    name: 'Create VM template',
    exact: true,
  });
  await submit.click();
  await expect(dialog.getByText('Tick this box to go on.')).toBeVisible();
  await expectAccessible(page);
  await dialog
    .locator('label')
    .filter({ hasText: /not generalised/ })
    .click();
  await submit.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`Template ${wanted} was created`)).toBeVisible({
    timeout: 40_000,
  });
  expect(await east.template(CACHE, wanted)).toBeDefined();
  const text = JSON.stringify(await east.template(CACHE, wanted));
  // What the demo's cloud-init data has in it.
  expect(text).not.toContain('not-a-real-password');
});
