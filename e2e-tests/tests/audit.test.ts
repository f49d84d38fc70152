// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { expect, signedIn, test, type Person } from '../support/portal';
import { SnapshotsTab } from '../support/tab';
import { newName } from '../support/vms';

const AUDIT = '/kubevirt-snapshots/audit';

const trail = (page: Page) => page.getByRole('grid', { name: 'Audit trail' });
const rows = (page: Page) => trail(page).getByRole('row');
const verification = (page: Page) =>
  page.getByRole('region', { name: 'Is the trail intact?' });

async function openTrail(page: Page, person: Person, query = '') {
  await signedIn(page.context(), person);
  await page.goto(`${AUDIT}${query}`);
  await expect(page.getByRole('search', { name: /./ })).toBeVisible({
    timeout: 20_000,
  });
}

async function textOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), 'utf8');
}

/** One that Ada takes, and one that Ben is refused. */
async function leaveTraces(
  page: Page,
  apiOf: (person: Person) => Promise<any>,
): Promise<string> {
  const tab = await SnapshotsTab.open(page, 'Ada', 'web-02');
  const name = newName('web-02');
  await tab.take(name);
  await expect(tab.row(name)).toContainText('Ready to restore');
  const ben = await apiOf('Ben');
  const { vm } = await (await apiOf('Ada')).list('web-02');
  const refused = await ben.take('web-02', vm.uid, { name: 'bens' });
  expect(refused.status()).toBe(403);
  return name;
}

test('the history of a VM tells who did what, and who was refused', async ({
  page,
  apiOf,
}) => {
  const name = await leaveTraces(page, apiOf);
  await page.getByRole('radio', { name: 'History' }).click();
  const history = page.getByRole('grid', { name: /history/i });
  const taken = history.getByRole('row').filter({ hasText: name });
  await expect(taken).toContainText(/Ada.*Take snapshot.*Succeeded/s);
  const denied = history.getByRole('row').filter({ hasText: 'bens' });
  await expect(denied).toContainText(/Ben.*Take snapshot.*Denied/s);
  await expectAccessible(page);
  // It is a link to be sent to somebody.
  await page.reload();
  await expect(taken).toBeVisible();
});

test('an auditor searches, looks closer, and takes it away as a file', async ({
  page,
  apiOf,
}) => {
  const name = await leaveTraces(page, apiOf);
  await openTrail(page, 'Quinn');
  await expect(rows(page).filter({ hasText: name })).toBeVisible();
  // That it was read is itself on record.
  await page.reload();
  await expect(
    rows(page).filter({ hasText: 'Read the audit trail' }),
  ).not.toHaveCount(0);

  await page.getByRole('textbox', { name: 'Person' }).fill('user:default/ben');
  await page.getByRole('button', { name: /Result$/ }).click();
  await page.getByRole('option', { name: 'Denied' }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/actor=user%3Adefault%2Fben&outcome=denied/);
  await expect(rows(page).filter({ hasText: name })).toHaveCount(0);
  const denied = rows(page).filter({ hasText: 'bens' }).first();
  await expect(denied).toContainText('Denied');
  await expectAccessible(page);

  await denied.getByRole('link', { name: /^Details of entry/ }).click();
  const drawer = page.getByRole('dialog', { name: /^Entry \d+/ });
  await expect(drawer).toContainText('It was refused for want of permission');
  await expect(drawer).toContainText('demo-east/shop/web-02');
  await expect(drawer).toContainText('Rows of the trail');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();

  const save = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return { file: download.suggestedFilename(), text: await textOf(download) };
  };
  const ndjson = await save('Export NDJSON');
  expect(ndjson.file).toMatch(/^audit-\d+T\d+Z\.ndjson$/);
  const lines = ndjson.text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(2);
  expect(ndjson.text).toContain('bens');
  // Of what the filters leave out only digests are in the file.
  expect(ndjson.text).not.toContain(name);
  const csv = await save('Export CSV');
  expect(csv.file).toMatch(/\.csv$/);
  expect(csv.text).toMatch(/^seq,time,actor/);
  expect(csv.text).toContain('bens');

  await page.getByRole('button', { name: 'Reset filters' }).click();
  await page.reload();
  const exported = rows(page).filter({ hasText: 'Export the audit trail' });
  await expect(exported).toHaveCount(2);
  await expect(exported.first()).toContainText('Quinn');
});

test('whether the trail is intact is shown with its age, and verified on demand', async ({
  page,
}) => {
  await openTrail(page, 'Pat');
  const panel = verification(page);
  await expect(async () => {
    await panel.getByRole('button', { name: 'Verify now' }).click();
    await expect(panel).toContainText(/Intact up to checkpoint \d+/, {
      timeout: 5_000,
    });
    await expect(panel).toContainText(/Verified .*\(Pat\)/);
  }).toPass({ timeout: 40_000 });
  await expect(panel).toContainText('Checkpoints also go to:');
  await expectAccessible(page);
  // An auditor reads that and cannot ask for it.
  await openTrail(page, 'Quinn');
  await expect(panel).toContainText('Intact up to checkpoint');
  await expect(panel.getByRole('button')).toHaveCount(0);
});

test('a developer sees what concerns their VMs, and nothing is asked that would be refused', async ({
  page,
  apiOf,
}) => {
  const name = await leaveTraces(page, apiOf);
  await openTrail(page, 'Ada');
  await expect(rows(page).filter({ hasText: name })).toBeVisible();
  await expect(verification(page)).toContainText('You may see a part');
  await expect(
    rows(page).filter({ hasText: 'Read the audit trail' }),
  ).toHaveCount(0);
  await openTrail(page, 'Ben');
  await expect(page.getByRole('main')).toContainText(/./);
  await expect(rows(page).filter({ hasText: 'web-02' })).toHaveCount(0);
});

for (const [what, prepare] of [
  [
    '400 pixels wide',
    async (page: Page) => page.setViewportSize({ width: 400, height: 800 }),
  ],
  [
    'the dark theme',
    async (page: Page) => {
      await page.goto('/settings');
      await page.evaluate(() => localStorage.setItem('theme', 'dark'));
    },
  ],
] as const) {
  test(`the pages of operators and auditors, ${what}`, async ({ page }) => {
    await signedIn(page.context(), 'Pat');
    await prepare(page);
    await openTrail(page, 'Pat');
    await page.reload();
    await expect(
      rows(page).filter({ hasText: 'Read the audit trail' }).first(),
    ).toBeVisible();
    const fits = async () =>
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - window.innerWidth,
        ),
      ).toBeLessThanOrEqual(0);
    await fits();
    await expectAccessible(page);

    await page.goto('/kubevirt-snapshots/clusters');
    const east = page
      .getByRole('grid', { name: 'Clusters' })
      .getByRole('row')
      .filter({ hasText: 'demo-east' });
    for (const words of ['Live', 'Closed', 'Allowed', 'snapshots']) {
      await expect(east).toContainText(words);
    }
    const forged = page
      .getByRole('row')
      .filter({ hasText: 'resource:forged-01' });
    await expect(forged).toContainText('demo-east/shop/web-02');
    await expect(forged).toContainText('names another entity');
    await fits();
    await expectAccessible(page);
  });
}
