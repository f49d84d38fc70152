// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { expectDenied, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { expect, signedIn, test } from '../support/portal';
import { expectOff, SnapshotsTab, tabPath } from '../support/tab';
import { newName, vm } from '../support/vms';

const CACHE = vm('cache-01');
const CRASH = '/snapshots/cache-01-crash';

/** VMs of this namespace get into the catalog by themselves. */
const TOOLS = { namespace: 'platform', name: 'tools-01' };
const TOOLS_ENTITY = 'tools-01.platform.demo-east';

async function openCreateVm(tab: SnapshotsTab, snapshot: string) {
  await tab.openMenu(snapshot);
  await tab.menuItem('Create VM…').click();
  const dialog = tab.page.getByRole('dialog', {
    name: `Create VM from ${snapshot}`,
  });
  await expect(
    dialog.getByRole('textbox', { name: 'Name of the VM' }),
  ).toHaveValue(/-copy/);
  return dialog;
}

test('a VM made of a snapshot is stopped, has an identity of its own and a page', async ({
  page,
  east,
}) => {
  test.slow();
  const snapshot = newName('tools-01');
  await east.takeFinishedSnapshot(TOOLS, snapshot);
  await signedIn(page.context(), 'Pat');
  await page.goto(tabPath(TOOLS_ENTITY));
  const tab = new SnapshotsTab(page);
  const dialog = await openCreateVm(tab, snapshot);
  const name = dialog.getByRole('textbox', { name: 'Name of the VM' });

  await name.fill('tools-01');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  const wanted = newName('tools-01');
  await name.fill(wanted);
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create VM', exact: true }).click();
  await expect(dialog).toBeHidden();

  // Its page is told of when the catalog has it.
  const link = page.getByRole('link', { name: `Open ${wanted}` });
  await expect(link).toBeVisible({ timeout: 60_000 });
  const copy = { ...TOOLS, name: wanted };
  const made = await east.vm(copy);
  expect(await east.vmi(copy)).toBeUndefined();
  expect(Object.keys(made?.metadata.annotations ?? {})).not.toContainEqual(
    expect.stringMatching(/^kubevirt-snapshots\/entity-ref/),
  );
  expect(await east.claimsOf(copy)).not.toEqual(await east.claimsOf(TOOLS));
  await link.click();
  await expect(page).toHaveURL(
    new RegExp(`/catalog/default/resource/${wanted}\\.platform`),
  );
});

test('stopped while its disks are made, nothing of it is left', async ({
  page,
  east,
}) => {
  const all = (await east.claims(CACHE)).map(({ metadata }) => metadata.name);
  await east.failVolume({
    namespace: CACHE.namespace,
    claim: '^restore-',
    mode: 'never-bind',
  });
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  const dialog = await openCreateVm(tab, 'cache-01-crash');
  const wanted = newName('cache-01');
  await dialog.getByRole('textbox', { name: 'Name of the VM' }).fill(wanted);
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Create VM', exact: true }).click();
  await expect(dialog).toBeHidden();

  await east.until(async () => (await east.claims(CACHE)).length > all.length);
  const popover = await tab.openActivity(`Making VM ${wanted}`);
  await popover.getByRole('button', { name: 'Stop making the VM' }).click();
  const question = page.getByRole('dialog', {
    name: `Stop making VM ${wanted}?`,
  });
  await expect(question).toContainText('What was made so far is removed.');
  await expectAccessible(page, '[role="dialog"]');
  await question.getByRole('button', { name: 'Stop it' }).click();
  await expect(question).toBeHidden();
  await expect(page.getByText('Activity', { exact: true })).toBeHidden({
    timeout: 30_000,
  });
  await east.until(async () =>
    (
      await east.claims(CACHE)
    ).every(({ metadata }) => all.includes(metadata.name)),
  );
  expect(await east.vm({ ...CACHE, name: wanted })).toBeUndefined();
});

test('neither an auditor nor another team makes VMs or templates of it', async ({
  page,
  apiOf,
  east,
}) => {
  const tab = await SnapshotsTab.open(page, 'Quinn', 'cache-01');
  await tab.openMenu('cache-01-crash');
  await expectOff(tab.menuItem('Create VM template…'), /^You may not/);
  await expectOff(tab.menuItem('Create VM…'), /^You may not/);

  const [quinn, ben] = [await apiOf('Quinn'), await apiOf('Ben')];
  const { vm: seen, items } = await quinn.list('cache-01');
  const since = Date.now();
  const body = {
    operationId: randomUUID(),
    vmUid: seen.uid,
    snapshotUid: items.find(item => item.name === 'cache-01-crash')?.uid,
    planHash: '0'.repeat(64),
    name: newName('cache-01'),
  };
  for (const person of [quinn, ben]) {
    const answers = [
      await person.post(entityApi('cache-01', `${CRASH}/clone`), body),
      await person.post(entityApi('cache-01', `${CRASH}/template`), {
        ...body,
        notGeneralisedAcknowledged: true,
      }),
    ];
    await expectDenied(answers);
  }
  expect(await east.writes(since)).toEqual([]);
});
