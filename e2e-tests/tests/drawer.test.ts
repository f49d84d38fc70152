// SPDX-License-Identifier: Apache-2.0
import type { Locator } from '@playwright/test';
import { expect, test } from '../support/portal';
import { SnapshotsTab } from '../support/tab';

const section = (drawer: Locator, name: string) =>
  drawer.getByRole('region', { name, exact: true });

test('the drawer tells everything about a snapshot', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01');
  await tab.link('web-01-before-upgrade').click();
  const drawer = tab.drawer('web-01-before-upgrade');

  await expect(section(drawer, 'Description')).toContainText('before upgrade');
  const overview = section(drawer, 'Overview');
  await expect(overview).toContainText('Ready to restore');
  await expect(overview).toContainText('It is complete and can be restored.');
  await expect(overview).toContainText('Application-consistent');
  await expect(overview).toContainText('2 days ago');

  const disks = section(drawer, 'Disks');
  const inside = disks.getByRole('list', {
    name: 'In the snapshot',
    exact: true,
  });
  await expect(inside.getByRole('listitem')).toHaveCount(2);
  await expect(inside.getByRole('listitem').first()).toContainText('50 GiB');
  await expect(inside.getByRole('listitem').first()).toContainText(
    'web-01-data',
  );
  await expect(inside.getByRole('listitem').last()).toContainText('20 GiB');
  await expect(
    disks.getByRole('list', { name: 'Not in the snapshot' }),
  ).toContainText(
    'Snapshot is not supported for this volumeSource type [cloudinit]',
  );

  const configuration = section(drawer, 'Captured configuration');
  await expect(configuration).toContainText('4Gi');
  await expect(configuration).toContainText('Present, not shown');
  await expect(section(drawer, 'Restores')).toContainText(
    'This VM was never brought back to it.',
  );
  await expect(section(drawer, 'Clones')).toContainText(
    'No VM was made from it.',
  );
  const conditions = section(drawer, 'Conditions');
  await expect(conditions).toContainText('It can be restored.');
  await expect(conditions).toContainText('Operation complete');
  await conditions.getByText('As the cluster tells it').click();
  await expect(conditions.getByRole('region')).toContainText('"type": "Ready"');
  await expect(section(drawer, 'Indications')).toContainText('GuestAgent');
  await expect(section(drawer, 'Identifiers')).toContainText(
    'demo-east/shop/web-01',
  );
});

test('no secret of the captured configuration reaches the browser', async ({
  page,
}) => {
  const answer = page.waitForResponse(/\/snapshots\/web-01-before-upgrade$/);
  await SnapshotsTab.open(
    page,
    'Ada',
    'web-01',
    '?snapshot=web-01-before-upgrade',
  );
  const body = await (await answer).text();
  expect(body).toContain('"label":"Memory"');
  expect(body).not.toContain('not-a-real-password');
  expect(body).not.toContain('demo-secret-token');
  expect(body).not.toContain('cloud-config');
});

test('the drawer is in the address: reload and the back button', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-01', '?order=desc');
  const drawer = tab.drawer('web-01-by-hand');
  await tab.openMenu('web-01-by-hand');
  await tab.menuItem('Details').click();
  await expect(drawer).toBeVisible();
  await expect(page).toHaveURL(/[?&]snapshot=web-01-by-hand/);
  await page.reload();
  await expect(drawer).toBeVisible();

  await page.goBack();
  await expect(drawer).toBeHidden();
  await expect(page).toHaveURL(/\?order=desc$/);
  await page.goForward();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await expect(drawer).toBeHidden();
});

test('a disk that is missing is named with the reason', async ({ page }) => {
  const tab = await SnapshotsTab.open(
    page,
    'Ada',
    'legacy-01',
    '?snapshot=legacy-01-partial',
  );
  const drawer = tab.drawer('legacy-01-partial');
  await expect(section(drawer, 'Overview')).toContainText('Partial');
  const missing = drawer
    .getByRole('list', { name: 'Not in the snapshot' })
    .getByRole('listitem')
    .filter({ hasText: /^data/ });
  await expect(missing).toContainText(/No VolumeSnapshotClass/);
  await expect(section(drawer, 'Indications')).toContainText(
    'A disk that could have been captured is missing.',
  );
});

test('a failed one tells why, in words and in the cluster’s', async ({
  page,
}) => {
  const tab = await SnapshotsTab.open(
    page,
    'Ada',
    'web-02',
    '?snapshot=web-02-timed-out',
  );
  const drawer = tab.drawer('web-02-timed-out');
  await expect(section(drawer, 'Overview')).toContainText('Failed');
  await expect(section(drawer, 'Overview')).toContainText(
    'snapshot deadline exceeded',
  );
  await expect(section(drawer, 'Conditions')).toContainText('It has failed.');
  await expect(section(drawer, 'Disks')).toContainText(
    'No disk is in this snapshot.',
  );
});

test('a snapshot that is not there', async ({ page, expectFailure }) => {
  expectFailure({ status: 404, path: /\/snapshots\/nowhere$/ });
  const tab = await SnapshotsTab.open(
    page,
    'Ada',
    'web-01',
    '?snapshot=nowhere',
  );
  await expect(tab.drawer('nowhere')).toContainText(
    'There is no snapshot nowhere (any longer).',
  );
});
