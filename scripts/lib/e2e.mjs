// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureAppBuilt } from './buildApp.mjs';
import { ensureChromium } from './chromium.mjs';
import { failure } from './log.mjs';
import { BIN, ROOT } from './paths.mjs';
import { findFreePorts } from './ports.mjs';
import { runVisible } from './processes.mjs';
import { describeEnd, startPortal, stopAll } from './startPortal.mjs';

/** The sandbox's storage and guests are this much faster than real ones. */
const SPEED = '10';

/** Starting another portal takes longer than running a few tests one by one. */
const PORTALS = 2;

/**
 * Runs the browser tests against portals of their own: free ports, data folders
 * that are thrown away. All tests are shared out to two portals, chosen ones
 * run on one.
 *
 * @param args for Playwright
 * @param options.jsonReport where Playwright writes its results
 * @returns Playwright's exit code
 */
export async function runE2e(args, options = {}) {
  const chromium = await ensureChromium();
  await ensureAppBuilt();
  const data = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-e2e-'));
  const portals = [];
  try {
    for (let i = 0; i < (args.length > 0 ? 1 : PORTALS); i++) {
      portals.push(await startPortalForTests(join(data, String(i))));
    }
    return await runVisible(
      process.execPath,
      [
        BIN.playwright,
        'test',
        '--config',
        join(ROOT, 'e2e-tests/playwright.config.ts'),
        ...args,
      ],
      {
        timeoutMinutes: 20,
        env: {
          NODE_ENV: 'test',
          CHROMIUM_PATH: chromium,
          PORTALS: JSON.stringify(portals.map(({ testEnv }) => testEnv)),
          ...(options.jsonReport && {
            PLAYWRIGHT_JSON_OUTPUT_FILE: options.jsonReport,
          }),
        },
      },
    );
  } finally {
    await Promise.all(portals.map(({ services }) => stopAll(services)));
    if (process.env.E2E_KEEP_DATA) {
      console.log(`Data and logs of the portals: ${data}`);
    } else {
      rmSync(data, { recursive: true, force: true });
    }
  }
}

/** A portal, and what tests have to know of it. */
async function startPortalForTests(data) {
  mkdirSync(data);
  const port = await findFreePorts(3);
  const clock = letTestsMoveTheClock(data);
  const portal = await startPortal({
    port,
    sandboxPort: port + 1,
    data,
    sandboxArgs: ['--speed', process.env.E2E_SANDBOX_SPEED ?? SPEED],
    backendArgs: ['--config', clock.config],
  });
  for (const service of portal.services) {
    service.ended.then(reason => {
      if (!service.stopping) {
        failure(describeEnd(service, reason));
      }
    });
  }
  const { NODE_ENV: _, ...env } = portal.env;
  return {
    services: portal.services,
    testEnv: { ...env, PORTAL_URL: portal.url, CLOCK_OFFSET_FILE: clock.file },
  };
}

/** Configuration by which the plugin's clock follows a file. */
function letTestsMoveTheClock(data) {
  const file = join(data, 'clock-offset');
  const config = join(data, 'clock.yaml');
  writeFileSync(file, '0');
  writeFileSync(
    config,
    `kubevirtSnapshots:\n  testing:\n    clockOffsetFile: ${JSON.stringify(
      file,
    )}\n`,
  );
  return { file, config };
}
