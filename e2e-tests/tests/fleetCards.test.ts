// SPDX-License-Identifier: Apache-2.0
import { expectAccessible } from '../support/axe';
import { FleetPage } from '../support/fleet';
import { expect, signedIn, test, type Person } from '../support/portal';
import type { Page } from '@playwright/test';

// A few rich tests, since loading a page takes longest.
test.describe.configure({ timeout: 120_000 });

async function openCard(
  page: Page,
  person: Person,
  path: string,
  title = 'Virtual machines',
) {
  await signedIn(page.context(), person);
  await page.goto(`/catalog/default/${path}`);
  const card = page
    .getByRole('main')
    .getByRole('region', { name: title, exact: true });
  await expect(card).toBeVisible({ timeout: 20_000 });
  return card;
}

test('the pages of a system, a component, a group and a user show their VMs', async ({
  page,
}) => {
  const system = await openCard(page, 'Ada', 'system/shop');
  await expect(system).toContainText('without a good snapshot in 30 days');
  // batch-01 and kiosk-01 have none; the others come by the age of theirs.
  await expect(system.getByRole('listitem').nth(0)).toContainText(
    'Unprotected: none in 30 days',
  );
  await expect(system.getByRole('listitem').last()).toContainText(
    'Last good one',
  );
  await expect(system).not.toContainText('db-01');
  await expectAccessible(page, 'section[aria-label="Virtual machines"]');

  const component = await openCard(page, 'Ada', 'component/storefront');
  await expect(component.getByRole('listitem')).toHaveCount(2);
  await expect(component.getByRole('link', { name: 'web-02' })).toBeVisible();

  const group = await openCard(page, 'Ada', 'group/team-b');
  await expect(group).toContainText('No virtual machine that you may see');

  const user = await openCard(page, 'Ada', 'user/ada');
  await user.getByRole('link', { name: /^Show all \d+$/ }).click();
  const fleet = new FleetPage(page);
  await expect(page).toHaveURL(/belongsTo=user%3Adefault%2Fada/);
  await expect(fleet.toolbar).toContainText('Of user:ada');
  await expect(fleet.row('db-01')).toBeVisible();
});

test('the overview of a VM shows its last good snapshot and takes another', async ({
  page,
}) => {
  const card = await openCard(page, 'Ada', 'resource/web-01', 'Snapshots');
  await expect(card).toContainText('Last good snapshot');
  await expect(card).toContainText('Running');
  await expect(card.getByRole('button', { name: 'Stop VM' })).toBeVisible();
  await expectAccessible(page, 'section[aria-label="Snapshots"]');
  await card.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(
    page.getByRole('dialog', { name: 'Take snapshot of web-01' }),
  ).toBeVisible();
});

test('a VM that nobody wrote a file for has a page with tab, tags and the Kubernetes tab', async ({
  page,
}) => {
  const card = await openCard(
    page,
    'Pat',
    'resource/tools-01.platform.demo-east',
    'Snapshots',
  );
  await expect(card).toContainText('Running');
  await expect(
    page.getByRole('main').getByRole('link', { name: 'Snapshots' }).first(),
  ).toHaveAttribute('href', /\/tools-01\.platform\.demo-east\/snapshots$/);
  await page.goto(
    '/catalog/default/resource/tools-01.platform.demo-east/snapshots',
  );
  await expect(page.getByRole('region', { name: 'tools-01' })).toBeVisible();
  await page.goto(
    '/catalog/default/resource/tools-01.platform.demo-east/kubernetes',
  );
  await expect(page.getByRole('main')).toContainText('1 pod');
});

test('who may not see the clusters is told so', async ({
  page,
  expectFailure,
}) => {
  expectFailure({ status: 403, path: /\/clusters$/ });
  await signedIn(page.context(), 'Ada');
  await page.goto('/kubevirt-snapshots/clusters');
  await expect(
    page.getByText('This page is for the people who operate the portal'),
  ).toBeVisible({ timeout: 20_000 });
  // The title of the page is one; the navigation has none.
  await expect(page.getByRole('link', { name: 'VM clusters' })).toHaveCount(1);
});
