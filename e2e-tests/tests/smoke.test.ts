// SPDX-License-Identifier: Apache-2.0
import { expect, signIn, test } from '../support/portal';

test('a developer signs in, finds their VM and opens its page', async ({
  page,
}) => {
  await page.goto('/');
  await expect(
    page.getByRole('link', { name: /^(Ada|Ben|Pat|Quinn)\b/ }),
  ).toHaveCount(4);

  await signIn(page, 'Ada');
  await expect(page).toHaveTitle(/VM snapshots demo/);
  await page.getByRole('link', { name: 'web-01', exact: true }).click();

  await expect(page).toHaveURL(/\/catalog\/default\/resource\/web-01$/);
  await expect(page.getByRole('heading', { name: 'web-01' })).toBeVisible();
  await expect(page.getByText('Shop front end, first of two')).toBeVisible();
});
