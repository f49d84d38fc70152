// SPDX-License-Identifier: Apache-2.0
import { FleetPage } from '../support/fleet';
import { machine } from '../support/ownVms';
import { expect, test } from '../support/portal';
import { Sandbox } from '../support/sandbox';

// A few rich tests, since loading a page takes longest.
test.describe.configure({ timeout: 120_000 });

const MANY = 2_000;

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };

/** In a namespace that no provider adds to the catalog, to keep it quick. */
const NAMESPACE = 'shop';
const nameOf = (i: number) => `many-${String(i).padStart(4, '0')}`;

/** Runs something for each, some at a time. */
async function forEach(work: (i: number) => Promise<unknown>) {
  let next = 0;
  const one = async () => {
    while (next < MANY) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: 24 }, one));
}

const west = () => Sandbox.fromEnv('demo-west');

test.beforeAll(async () => {
  await forEach(i =>
    west().create(
      machine(
        { namespace: NAMESPACE, name: nameOf(i) },
        { off: true, diskless: true },
      ),
    ),
  );
});

test.afterAll(async () => {
  await forEach(i =>
    west().remove({ ...VM, namespace: NAMESPACE, name: nameOf(i) }),
  );
});

test('2,000 VMs are found, sorted, paged and chosen', async ({ page }) => {
  const fleet = await FleetPage.open(page, 'Ada');
  await expect(fleet.count).toHaveText(/^20\d\d virtual machines$/);
  await expect(fleet.names()).toHaveCount(20);

  await fleet.searchBox.fill('many-1999');
  await expect(fleet.names()).toHaveText(['many-1999']);

  await fleet.searchBox.fill('many');
  await expect(fleet.count).toHaveText(/^2000 of \d+ virtual machines$/);
  await fleet.header('Name').click();
  await expect(fleet.names().first()).toHaveText('many-1999');
  await page.getByRole('button', { name: 'Next table page' }).click();
  await expect(fleet.names().first()).toHaveText('many-1979');
  await expect(page.getByText('21 - 40 of 2000')).toBeVisible();

  await fleet.tick(page.getByRole('checkbox', { name: /Select all/ }));
  await page
    .getByRole('button', { name: 'Select the first 200 that match' })
    .click();
  await expect(fleet.selection).toContainText('200 VMs selected');
});
