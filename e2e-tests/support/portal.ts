// SPDX-License-Identifier: Apache-2.0
import {
  expect,
  test as base,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  type Page,
} from '@playwright/test';
import { PortalApi } from './api';
import { CLUSTERS, Sandbox, type ClusterName } from './sandbox';

/** The demo people, by the names on the sign-in page. */
export type Person = 'Ada' | 'Ben' | 'Pat' | 'Quinn';

/**
 * An answer of the portal that a test provokes on purpose. The browser reports
 * each such answer as an error of its own accord.
 */
export interface ExpectedFailure {
  /** `network`: the connection was cut. */
  status: number | 'network';
  path: RegExp;
}

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

/** Makes a browser one in which that person has signed in before. */
export async function signedIn(context: BrowserContext, person: Person) {
  await context.addCookies([
    {
      name: 'demo-person',
      value: person.toLowerCase(),
      domain: new URL(process.env.PORTAL_URL!).hostname,
      path: '/api/auth/demo',
      httpOnly: true,
      sameSite: 'Lax',
    },
  ]);
}

function isExpected(message: ConsoleMessage, expected: ExpectedFailure[]) {
  const { pathname } = new URL(message.location().url || 'about:blank');
  return expected.some(({ status, path }) => {
    const text =
      status === 'network'
        ? /^Failed to load resource: net::ERR_/
        : new RegExp(
            `^Failed to load resource: the server responded with a status of ${status}\\b`,
          );
    return text.test(message.text()) && path.test(pathname);
  });
}

function collectErrors(
  page: Page,
  reports: { errors: string[]; expected: ExpectedFailure[] },
) {
  const { errors, expected } = reports;
  const portal = new URL(process.env.PORTAL_URL!).origin;
  page.on('pageerror', error => errors.push(`exception: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error' && !isExpected(message, expected)) {
      errors.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('request', request => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== portal) {
      errors.push(`request to ${url.origin}`);
    }
  });
}

interface Fixtures {
  browserErrors: { errors: string[]; expected: ExpectedFailure[] };
  /**
   * From here on the browser may report this answer, which otherwise fails the
   * test.
   */
  expectFailure: (failure: ExpectedFailure) => void;
  /** Opens a page in a browser of its own in which that person is signed in. */
  browserOf: (person: Person, options?: BrowserContextOptions) => Promise<Page>;
  /** The portal's API with the token of that person. */
  apiOf: (person: Person) => Promise<PortalApi>;
  /** The sandbox clusters. After the test they are as they were before it. */
  sandboxes: Record<ClusterName, Sandbox>;
  east: Sandbox;
  west: Sandbox;
}

interface WorkerFixtures {
  /**
   * The browser of all tests, without what it remembers of people: only the
   * app's files stay in its cache, as they do for a person. That halves the
   * time of a test. Time zone and the like are the same for all.
   */
  sharedContext: BrowserContext;
  /** {@link Fixtures.apiOf} for what a file prepares for all its tests. */
  portalApi: (person: Person) => Promise<PortalApi>;
}

/**
 * A test that fails when the browser reports an error: an exception, a message
 * of level error, a request to anything but the portal.
 */
export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedContext: [
    async ({ browser }, use) => {
      const context = await browser.newContext({
        baseURL: process.env.PORTAL_URL,
        locale: 'en-US',
        timezoneId: 'Europe/Berlin',
      });
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
  portalApi: [
    async ({ playwright }, use) => {
      const request = await playwright.request.newContext({
        baseURL: process.env.PORTAL_URL,
      });
      await use(person => PortalApi.of(request, person));
      await request.dispose();
    },
    { scope: 'worker' },
  ],
  context: async ({ sharedContext }, use) => {
    await sharedContext.clearCookies();
    await use(sharedContext);
    for (const page of sharedContext.pages()) {
      await page.evaluate(() => localStorage.clear()).catch(() => {});
      await page.close();
    }
  },
  page: async ({ context, viewport }, use) => {
    const page = await context.newPage();
    await page.setViewportSize(viewport!);
    await use(page);
  },
  browserErrors: [
    async ({ page }, use) => {
      const reports = { errors: [], expected: [] };
      collectErrors(page, reports);
      await use(reports);
      expect(reports.errors).toEqual([]);
    },
    { auto: true },
  ],
  expectFailure: async ({ browserErrors }, use) => {
    await use(failure => {
      browserErrors.expected.push(failure);
    });
  },
  browserOf: async ({ browser, baseURL, browserErrors }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (person, options) => {
      const context = await browser.newContext({ baseURL, ...options });
      contexts.push(context);
      await signedIn(context, person);
      const page = await context.newPage();
      collectErrors(page, browserErrors);
      return page;
    });
    await Promise.all(contexts.map(context => context.close()));
  },
  apiOf: async ({ portalApi }, use) => use(portalApi),
  sandboxes: [
    async ({}, use) => {
      const all = Object.fromEntries(
        CLUSTERS.map(name => [name, Sandbox.fromEnv(name)]),
      ) as Record<ClusterName, Sandbox>;
      const restore = await Promise.all(
        Object.values(all).map(sandbox => sandbox.remember()),
      );
      await use(all);
      await Promise.all(restore.map(back => back()));
    },
    { auto: true },
  ],
  east: async ({ sandboxes }, use) => use(sandboxes['demo-east']),
  west: async ({ sandboxes }, use) => use(sandboxes['demo-west']),
});

export { expect } from '@playwright/test';
