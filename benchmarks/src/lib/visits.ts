// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from '@playwright/test';
import { ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { percentile, round } from './report';

const VISITS = 9;

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** How one gets to a page of a portal, and when it is there. */
export interface Visit {
  browser: Browser;
  url: string;
  /** Where somebody is who has the portal open. */
  from: string;
  /** The page that is measured. */
  to: string;
  /** Leads from there to it. */
  link: (page: Page) => ReturnType<Page['getByRole']>;
  /** Can be clicked as soon as the page can be used. */
  usable: (page: Page) => ReturnType<Page['getByRole']>;
  /** Holds back requests, to see that the measurement notices. */
  delay?: { requests: RegExp; ms: number };
}

/** Medians, ms. */
export interface VisitTimes {
  /** From a click in the open portal to the usable page. */
  openMs: number;
  /** From opening the page's address. The app is in the browser's cache. */
  coldMs: number;
  /** From opening the address of the page before to the link on it. */
  portalMs: number;
  visits: number;
}

/** Visits a page as Ada, over and over. */
export async function timeVisits(visit: Visit): Promise<VisitTimes> {
  const { browser, url, delay } = visit;
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
  });
  await context.addCookies([
    { name: 'demo-person', value: 'ada', url: `${url}/api/auth/demo` },
  ]);
  const open: number[] = [];
  const cold: number[] = [];
  const portal: number[] = [];
  // The first one fills the browser's cache.
  for (let i = 0; i < VISITS + 1; i += 1) {
    const page = await context.newPage();
    if (delay && delay.ms > 0) {
      await page.route(delay.requests, async route => {
        await sleep(delay.ms);
        await route.continue();
      });
    }
    let at = performance.now();
    const took = () => {
      const before = at;
      at = performance.now();
      return at - before;
    };
    await page.goto(`${url}${visit.to}`);
    await visit.usable(page).click({ timeout: 60_000 });
    cold.push(took());
    await page.goto(`${url}${visit.from}`);
    await visit.link(page).waitFor({ timeout: 60_000 });
    portal.push(took());
    await page.waitForLoadState('networkidle').catch(() => {});
    took();
    await visit.link(page).click();
    await visit.usable(page).click({ timeout: 60_000 });
    open.push(took());
    await page.close();
  }
  await context.close();
  const median = (all: number[]) => round(percentile(all.slice(1), 0.5));
  return {
    openMs: median(open),
    coldMs: median(cold),
    portalMs: median(portal),
    visits: 2 * (VISITS + 1),
  };
}
