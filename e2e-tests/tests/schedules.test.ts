// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { codeOf, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { moveClockTo } from '../support/clock';
import { expect as soon, test } from '../support/portal';
import type { Sandbox } from '../support/sandbox';
import { nextOf, removeSchedules, Schedules } from '../support/schedules';
import { expectOff, SnapshotsTab } from '../support/tab';
import { vm } from '../support/vms';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/**
 * What a schedule does takes its time: the portal looks every second, and the
 * page is told after that.
 */
const expect = soon.configure({ timeout: 40_000 });

test.use({ actionTimeout: 30_000 });

const VM = 'db-01';

const SNAPSHOTS = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
};

/** A toast that comes or goes behind it is nobody's choice of colours. */
const DIALOG = '[role="dialog"]';

/** Names of the snapshots of schedules that the cluster has. */
async function taken(east: Sandbox): Promise<string[]> {
  const snapshots = await east.list(SNAPSHOTS, vm(VM).namespace);
  return snapshots
    .map(({ metadata }) => metadata.name!)
    .filter(name => name.startsWith('sched-'));
}

/** As the browser of the tests shows it. */
const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Berlin', ...options });

const monthOf = (date: Date) =>
  format({ month: 'long', year: 'numeric' }).format(date);

/** Selector of the day in the month view. */
const dayOf = (date: Date) =>
  `time[datetime="${new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Berlin',
  }).format(date)}"]`;

/** Ada's tab, with an active schedule `mine`. */
async function openWithMine(page: Page): Promise<SnapshotsTab> {
  const tab = await SnapshotsTab.open(page, 'Ada', VM);
  const schedules = new Schedules(page);
  await schedules.open('mine');
  await schedules.create();
  await expect(tab.row('mine')).toContainText('Active');
  return tab;
}

test.afterEach(async ({ apiOf }) => {
  const pat = await apiOf('Pat');
  await removeSchedules(pat, VM);
  // Where a test broke off while she was paused; 409 where she is not.
  await pat.post('/api/kubevirt-snapshots/schedule-authors/resume', {
    operationId: randomUUID(),
    author: 'user:default/ada',
    reason: 'the test is over',
  });
});

test('a schedule of every kind is made, and runs when it is due', async ({
  page,
  apiOf,
  east,
}) => {
  const ada = await apiOf('Ada');
  const tab = await SnapshotsTab.open(page, 'Ada', VM);
  const schedules = new Schedules(page);
  for (const [kind, words] of [
    ['Hourly', /^At minute \d+ of every hour, every day$/],
    ['Daily', /^At 03:\d\d, every day$/],
    ['Weekly', /^At 03:\d\d on Monday$/],
    ['Monthly', /^At 03:\d\d on day 1 of the month$/],
    ['Cron', /^At 03:\d\d on Monday–Friday$/],
  ] as const) {
    const name = kind.toLowerCase();
    const form = await schedules.open(name, kind);
    await expect(form.getByText(words)).toBeVisible();
    await expect(schedules.nextRuns).toHaveCount(5);
    await expect(
      form.getByText(/snapshots would be taken in the coming year/),
    ).toBeVisible();
    if (kind === 'Cron') {
      const field = form.getByRole('textbox', { name: /^Cron expression/ });
      for (const [expression, problem] of [
        ['@daily', /five fields/],
        ['0 0 3 * * *', /five fields/],
        ['0 0 30 2 *', /No month .* has that day/],
        ['61 * * * *', /59/],
      ] as const) {
        await field.fill(expression);
        await expect(field).toHaveAccessibleDescription(problem);
        await expect(schedules.nextRuns).toHaveCount(0);
      }
      await expectAccessible(page, DIALOG);
      await field.fill('17 3 13 * 5');
      await expect(form.getByText(/on day 13 .* OR on Friday/)).toBeVisible();
      await field.fill('19 4 * * 1-5');
      await expect(form.getByText(/^At 04:19 on Monday–Friday$/)).toBeVisible();
    }
    if (kind === 'Monthly') {
      await form.getByText('A weekday', { exact: true }).click();
      await expect(
        form.getByText(/^At 03:\d\d on the first Saturday of the month$/),
      ).toBeVisible();
      await form.getByText('The last day of the month').click();
      await expect(
        form.getByText(/^At 03:\d\d on the last day of the month$/),
      ).toBeVisible();
    }
    if (kind === 'Weekly' || kind === 'Monthly') {
      await expectAccessible(page, DIALOG);
    }
    await schedules.create();
    await expect(tab.row(name)).toContainText('Active');
  }
  await expectAccessible(page, 'main');

  const due = await Promise.all(
    ['hourly', 'daily', 'weekly', 'monthly', 'cron'].map(async name => ({
      name,
      at: await nextOf(tab.row(name)),
    })),
  );
  due.sort((a, b) => a.at.getTime() - b.at.getTime());
  const { vm: seen, scheduled } = await ada.list(VM);
  for (const { name, at } of due) {
    moveClockTo(new Date(at.getTime() + SECOND));
    await expect(tab.row(name)).toContainText('Last: Succeeded');
    const { id } = scheduled.find(item => item.name === name)!;
    const label = at.toISOString().slice(0, 16).replace(/[-:]/g, '');
    const mine = `sched-${id}-${label.toLowerCase()}`;
    expect(
      (await taken(east)).filter(each => each.startsWith(mine)),
    ).toHaveLength(1);
    // So that it is in nobody's way any more.
    const gone = await ada.post(entityApi(VM, `/schedules/${id}/delete`), {
      operationId: randomUUID(),
      vmUid: seen.uid,
      keepSnapshots: true,
    });
    expect(gone.status()).toBe(200);
    await expect(tab.row(name)).toBeHidden();
  }
});

test('a schedule is paused and resumed, runs by hand, removes what its rule lets go, and misses what it could not take', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', VM);
  const schedules = new Schedules(page);
  const name = 'nightly';
  const row = tab.row(name);
  const form = await schedules.open(name);
  const keep = form.getByRole('textbox', { name: 'Keep the last' });
  await keep.fill('2');
  await keep.blur();
  await schedules.create();
  await expect(row).toContainText('Active');

  // Paused, it waits for whoever resumes it.
  const pause = await schedules.act(name, 'Pause…');
  const submit = pause.getByRole('button', { name: 'Pause', exact: true });
  const reason = pause.getByRole('textbox', { name: /^Reason/ });
  await submit.click();
  await expect(reason).toHaveAccessibleDescription(/./);
  await expectAccessible(page, DIALOG);
  await reason.fill('Moving house');
  await submit.click();
  await expect(pause).toBeHidden();
  await expect(row).toContainText(/No next run.*Paused.*Moving house.*By Ada/s);
  const resume = await schedules.act(name, 'Resume…');
  await expectAccessible(page, DIALOG);
  await resume.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(row).toContainText('Active');

  // It runs by itself, and once more when it is told to.
  const first = await nextOf(row);
  moveClockTo(new Date(first.getTime() + SECOND));
  await expect(row).toContainText('Last: Succeeded');
  const rhythm = await nextOf(row);
  const now = await schedules.act(name, 'Run now…');
  await expectAccessible(page, DIALOG);
  await now.getByRole('button', { name: 'Run now', exact: true }).click();
  await expect(now).toBeHidden();
  await tab.link(name).click();
  const drawer = schedules.drawer(name);
  const runs = drawer.getByRole('table').getByRole('row');
  const snapshotIn = (run: number) =>
    runs.nth(run).getByRole('link', { name: /^sched-/ });
  await expect(runs).toHaveCount(3);
  await expect(runs.nth(1)).toContainText(/Run now by Ada.*Succeeded/s);
  await expect(runs.nth(2)).toContainText('Succeeded');
  await expect(drawer.getByRole('list', { name: '2 are kept' })).toBeVisible();
  await expectAccessible(page, DIALOG);
  const oldest = (await snapshotIn(2).textContent())!;
  const byHand = (await snapshotIn(1).textContent())!;
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  expect(await nextOf(row)).toEqual(rhythm);

  // A stricter rule says what it would remove before it does.
  const names = () => taken(east);
  const edit = await schedules.act(name, 'Edit…');
  const kept = edit.getByRole('textbox', { name: 'Keep the last' });
  await kept.fill('1');
  await kept.blur();
  await expect(
    edit.getByRole('list', { name: '1 would be removed' }),
  ).toContainText(oldest);
  await expect(edit.getByRole('list', { name: '1 is kept' })).toContainText(
    byHand,
  );
  await expectAccessible(page, DIALOG);
  expect(await names()).toContain(oldest);
  await edit.getByRole('button', { name: 'Save schedule' }).click();
  await expect(edit).toBeHidden();
  await expect.poll(names).not.toContain(oldest);
  expect(await names()).toContain(byHand);

  // The portal finds itself three days and a half later.
  moveClockTo(new Date(rhythm.getTime() + 3.5 * DAY));
  await tab.link(name).click();
  await expect(drawer.getByText('Missed').first()).toBeVisible();
  await expect(drawer).toContainText(/4 snapshots, due from/);
  await page.keyboard.press('Escape');
  await expect(row).toContainText('Last: Missed');

  // The month has what was, what was missed, and what is to come.
  const next = await nextOf(row);
  await page.getByRole('radio', { name: 'Month' }).click();
  const month = page.getByRole('table', {
    name: /^Snapshots and schedules of/,
  });
  const title = () => month.getAttribute('aria-label');
  while (!(await title())!.endsWith(monthOf(next))) {
    const before = await title();
    await page.getByRole('button', { name: 'Next month' }).click();
    await expect.poll(title).not.toBe(before);
  }
  await expect(
    month.getByRole('cell').filter({ has: page.locator(dayOf(next)) }),
  ).toContainText(name);
  await expectAccessible(page, 'main');
  await page.getByRole('radio', { name: 'Snapshots', exact: true }).click();

  const remove = await schedules.act(name, 'Delete schedule…');
  await expectAccessible(page, DIALOG);
  await remove.getByText(/^They are deleted as well/).click();
  await remove.getByRole('button', { name: 'Delete schedule' }).click();
  await expect(row).toBeHidden();
  // It is the last one that can be restored no longer only of this schedule.
  await expect.poll(names).not.toContain(byHand);
});

test('failures of the VM suspend a schedule, and it goes on when somebody has mended that', async ({
  page,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Ada', VM);
  const schedules = new Schedules(page);
  const name = 'hourly';
  const row = tab.row(name);
  await schedules.open(name, 'Hourly');
  await schedules.create();
  await east.fail({
    match: {
      method: 'POST',
      path: '/namespaces/data/virtualmachinesnapshots$',
    },
    action: {
      type: 'respond',
      status: 422,
      message: 'admission webhook denied the request: no more of these',
    },
  });
  for (const failures of ['1 failure in a row', '2 failures in a row']) {
    moveClockTo(new Date((await nextOf(row)).getTime() + SECOND));
    await expect(row).toContainText(failures);
    await expect(row).toContainText(/Last: Failed.*no more of these/s);
  }
  moveClockTo(new Date((await nextOf(row)).getTime() + SECOND));
  await expect(row).toContainText(/Suspended.*failed 3 times in a row/s);
  await expect(row).toContainText('No next run');
  await expectAccessible(page, 'main');

  await east.clearFaults();
  const resume = await schedules.act(name, 'Resume…');
  await resume.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(row).toContainText('Active');
  moveClockTo(new Date((await nextOf(row)).getTime() + SECOND));
  await expect(row).toContainText('Last: Succeeded');
  await expect(row).not.toContainText('in a row');
});

test('whoever may not have schedules is told why, and the portal refuses them', async ({
  page,
  apiOf,
  browserOf,
}) => {
  const tab = await openWithMine(page);

  const quinns = await browserOf('Quinn');
  await SnapshotsTab.open(quinns, 'Quinn', VM);
  const hers = new Schedules(quinns);
  await expectOff(hers.newButton, /^You may not make schedules for db-01/);
  await hers.openMenu('mine');
  for (const [action, reason] of [
    ['Edit…', /^You may not change schedules of db-01/],
    ['Run now…', /^You may not change schedules of db-01/],
    ['Pause…', /^You may not change schedules of db-01/],
    ['Delete schedule…', /^You may not delete schedules of db-01/],
  ] as const) {
    await expectOff(hers.item(action), reason);
  }

  const { vm: seen, scheduled } = await (await apiOf('Ada')).list(VM);
  const { id, name, rule, timeZone, retention, revision } = scheduled.find(
    item => item.name === 'mine',
  )!;
  const settings = { name, rule, timeZone, retention };
  for (const person of ['Ben', 'Quinn'] as const) {
    const api = await apiOf(person);
    for (const [path, body] of [
      ['', settings],
      [`/${id}/update`, { ...settings, revision }],
      [`/${id}/run`, {}],
      [`/${id}/pause`, { reason: 'because' }],
      [`/${id}/resume`, {}],
      [`/${id}/adopt`, {}],
      [`/${id}/delete`, { keepSnapshots: false }],
    ] as const) {
      const answer = await api.post(entityApi(VM, `/schedules${path}`), {
        ...body,
        operationId: randomUUID(),
        vmUid: seen.uid,
      });
      expect([person, path, answer.status()]).toEqual([person, path, 403]);
      expect(await codeOf(answer)).toBe('permission');
    }
  }
  await expect(tab.row('mine')).toContainText('Active');
});

test('operators see who answers for schedules, and stop all schedules of somebody', async ({
  page,
  browserOf,
  expectFailure,
}) => {
  const tab = await openWithMine(page);
  const schedules = new Schedules(page);

  const pats = await browserOf('Pat');
  await pats.goto('/kubevirt-snapshots/clusters');
  const ada = pats.getByRole('row', { name: /ada/i });
  // Schedules that are over count as well, and other tests have made some.
  await expect(ada).toContainText(/\d, active: 1/);
  const pause = ada.getByRole('button', { name: /^Pause all schedules of/ });
  await pause.click();
  const dialog = pats.getByRole('dialog', {
    name: 'Pause all schedules of Ada?',
  });
  await dialog.getByRole('button', { name: 'Pause all' }).click();
  const reason = dialog.getByRole('textbox', { name: /^Reason/ });
  await expect(reason).toHaveAccessibleDescription(/./);
  await expectAccessible(pats, DIALOG);
  await reason.fill('on leave');
  await dialog.getByRole('button', { name: 'Pause all' }).click();
  await expect(dialog).toBeHidden();
  await expect(ada).toContainText(/\d, active: 0.*Paused.*on leave.*By Pat/s);
  await expectAccessible(pats, 'main');

  // It shows where the schedule is, and she can neither resume nor make one.
  await expect(tab.row('mine')).toContainText(/Paused.*on leave/s);
  await schedules.openMenu('mine');
  await expectOff(schedules.item('Resume…'), /has paused all schedules of/);
  await tab.closeMenu();
  const form = await schedules.open('another');
  expectFailure({
    status: 409,
    path: /\/resource\/default\/db-01\/schedules$/,
  });
  await form.getByRole('button', { name: 'Create schedule' }).click();
  await expect(form.getByRole('alert')).toContainText('on leave');
  await form.getByRole('button', { name: 'Cancel' }).click();

  await ada.getByRole('button', { name: /^Resume the schedules of/ }).click();
  const resume = pats.getByRole('dialog', { name: /^Resume the schedules/ });
  await resume.getByRole('textbox', { name: /^Reason/ }).fill('back again');
  await resume.getByRole('button', { name: 'Resume' }).click();
  await expect(ada).toContainText(/\d, active: 1/);
  await expect(tab.row('mine')).toContainText('Active');

  // Each of these is a row of the trail.
  await pats.goto('/kubevirt-snapshots/audit');
  const rows = pats.getByRole('grid').getByRole('row');
  await expect(rows.filter({ hasText: 'on leave' })).toContainText('Pat');
  await expect(rows.filter({ hasText: 'back again' })).toContainText('Pat');

  // An auditor sees it and changes nothing.
  const quinns = await browserOf('Quinn');
  await quinns.goto('/kubevirt-snapshots/clusters');
  await expectOff(
    quinns.getByRole('button', { name: /^Pause all schedules of/ }),
    /^You may not change the schedules of everybody/,
  );
});
