// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, readStamp, writeStamp } from './hash.mjs';
import { duration, step, UserError } from './log.mjs';
import { BIN, ROOT } from './paths.mjs';
import { runCollected } from './processes.mjs';

const SOURCES = [
  'packages/app',
  'plugins/kubevirt-snapshots',
  'plugins/kubevirt-snapshots-common',
  'app-config.yaml',
  'yarn.lock',
];

/**
 * Builds the app if its sources have changed since the last build. It is the
 * same bundle for demo and production: what differs is configuration, which
 * the backend hands to the browser.
 */
export async function ensureAppBuilt() {
  const wanted = hashOf(SOURCES);
  if (
    readStamp('app') === wanted &&
    existsSync(join(ROOT, 'packages/app/dist/index.html'))
  ) {
    return;
  }
  step('Building the app (its sources have changed)');
  const started = Date.now();
  const { code, output } = await runCollected(
    process.execPath,
    [
      BIN.backstageCli,
      'package',
      'build',
      '--config',
      join(ROOT, 'app-config.yaml'),
    ],
    {
      cwd: join(ROOT, 'packages/app'),
      // With CI set, a warning of somebody else's package fails the build.
      env: { CI: '' },
      stillRunning: 'still building the app',
    },
  );
  if (code !== 0) {
    throw new UserError(
      `${output.slice(-60).join('\n')}\n\nBuilding the app failed.`,
    );
  }
  writeStamp('app', wanted);
  step(`The app is built (${duration(Date.now() - started)})`);
}
