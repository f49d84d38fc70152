// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, ROOT } from './paths.mjs';
import { runVisible } from './processes.mjs';

/**
 * Writes or checks the reports of public APIs and tables. The declarations they
 * are made from come from a whole compilation: an incremental one prints the
 * members of inferred types in another order.
 *
 * @param options.check fail on a difference instead of writing it
 * @param options.compiled the whole compilation has just been done
 * @param options.output takes what would be printed, for later
 * @returns an exit code
 */
export async function apiReports({
  check = false,
  compiled = false,
  output,
} = {}) {
  if (!compiled) {
    const code = await compileAll({ output });
    if (code !== 0) {
      return code;
    }
  }
  return await runVisible(
    process.execPath,
    [
      BIN.repoTools,
      'api-reports',
      ...(check ? ['--ci'] : []),
      '--sql-reports',
      '-o',
      'ae-wrong-input-file-type,ae-undocumented',
      '--validate-release-tags',
      ...readdirSync(join(ROOT, 'plugins')).map(name => `plugins/${name}`),
    ],
    { timeoutMinutes: 10, output },
  );
}

/** Checks all types and writes all declarations. @returns an exit code */
export async function compileAll({ output } = {}) {
  return await runVisible(
    process.execPath,
    [BIN.tsc, '--incremental', 'false'],
    { timeoutMinutes: 10, output },
  );
}
