// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { codeOf, entityApi } from '../support/api';
import { expectAccessible } from '../support/axe';
import { expect, test } from '../support/portal';
import { expectOff, SnapshotsTab } from '../support/tab';
import { newName, vm } from '../support/vms';

const CACHE = vm('cache-01');
const CRASH = '/snapshots/cache-01-crash';

test('a VM made of a snapshot is stopped, has an identity of its own and a page', async ({
  page,
  east,
}) => {
  const snapshot = newName('cache-01');
  await east.takeFinishedSnapshot(CACHE, snapshot);
  const tab = await SnapshotsTab.open(page, 'Ada', 'cache-01');
  await tab.openMenu(snapshot);
  await tab.menuItem('Create VM…').click();
  const dialog = page.getByRole('dialog', {
    name: `Create VM from ${snapshot}`,
  });
  const name = dialog.getByRole('textbox', { name: 'Name of the VM' });
  await expect(name).toHaveValue(/^cache-01-/);

  await name.fill('cache-01');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  const wanted = newName('cache-01');
  await name.fill(wanted);
  await expect(dialog.getByText('The name is free.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create VM', exact: true }).click();
  await expect(dialog).toBeHidden();

  await expect(page.getByText(`VM ${wanted} was created`).first()).toBeVisible({
    timeout: 30_000,
  });
  const copy = { ...CACHE, name: wanted };
  const made = await east.vm(copy);
  expect(await east.vmi(copy)).toBeUndefined();
  expect(Object.keys(made?.metadata.annotations ?? {})).not.toContainEqual(
    expect.stringMatching(/^kubevirt-snapshots\/entity-ref/),
  );
  expect(await east.claimsOf(copy)).not.toEqual(await east.claimsOf(CACHE));
  await page.getByRole('link', { name: `Open ${wanted}` }).click();
  await expect(page).toHaveURL(new RegExp(`/catalog/[^/]+/resource/${wanted}`));
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
    planHash: 'x',
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
