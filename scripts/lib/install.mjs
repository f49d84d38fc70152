// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, readStamp, workspaces, writeStamp } from './hash.mjs';
import { duration, step, UserError } from './log.mjs';
import { ROOT } from './paths.mjs';
import { runCollected } from './processes.mjs';
import { yarnSettingsFromNpm } from './toolchain.mjs';

/**
 * Installs what the lock file says, if that has changed since the last time.
 * When it hasn't, neither yarn nor the network is asked.
 */
export async function ensureInstalled() {
  const wanted = hashOf(
    [
      'yarn.lock',
      '.yarnrc.yml',
      'package.json',
      ...workspaces().map(folder => `${folder}/package.json`),
    ],
    `${process.platform}-${process.arch}-${process.versions.modules}`,
  );
  if (
    readStamp('install') === wanted &&
    existsSync(join(ROOT, 'node_modules/.yarn-state.yml'))
  ) {
    return;
  }
  step('Installing dependencies (the first time takes some minutes)');
  const started = Date.now();
  const { code, output } = await runCollected(
    'yarn',
    ['install', '--immutable'],
    {
      env: { ...yarnSettingsFromNpm(), YARN_ENABLE_PROGRESS_BARS: '0' },
      shell: process.platform === 'win32',
      onLine: line => {
        // Peer dependency advice is for who changes dependencies.
        if (/YN0000: [┌└·]/.test(line) || /YN0007/.test(line)) {
          console.log(`    ${line.replace(/^.*?YN\d+: ?[│┌└·]?\s*/, '')}`);
        }
      },
      stillRunning: 'still installing',
    },
  );
  if (code !== 0) {
    const { npm_config_registry: registry } = process.env;
    throw new UserError(
      `${output
        .slice(-40)
        .join('\n')}\n\nInstalling dependencies failed (exit code ${code}${
        registry ? `, registry ${registry}` : ''
      }). The lines above say why.`,
    );
  }
  writeStamp('install', wanted);
  step(`Dependencies are installed (${duration(Date.now() - started)})`);
}
