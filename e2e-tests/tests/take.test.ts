// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

test('name and description, checked as one types, and the snapshot is there', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openTake();
  const name = dialog.getByRole('textbox', { name: 'Name' });
  const submit = dialog.getByRole('button', { name: 'Take snapshot' });

  await expect(name).toBeFocused();
  await expect(name).toHaveValue(/^cache-01-\d{8}-\d{6}$/);
  await expect(dialog.getByText('The name is free.')).toBeVisible();

  for (const [typed, complaint] of [
    ['', 'Enter a name.'],
    ['Cache', 'Upper-case letters are not possible.'],
    ['a/b', 'Only lower-case letters, digits and dashes are possible.'],
    ['..', 'Only lower-case letters, digits and dashes are possible.'],
    ['-a', 'It has to begin and end with a letter or digit.'],
    ['a'.repeat(64), 'At most 63 characters are possible; these are 64.'],
  ]) {
    await name.fill(typed);
    await expect(dialog.getByText(complaint)).toBeVisible();
    await expect(name).toHaveAttribute('aria-invalid', 'true');
  }
  await name.fill('cache-01-crash');
  await expect(
    dialog.getByText('The name is taken in namespace shop'),
  ).toBeVisible();
  const since = Date.now();
  await submit.click();
  await expect(name).toBeFocused();
  await expect(dialog).toBeVisible();

  const deadline = dialog.getByRole('textbox', { name: /^Deadline/ });
  await expect(deadline).toHaveValue('5');
  await deadline.fill('0');
  await deadline.blur();
  await expect(deadline).not.toHaveValue('0');
  await deadline.fill('7');

  const disks = dialog.getByRole('list', { name: '1 disk will be captured' });
  await expect(disks).toContainText('rootdisk (dataVolume)');
  await expect(
    dialog.getByRole('list', { name: 'Not captured' }),
  ).toContainText('Nothing to capture: it is made anew');
  await expect(dialog).toContainText(
    'No guest agent is connected, so the snapshot will be crash-consistent',
  );

  const wanted = newName('cache-01');
  await name.fill(wanted);
  await dialog
    .getByRole('textbox', { name: 'Description' })
    .fill('before the upgrade');
  expect(await east.takeRequests(since)).toEqual([]);
  await submit.click();
  await expect(dialog).toBeHidden();

  const row = tab.row(wanted);
  await expect(row).toContainText('Ready to restore');
  await expect(row).toContainText('before the upgrade');
  await expect(row.getByRole('link', { name: 'Ada' })).toBeVisible();
  await expect(page.getByText(`Snapshot ${wanted} was taken`)).toBeVisible();
  const made = await east.snapshot(vm('cache-01'), wanted);
  expect(made?.spec.failureDeadline).toBe('420s');
  expect(made?.metadata.annotations?.description).toBe('before the upgrade');
});

test('the proposed name has the date of the viewer’s zone', async ({
  browserOf,
}) => {
  const page = await browserOf('Ada', { timezoneId: 'Pacific/Kiritimati' });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openTake();
  const day = new Date(Date.now() + 14 * 3_600_000)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '');
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue(
    new RegExp(`^cache-01-${day}-`),
  );
});

test('what to expect of a VM that is paused or off, and which disk stays out', async ({
  page,
}) => {
  let tab = await SnapshotsTab.open(page, 'Ada', 'batch-01');
  await expect(await tab.openTake()).toContainText(
    'The VM is paused, so the snapshot will be crash-consistent',
  );

  tab = await SnapshotsTab.open(page, 'Ada', 'web-02');
  await expect(await tab.openTake()).toContainText(
    'The VM is off, so nothing is left in memory',
  );

  tab = await SnapshotsTab.open(page, 'Ada', 'legacy-01');
  const dialog = await tab.openTake();
  await expect(
    dialog.getByRole('list', { name: '1 disk will be captured' }),
  ).toContainText('rootdisk');
  const left = dialog
    .getByRole('list', { name: 'Not captured' })
    .getByRole('listitem')
    .filter({ hasText: /^data/ });
  await expect(left).toContainText(
    'Its storage class has no matching snapshot class.',
  );
  await expect(left).toContainText(/The cluster says: .*local-path/);
});

test('without a disk only the configuration, and only when one says so', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'kiosk-01');
  const dialog = await tab.openTake();
  const name = newName('kiosk-01');
  const since = Date.now();
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await expect(dialog).toContainText('No disk will be captured');
  await expect(dialog).toContainText(
    'The snapshot would hold only the settings of the VM.',
  );

  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'Tick this box if a snapshot of the configuration alone is what you want.',
  );
  expect(await east.takeRequests(since)).toEqual([]);

  await dialog
    .getByRole('checkbox', { name: /^I want the configuration alone/ })
    .check({ force: true });
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(tab.row(name)).toContainText('Configuration only');
  await expect(tab.row(name)).toContainText('Ready to restore');
});
