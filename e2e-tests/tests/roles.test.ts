// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { codeOf, entityApi } from '../support/api';
import { expect, signedIn, test } from '../support/portal';
import { expectOff, SnapshotsTab, tabPath } from '../support/tab';
import { newName, vm } from '../support/vms';

test('Ben does not see a VM of team A, and is told whom to ask', async ({
  page,
  expectFailure,
}) => {
  expectFailure({ status: 403, path: /\/web-01\/snapshots$/ });
  await signedIn(page.context(), 'Ben');
  await page.goto(tabPath('web-01'));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('You may not see the snapshots of this VM');
  await expect(alert.getByRole('link', { name: 'Team A' })).toHaveAttribute(
    'href',
    '/catalog/default/group/team-a',
  );
  const main = page.getByRole('main');
  await expect(main).not.toContainText('web-01-by-hand');
  await expect(main.getByRole('button', { name: 'Take snapshot' })).toHaveCount(
    0,
  );
});

test('the API refuses Ben as well, and asks the cluster for nothing', async ({
  apiOf,
  east,
}) => {
  const [ada, ben] = [await apiOf('Ada'), await apiOf('Ben')];
  const { vm: seen, items } = await ada.list('web-01');
  const since = Date.now();
  const bodies = { operationId: randomUUID(), vmUid: seen.uid };
  const answers = [
    await ben.get(entityApi('web-01', '/snapshots')),
    await ben.get(entityApi('web-01', '/snapshots/web-01-by-hand')),
    await ben.get(entityApi('web-01', '/snapshot-names/free')),
    await ben.get(entityApi('web-01', '/events')),
    await ben.take('web-01', seen.uid, { name: newName('web-01') }),
    await ben.post(
      entityApi('web-01', '/snapshots/web-01-by-hand/stop'),
      bodies,
    ),
    await ben.post(entityApi('web-01', '/snapshots/web-01-by-hand/delete'), {
      ...bodies,
      snapshotUid: items[0].uid,
    }),
  ];
  for (const answer of answers) {
    expect(answer.status(), answer.url()).toBe(403);
    const { error } = await answer.json();
    expect(error.details).toMatchObject({
      code: 'permission',
      owners: ['group:default/team-a'],
    });
    expect(JSON.stringify(error)).not.toContain(seen.uid);
  }
  expect(await east.writes(since)).toEqual([]);
});

test('Ben has what is team B’s', async ({ page }) => {
  const tab = await SnapshotsTab.open(page, 'Ben', 'ledger-01');
  await expect(tab.link('ledger-01-month-end')).toBeVisible();
  await expect(tab.takeButton).not.toHaveAttribute('aria-disabled', 'true');
});

test('Pat can act on a VM of team A', async ({ page, east }) => {
  const tab = await SnapshotsTab.open(page, 'Pat', 'web-02');
  const name = newName('web-02');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore');
  await expect(tab.row(name).getByRole('link', { name: 'Pat' })).toBeVisible();
  const dialog = await tab.openDelete(name);
  await dialog.getByRole('button', { name: 'Delete snapshot' }).click();
  await expect(tab.row(name)).toBeHidden();
  expect(await east.snapshot(vm('web-02'), name)).toBeUndefined();
});

test('Quinn sees everything and changes nothing', async ({
  page,
  apiOf,
  west,
}) => {
  for (const [entity, name, team] of [
    ['web-01', 'web-01-by-hand', 'team-a'],
    ['ledger-01', 'ledger-01-month-end', 'team-b'],
  ]) {
    const tab = await SnapshotsTab.open(page, 'Quinn', entity);
    await expectOff(
      tab.takeButton,
      new RegExp(`^You may not take snapshots.*group:default/${team}`),
    );
    await tab.openMenu(name);
    await expectOff(
      tab.menuItem('Delete snapshot'),
      /^You may not delete snapshots/,
    );
    await tab.menuItem('Details').click();
    await expect(tab.drawer(name)).toContainText('Ready to restore');
  }

  const quinn = await apiOf('Quinn');
  const { vm: seen, items } = await quinn.list('ledger-01');
  const taken = await quinn.take('ledger-01', seen.uid, { name: 'quinns' });
  expect(taken.status()).toBe(403);
  const deleted = await quinn.post(
    entityApi('ledger-01', '/snapshots/ledger-01-month-end/delete'),
    {
      operationId: randomUUID(),
      vmUid: seen.uid,
      snapshotUid: items[0].uid,
      typedName: 'ledger-01-month-end',
    },
  );
  expect(deleted.status()).toBe(403);
  expect(await codeOf(deleted)).toBe('permission');
  expect(
    await west.snapshot(vm('ledger-01'), 'ledger-01-month-end'),
  ).toBeDefined();
});

test('somebody who is not signed in gets nothing', async ({
  playwright,
  baseURL,
}) => {
  const request = await playwright.request.newContext({ baseURL });
  const answer = await request.get(entityApi('web-01', '/snapshots'));
  expect(answer.status()).toBe(401);
  await request.dispose();
});
