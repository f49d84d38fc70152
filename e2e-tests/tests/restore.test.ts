// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import { codeOf, expectDenied, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { expect, test } from '../support/portal';
import type { Sandbox } from '../support/sandbox';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const CACHE = vm('cache-01');
const CRASH = '/snapshots/cache-01-crash';

/** Until a restore is over, on a machine that has other things to do. */
const OVER_MS = 30_000;

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

/** The step that a restore is in, once it is that one. */
async function awaitStep(popover: Locator, text: string) {
  await expect(popover.locator('[aria-current="step"]')).toContainText(text, {
    timeout: OVER_MS,
  });
}

/** Stops the restore by its popover; `meaning` is what one is told before. */
async function stop(page: Page, popover: Locator, meaning: RegExp) {
  await popover.getByRole('button', { name: 'Stop restoring' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop restoring cache-01?' });
  await expect(dialog).toContainText(meaning);
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('button', { name: 'Stop restoring' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Activity', { exact: true })).toBeHidden({
    timeout: OVER_MS,
  });
  await expect(
    page.getByText(/^Restore restore-\S+ was stopped$/).first(),
  ).toBeVisible();
}

/** What is over: neither a restore nor a claim that was not there before. */
async function expectUntouched(
  east: Sandbox,
  before: { claims: string[]; all: string[] },
) {
  expect(await east.claimsOf(CACHE)).toEqual(before.claims);
  await east.until(async () =>
    (
      await east.claims(CACHE)
    ).every(({ metadata }) => before.all.includes(metadata.name!)),
  );
  await east.until(() => east.isRunning(CACHE));
}

const firstRestore = (page: Page) =>
  page
    .getByRole('list', { name: 'Restores of cache-01' })
    .getByRole('listitem')
    .first();

test('take, change, restore: the VM is as it was, and runs', async ({
  page,
  east,
}) => {
  test.slow();
  const name = newName('cache-01');
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore', {
    timeout: OVER_MS,
  });
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

  await expect(tab.row(name)).toContainText('Restoring');
  const popover = await tab.openActivity('Restoring');
  await expect(popover).toContainText(/Running for 0:/);
  await expect(popover.getByRole('list', { name: 'Steps' })).toContainText(
    'Restore the disks',
  );
  await expectAccessible(page, '[role="dialog"]');
  await page.keyboard.press('Escape');

  await tab.view('Restores').click();
  await expect(firstRestore(page)).toContainText('Restored', {
    timeout: OVER_MS,
  });
  expect(await east.memoryOf(CACHE)).toBe(memory);
  expect(await east.claimsOf(CACHE)).not.toEqual(claims);
  await east.until(() => east.isRunning(CACHE));

  await expect(firstRestore(page)).toContainText('Reason: It went wrong');
  await expectAccessible(page);
});

test('stopped at each step, the VM keeps its disks and runs; then it is too late', async ({
  page,
  east,
  apiOf,
}) => {
  test.slow();
  const name = await takenSnapshot(east);
  const before = {
    claims: await east.claimsOf(CACHE),
    all: (await east.claims(CACHE)).map(({ metadata }) => metadata.name!),
  };
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');

  await test.step('while it waits, without a trace in the cluster', async () => {
    const since = Date.now();
    const dialog = await tab.openRestore(name);
    await dialog
      .getByRole('radio', { name: /^Wait until it is off/ })
      .check({ force: true });
    await confirm(dialog);
    const popover = await tab.openActivity('Restoring');
    await expect(popover).toContainText(/Waits for another 23:59:/);
    await stop(page, popover, /stopping is safe/);
    expect(await east.writes(since)).toEqual([]);
  });

  await test.step('at the safety snapshot', async () => {
    const mend = await east.failVolume({
      namespace: CACHE.namespace,
      claim: `^(${before.claims.join('|')})$`,
      mode: 'hang',
    });
    await confirm(await tab.openRestore(name));
    const popover = await tab.openActivity('Restoring');
    await awaitStep(popover, 'Take the safety snapshot');
    await expect(popover).toContainText('Safety snapshot: cache-01-safety-');
    await stop(page, popover, /stopping is safe/);
    await mend();
    await expectUntouched(east, before);
    expect(await east.restores(CACHE)).toEqual([]);
  });

  const withoutSafety = async () => {
    const dialog = await tab.openRestore(name);
    await dialog
      .getByRole('switch', { name: 'Take a safety snapshot first' })
      .uncheck({ force: true });
    await confirm(dialog);
    return tab.openActivity('Restoring');
  };

  await test.step('while disks are made, which are removed', async () => {
    const mend = await east.failVolume({
      namespace: CACHE.namespace,
      claim: '^restore-',
      mode: 'never-bind',
    });
    const popover = await withoutSafety();
    await awaitStep(popover, 'rootdisk: waiting');
    await stop(page, popover, /what was made so far is removed/);
    await mend();
    await expectUntouched(east, before);
  });

  await test.step('too late once the VM is being switched', async () => {
    await east.slowStorage({ importMs: 80_000 });
    const popover = await withoutSafety();
    await awaitStep(popover, 'Switch the VM to them');
    await expectOff(
      popover.getByRole('button', { name: 'Stop restoring' }),
      /can not be taken back/,
    );
    const [restore] = await east.restores(CACHE);
    const ada = await apiOf('Ada');
    const { vm: seen } = await ada.list('cache-01');
    const answer = await ada.post(
      entityApi('cache-01', `/restores/${restore.metadata.name}/stop`),
      { operationId: randomUUID(), vmUid: seen.uid },
    );
    expect(answer.status()).toBe(409);
    expect(await codeOf(answer)).toBe('too-late');
    await page.keyboard.press('Escape');
    await expect(page.getByText('Activity', { exact: true })).toBeHidden({
      timeout: OVER_MS,
    });
    expect(await east.claimsOf(CACHE)).not.toEqual(before.claims);
    await east.until(() => east.isRunning(CACHE));
  });
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
    .uncheck({ force: true });
  await confirm(dialog);
  await expect(page.getByText('VM cache-01 was not restored')).toBeVisible({
    timeout: OVER_MS,
  });
  await east.until(() => east.isRunning(CACHE));

  await tab.view('Restores').click();
  await expect(firstRestore(page)).toContainText('Failed');
  await expect(firstRestore(page)).toContainText('exceeded quota: disks');
  await firstRestore(page)
    .getByRole('button', { name: /^Try again/ })
    .click();
  const again = tab.restoreDialog(name);
  await expect(
    again.getByRole('switch', { name: 'Take a safety snapshot first' }),
  ).not.toBeChecked();
  await confirm(again);
  await expect(firstRestore(page)).toContainText('Restored', {
    timeout: OVER_MS,
  });
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
    planHash: '0'.repeat(64),
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
    await expectDenied(answers);
  }
  expect(await east.writes(since)).toEqual([]);
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
