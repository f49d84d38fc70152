// SPDX-License-Identifier: Apache-2.0
import { expect, test as base, type Page } from '@playwright/test';

/** The demo people, by the names on the sign-in page. */
export type Person = 'Ada' | 'Ben' | 'Pat' | 'Quinn';

/**
 * Signs in by the page that a person sees. Call it on a fresh page; `path` is
 * where one ends up.
 */
export async function signIn(page: Page, person: Person, path = '/') {
  await page.goto(path);
  await page.getByRole('link', { name: new RegExp(`^${person}\\b`) }).click();
  await expect(
    page.getByRole('link', { name: 'Settings', exact: true }),
  ).toBeVisible();
}

/**
 * A test that fails when the browser reports an error: an exception, a message
 * of level error, a request to anything but the portal.
 */
export const test = base.extend<{ browserErrors: string[] }>({
  browserErrors: [
    async ({ page, baseURL }, use) => {
      const errors: string[] = [];
      page.on('pageerror', error => errors.push(`exception: ${error.message}`));
      page.on('console', message => {
        if (message.type() === 'error') {
          errors.push(`console: ${message.text()} (${message.location().url})`);
        }
      });
      page.on('request', request => {
        const url = new URL(request.url());
        if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== baseURL) {
          errors.push(`request to ${url.origin}`);
        }
      });
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
