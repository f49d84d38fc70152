// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step, UserError } from './log.mjs';
import { runCollected } from './processes.mjs';

// The shell is Chromium without the browser's own windows and menus, which cost
// a page of tests more than the portal does.
const DEBIAN_PACKAGE = 'chromium-headless-shell';
const NAMES = [
  DEBIAN_PACKAGE,
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Path of a Chromium or Chrome: the one CHROMIUM_PATH names, the machine's, or
 * Debian's, installed now if we may.
 */
export async function ensureChromium() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) {
    if (!existsSync(CHROMIUM_PATH)) {
      throw new UserError(`CHROMIUM_PATH is ${CHROMIUM_PATH}: no such file`);
    }
    return CHROMIUM_PATH;
  }
  const found = findChromium();
  if (found) {
    return found;
  }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    step('Installing Chromium from the Debian packages');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const stillRunning = 'still installing Chromium';
    await runCollected('apt-get', ['update'], { env, stillRunning });
    const { code, output } = await runCollected(
      'apt-get',
      ['install', '-y', '--no-install-recommends', DEBIAN_PACKAGE],
      { env, stillRunning },
    );
    const installed = findChromium();
    if (installed) {
      return installed;
    }
    throw new UserError(
      `${output
        .slice(-20)
        .join('\n')}\n\napt-get could not install Chromium (exit code ${code})`,
    );
  }
  throw new UserError(
    `No Chromium or Chrome found. Install one (Debian: sudo apt-get install ${DEBIAN_PACKAGE}), or name it in CHROMIUM_PATH.`,
  );
}

function findChromium() {
  const candidates = [
    ...(process.env.PATH ?? '')
      .split(delimiter)
      .flatMap(folder => NAMES.map(name => join(folder, name))),
    ...(process.platform === 'darwin' ? MAC : []),
  ];
  // Ubuntu's `chromium` can be a script that only tells to install a snap.
  return candidates.find(
    path =>
      existsSync(path) &&
      spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0,
  );
}
