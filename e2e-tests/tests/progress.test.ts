// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/portal';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const SEARCH = vm('search-01');

test('a snapshot that is being taken is on top, with all that is known', async ({
  page,
  east,
}) => {
  const mend = await east.hangStorage(SEARCH);
  const name = newName('search-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await tab.take(name);

  const row = tab.row(name);
  await expect(row).toContainText('Creating snapshot');
  await expect(tab.names().first()).toHaveText(name);
  const steps = row.getByRole('list', { name: `Steps of ${name}` });
  await expect(steps.getByRole('listitem')).toHaveText([
    /^Asked for.*done$/,
    /^Lock the VM.*done$/,
    /^Capture the disks \(0 of 1\).*in progress$/,
    /^Store the data.*not started$/,
    /^Finished.*not started$/,
  ]);
  await expect(steps.locator('[aria-current="step"]')).toContainText(
    'Capture the disks',
  );
  const timer = row.getByRole('timer');
  await expect(timer).toContainText(/Running for 0:\d\d/);
  await expect(timer).toContainText(/4:\d\d left until the deadline/);
  // Time itself is the subject: it has to go on.
  const before = await timer.textContent();
  await expect(timer).not.toHaveText(before!);

  await expect(tab.fact('Activity')).toContainText(`Creating snapshot ${name}`);
  const reason = `Snapshot ${name} is being taken. Wait until it is finished.`;
  await expectOff(tab.takeButton, reason);

  await tab.openMenu('search-01-vss');
  await expectOff(tab.menuItem('Delete snapshot'), reason);
  await tab.menuItem('Details').click();
  const drawer = tab.drawer('search-01-vss');
  await expect(drawer).toContainText('Quiesce timed out');
  await expectOff(
    drawer.getByRole('button', { name: 'Delete snapshot' }),
    reason,
  );
  await drawer.getByRole('button', { name: 'Close' }).click();
  await expect(drawer).toBeHidden();
  await tab.openMenu(name);
  await expectOff(tab.menuItem('Delete snapshot'), /Stop it instead\.$/);
  await tab.closeMenu();

  await mend();
  await expect(row).toContainText('Ready to restore');
  await expect(tab.fact('Activity')).toBeHidden();
  await expect(tab.takeButton).not.toHaveAttribute('aria-disabled', 'true');
});

test('when a volume hangs the cluster’s own words are there', async ({
  page,
  east,
}) => {
  const words = 'rpc error: code = ResourceExhausted desc = pool is full';
  const mend = await east.failVolume({
    namespace: 'data',
    claim: '^search-01-',
    mode: 'error',
    message: words,
  });
  const name = newName('search-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Creating snapshot');
  await expect(tab.row(name)).toContainText('The cluster says:');
  await expect(tab.row(name)).toContainText(words);
  await mend();
  await expect(tab.row(name)).toContainText('Ready to restore');
});

test('taken and ready to restore are two states; then it goes to its place', async ({
  page,
  east,
}) => {
  const hung = await east.hangStorage(SEARCH);
  const unready = await east.failVolume({
    namespace: 'data',
    claim: '^search-01-',
    mode: 'never-ready',
  });
  const name = newName('search-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  await tab.take(name);
  const row = tab.row(name);
  await expect(row).toContainText('Creating snapshot');
  await tab.expectOrder(name, 'search-01-vss');

  await hung();
  await expect(row).toContainText('Taken, not ready yet');
  await expect(row).toContainText('Store the data (0 of 1)');
  await expect(row).not.toContainText('Ready to restore');
  // The VM is free: its disks are captured.
  await expect(tab.fact('Activity')).toBeHidden();
  await tab.expectOrder('search-01-vss', name);

  await unready();
  await expect(row).toContainText('Ready to restore');
  await expect(row).toContainText('Application-consistent');
  await tab.expectOrder('search-01-vss', name);
});

test('a snapshot that somebody takes with kubectl shows as well', async ({
  page,
  east,
}) => {
  const mend = await east.hangStorage(SEARCH);
  const tab = await SnapshotsTab.open(page, 'Ada', 'search-01');
  const name = newName('search-01');
  await east.takeSnapshot(SEARCH, name);
  await expect(tab.row(name)).toContainText('Creating snapshot');
  await expect(tab.row(name)).toContainText('Not made by this portal');
  await expectOff(
    tab.takeButton,
    `Snapshot ${name} is being taken. Wait until it is finished.`,
  );
  await mend();
  await expect(tab.row(name)).toContainText('Ready to restore');
});
