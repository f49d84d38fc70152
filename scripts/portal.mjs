#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0

/**
 * The one entry of `npm start`, `npm test` and `npm run bench`. It needs nothing
 * but Node >= 18 and npm: what else is wanted it brings itself. Plain JavaScript
 * without dependencies, because it runs before anything is installed.
 */
import { UserError, failure } from './lib/log.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

const COMMANDS = {
  start: () => import('./commands/start.mjs'),
  test: () => import('./commands/test.mjs'),
  e2e: () => import('./commands/e2e.mjs'),
  contract: () => import('./commands/contract.mjs'),
  reports: () => import('./commands/reports.mjs'),
  bench: () => import('./commands/bench.mjs'),
};

const USAGE = `Usage: node scripts/portal.mjs <command>

  start [--reset] [--port 7007] [--sandbox-port 7301] [--data .data] [--verbose]
                         the portal with its sandbox clusters
  test                   everything that CI checks
  e2e [playwright args]  the tests in a real browser
  contract               the contract suite, against the sandbox or KUBECONFIG
  reports                write the reports of public APIs and tables anew
  bench <name> [--break] a benchmark of benchmarks/src`;

const [command, ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command ?? '')) {
  console.error(USAGE);
  process.exit(command === undefined || command === '--help' ? 0 : 2);
}

try {
  // Returns in a process with the right Node only; until then, an exit code.
  const exitCode = await ensureToolchain();
  if (exitCode !== undefined) {
    process.exit(exitCode);
  }
  const { run } = await COMMANDS[command]();
  process.exit(await run(args));
} catch (error) {
  failure(error instanceof UserError ? error.message : error.stack ?? error);
  process.exit(1);
}
