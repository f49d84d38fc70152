// SPDX-License-Identifier: Apache-2.0
/**
 * How long a person waits for a table they can use, with 5,000 snapshots and
 * with 50, in a real Chromium; and what our code adds to the app's download.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser } from '@playwright/test';
import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { ensureAppBuilt } from '../../scripts/lib/buildApp.mjs';
import { fleetName } from 'kubevirt-sandbox';
import { startCluster, startPortal } from './lib/portal';
import { ROOT } from './lib/processes';
import { percentile, report, round, say } from './lib/report';

const MANY = 5_000;
const FEW = 50;
const VISITS = 9;

/** Code of ours as it is published, without what it imports from elsewhere. */
function gzippedKb(): number {
  let bytes = 0;
  for (const name of ['kubevirt-snapshots', 'kubevirt-snapshots-common']) {
    const folder = join(ROOT, 'plugins', name);
    execFileSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/@backstage/cli/bin/backstage-cli'),
        ...['package', 'build'],
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    const code = readdirSync(join(folder, 'dist'), { recursive: true })
      .map(String)
      .filter(file => /\.esm\.js$/.test(file))
      .map(file => readFileSync(join(folder, 'dist', file)));
    bytes += gzipSync(Buffer.concat(code), { level: 9 }).length;
  }
  return round(bytes / 1024);
}

/**
 * From opening the address to a row that can be clicked, ms. The app is in the
 * browser's cache, as it is on every visit but the first.
 */
async function timeToTable(options: {
  browser: Browser;
  url: string;
  vm: string;
  delayMs?: number;
}): Promise<number[]> {
  const { browser, url, vm, delayMs = 0 } = options;
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
  });
  await context.addCookies([
    { name: 'demo-person', value: 'ada', url: `${url}/api/auth/demo` },
  ]);
  const times: number[] = [];
  for (let i = 0; i < VISITS + 1; i += 1) {
    const page = await context.newPage();
    if (delayMs > 0) {
      await page.route(/\/snapshots\?/, async route => {
        await sleep(delayMs);
        await route.continue();
      });
    }
    const at = performance.now();
    await page.goto(`${url}/catalog/default/resource/${vm}/snapshots`);
    await page
      .getByRole('button', { name: `Actions for ${vm}-s0` })
      .click({ timeout: 30_000 });
    times.push(performance.now() - at);
    await page.close();
  }
  await context.close();
  return times.slice(1);
}

async function main() {
  const broken = process.argv.includes('--break');
  const gzipped = gzippedKb();
  say(`Our code: ${gzipped} KB gzipped`);
  const executablePath = await ensureChromium();
  await ensureAppBuilt();
  const cluster = await startCluster({ snapshots: [MANY, FEW] });
  const portal = await startPortal(cluster, { vms: 2 });
  const browser = await chromium.launch({
    executablePath,
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
  const few = await timeToTable({ browser, url: portal.url, vm: fleetName(1) });
  const many = await timeToTable({
    browser,
    url: portal.url,
    vm: fleetName(0),
    // Broken on purpose: a list that takes two seconds more.
    delayMs: broken ? 2_000 : 0,
  });
  say(`few: ${few.map(Math.round)}, many: ${many.map(Math.round)}`);
  await browser.close();
  await portal.process.stop();
  await cluster.process.stop();
  report(
    'page',
    {
      fewP50Ms: round(percentile(few, 0.5)),
      manyP50Ms: round(percentile(many, 0.5)),
      manyToFew: round(percentile(many, 0.5) / percentile(few, 0.5), 2),
      gzippedKb: gzipped,
    },
    {
      manyP50Ms: { atMost: 1_500 },
      manyToFew: { atMost: 1.5 },
      gzippedKb: { atMost: 150 },
    },
  );
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
