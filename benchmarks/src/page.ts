// SPDX-License-Identifier: Apache-2.0
/**
 * How long a person waits for a table they can use, with 5,000 snapshots and
 * with 50, in a real Chromium; and what our code adds to the app's download.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from '@playwright/test';
import { ensureAppBuilt } from '../../scripts/lib/buildApp.mjs';
import { fleetName } from 'kubevirt-sandbox';
import { startCluster, startPortal } from './lib/portal';
import { ROOT } from './lib/processes';
import { report, round, say } from './lib/report';
import { launchBrowser, timeVisits } from './lib/visits';

const MANY = 5_000;
const FEW = 50;

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

const timeTab = (options: {
  browser: Browser;
  url: string;
  vm: string;
  delayMs: number;
}) =>
  timeVisits({
    ...options,
    from: `/catalog/default/resource/${options.vm}`,
    to: `/catalog/default/resource/${options.vm}/snapshots`,
    link: page =>
      page.getByRole('link', { name: 'Snapshots', exact: true }).first(),
    usable: page =>
      page.getByRole('button', { name: `Actions for ${options.vm}-s0` }),
    delay: { requests: /\/snapshots\?/, ms: options.delayMs },
  });

async function main() {
  const broken = process.argv.includes('--break');
  const gzipped = gzippedKb();
  say(`Our code: ${gzipped} KB gzipped`);
  await ensureAppBuilt();
  const cluster = await startCluster({ snapshots: [MANY, FEW] });
  const portal = await startPortal(cluster, { vms: 2 });
  const browser = await launchBrowser();
  const { url } = portal;
  const few = await timeTab({ browser, url, vm: fleetName(1), delayMs: 0 });
  // Broken on purpose: a list that takes two seconds more.
  const delayMs = broken ? 2_000 : 0;
  const many = await timeTab({ browser, url, vm: fleetName(0), delayMs });
  say(`few: ${JSON.stringify(few)}, many: ${JSON.stringify(many)}`);
  await browser.close();
  await portal.process.stop();
  await cluster.process.stop();
  report(
    'page',
    {
      fewP50Ms: few.openMs,
      manyP50Ms: many.openMs,
      manyToFew: round(many.openMs / few.openMs, 2),
      coldFewP50Ms: few.coldMs,
      coldManyP50Ms: many.coldMs,
      coldManyToFew: round(many.coldMs / few.coldMs, 2),
      portalP50Ms: many.portalMs,
      gzippedKb: gzipped,
    },
    {
      manyP50Ms: { atMost: 1_500 },
      manyToFew: { atMost: 1.5 },
      coldManyToFew: { atMost: 1.5 },
      gzippedKb: { atMost: 150 },
    },
  );
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
