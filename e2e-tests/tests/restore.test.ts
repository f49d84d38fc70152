// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import { codeOf, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { expect, test } from '../support/portal';
import type { Sandbox } from '../support/sandbox';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const CACHE = vm('cache-01');
const CRASH = '/snapshots/cache-01-crash';

/** Fills in the name of the VM and sends the form. */
async function confirm(dialog: Locator) {
  await dialog
    .getByRole('textbox', { name: /^Type cache-01/ })
    .fill('cache-01');
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(dialog).toBeHidden();
}

async function takenSnapshot(east: Sandbox) {
  const name = newName('cache-01');
  await east.takeFinishedSnapshot(CACHE, name);
  return name;
}

/** Stops the restore by the popover in the header, as far as it goes. */
async function stop(page: Page, tab: SnapshotsTab, meaning: RegExp) {
  const popover = await tab.openActivity('Restoring');
  await popover.getByRole('button', { name: 'Stop restoring' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop restoring cache-01?' });
  await expect(dialog).toContainText(meaning);
  await dialog.getByRole('button', { name: 'Stop restoring' }).click();
  await expect(dialog).toBeHidden();
  await expect(tab.main.getByText('Activity', { exact: true })).toBeHidden({
    timeout: 20_000,
  });
}

test('take, change, restore: the VM is as it was, and runs', async ({
  page,
  east,
}) => {
  const name = newName('cache-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore');
  const claims = await east.claimsOf(CACHE);
  const memory = await east.memoryOf(CACHE);
  await east.setMemory(CACHE, '9Gi');

  const dialog = await tab.openRestore(name);
  await expect(dialog.getByRole('row', { name: /^Memory/ })).toContainText(
    '9Gi',
  );
  await expectAccessible(page);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('It went wrong');
  await confirm(dialog);

  await expect(tab.fact('Activity')).toContainText('Restoring');
  await expect(tab.row(name)).toContainText('Restoring');
  const popover = await tab.openActivity('Restoring');
  await expect(popover).toContainText(/Running for 0:/);
  await expect(popover.getByRole('list', { name: 'Steps' })).toContainText(
    'Restore the disks',
  );
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await expect(page.getByText('VM cache-01 was restored')).toBeVisible({
    timeout: 30_000,
  });
  expect(await east.memoryOf(CACHE)).toBe(memory);
  expect(await east.claimsOf(CACHE)).not.toEqual(claims);
  await east.until(() => east.isRunning(CACHE));

  await tab.view('Restores').click();
  const first = page
    .getByRole('list', { name: 'Restores of cache-01' })
    .getByRole('listitem')
    .first();
  await expect(first).toContainText('Restored');
  await expect(first).toContainText('Reason: It went wrong');
  await expectAccessible(page);
});

test('waiting for the VM is called off without a trace', async ({
  page,
  east,
}) => {
  const name = await takenSnapshot(east);
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const since = Date.now();
  const dialog = await tab.openRestore(name);
  await dialog.getByRole('radio', { name: /^Wait until it is off/ }).check();
  await confirm(dialog);
  const popover = await tab.openActivity('Restoring');
  await expect(popover).toContainText(/Waits for another 23:59:/);
  await page.keyboard.press('Escape');
  await stop(page, tab, /stopping is safe/);
  expect(await east.isRunning(CACHE)).toBe(true);
  const writes = (await east.requests({ since })).filter(
    ({ method }) => method !== 'GET',
  );
  expect(writes).toEqual([]);
});

test('stopped at the safety snapshot: the VM keeps its disks and runs again', async ({
  page,
  east,
}) => {
  const name = await takenSnapshot(east);
  const claims = await east.claimsOf(CACHE);
  const mend = await east.failVolume({
    namespace: CACHE.namespace,
    claim: `^(${claims.join('|')})$`,
    mode: 'hang',
  });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await confirm(await tab.openRestore(name));
  const popover = await tab.openActivity('Restoring');
  await expect(popover.locator('[aria-current="step"]')).toContainText(
    'Take the safety snapshot',
    { timeout: 20_000 },
  );
  await page.keyboard.press('Escape');
  await stop(page, tab, /stopping is safe/);
  await mend();
  expect(await east.claimsOf(CACHE)).toEqual(claims);
  await east.until(() => east.isRunning(CACHE));
  expect(await east.restores(CACHE)).toEqual([]);
});

test('stopped while disks are made: the new ones are removed', async ({
  page,
  east,
}) => {
  const name = await takenSnapshot(east);
  const claims = await east.claimsOf(CACHE);
  const all = (await east.claims(CACHE)).map(claim => claim.metadata.name);
  const mend = await east.failVolume({
    namespace: CACHE.namespace,
    claim: '^restore-',
    mode: 'never-bind',
  });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await confirm(await tab.openRestore(name));
  const popover = await tab.openActivity('Restoring');
  await expect(popover.locator('[aria-current="step"]')).toContainText(
    'rootdisk: waiting',
    { timeout: 20_000 },
  );
  await page.keyboard.press('Escape');
  await stop(page, tab, /what was made so far is removed/);
  await mend();
  expect(await east.claimsOf(CACHE)).toEqual(claims);
  await east.until(async () => {
    const left = (await east.claims(CACHE)).map(c => c.metadata.name);
    return left.every(claim => all.includes(claim));
  });
  await east.until(() => east.isRunning(CACHE));
});

test('a failed one says why, and is tried again with the same choices', async ({
  page,
  east,
}) => {
  const name = await takenSnapshot(east);
  await east.fail({
    match: { method: 'POST', path: '/virtualmachinerestores$' },
    action: {
      type: 'respond',
      status: 403,
      reason: 'Forbidden',
      message: 'exceeded quota: disks',
    },
    times: 1,
  });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await tab.openRestore(name);
  await dialog
    .getByRole('switch', { name: 'Take a safety snapshot first' })
    .uncheck();
  await confirm(dialog);
  await expect(page.getByText('VM cache-01 was not restored')).toBeVisible({
    timeout: 30_000,
  });
  await east.until(() => east.isRunning(CACHE));

  await tab.view('Restores').click();
  const first = page
    .getByRole('list', { name: 'Restores of cache-01' })
    .getByRole('listitem')
    .first();
  await expect(first).toContainText('Failed');
  await expect(first).toContainText('exceeded quota: disks');
  await first.getByRole('button', { name: /^Try again/ }).click();
  const again = tab.restoreDialog(name);
  await expect(
    again.getByRole('switch', { name: 'Take a safety snapshot first' }),
  ).not.toBeChecked();
  await confirm(again);
  await expect(page.getByText('VM cache-01 was restored')).toBeVisible({
    timeout: 30_000,
  });
  await expect(first).toContainText('Restored');
});

test('an auditor sees that it is possible, and whom to ask; the API refuses as well', async ({
  page,
  apiOf,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Quinn', 'cache-01');
  await tab.openMenu('cache-01-crash');
  await expectOff(tab.menuItem('Restore…'), /^You may not/);
  await tab.closeMenu();
  await expect(tab.main.getByRole('button', { name: 'Stop VM' })).toHaveCount(
    0,
  );

  const [quinn, ben] = [await apiOf('Quinn'), await apiOf('Ben')];
  const { vm: seen, items } = await quinn.list('cache-01');
  const since = Date.now();
  const body = {
    operationId: randomUUID(),
    vmUid: seen.uid,
    snapshotUid: items.find(item => item.name === 'cache-01-crash')?.uid,
    planHash: 'x',
  };
  for (const person of [quinn, ben]) {
    const answers = [
      await person.post(entityApi('cache-01', `${CRASH}/restore`), {
        ...body,
        power: 'stop',
        startAfterwards: true,
        safetySnapshot: true,
        volumes: 'new-names',
        typedName: 'cache-01',
      }),
      await person.post(entityApi('cache-01', '/power'), {
        operationId: randomUUID(),
        vmUid: seen.uid,
        action: 'stop',
      }),
    ];
    for (const answer of answers) {
      expect(answer.status(), answer.url()).toBe(403);
      expect(await codeOf(answer)).toBe('permission');
    }
  }
  const writes = (await east.requests({ since })).filter(
    ({ method }) => method !== 'GET',
  );
  expect(writes).toEqual([]);
});

test('power: stop asks once, start does not', async ({ page, east }) => {
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await tab.main.getByRole('button', { name: 'Stop VM' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop cache-01?' });
  await expect(dialog).toContainText('asked to shut down');
  await dialog.getByRole('button', { name: 'Stop VM' }).click();
  await expect(dialog).toBeHidden();
  const start = tab.main.getByRole('button', { name: 'Start VM' });
  await expect(start).not.toHaveAttribute('aria-disabled', 'true', {
    timeout: 20_000,
  });
  expect(await east.vmi(CACHE)).toBeUndefined();
  await start.click();
  await east.until(() => east.isRunning(CACHE));
  await expect(
    tab.main.getByRole('button', { name: 'Stop VM' }),
  ).not.toHaveAttribute('aria-disabled', 'true', { timeout: 20_000 });
});
