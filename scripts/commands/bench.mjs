// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from '../lib/install.mjs';
import { UserError } from '../lib/log.mjs';
import { ROOT } from '../lib/paths.mjs';
import { nodeArgs, runVisible } from '../lib/processes.mjs';

const BENCHMARKS = join(ROOT, 'benchmarks/src');

export async function run([name, ...args]) {
  const names = existsSync(BENCHMARKS)
    ? readdirSync(BENCHMARKS, { withFileTypes: true })
        .filter(entry => entry.isFile() && /^[a-z][\w-]*\.ts$/.test(entry.name))
        .map(entry => entry.name.replace(/\.ts$/, ''))
        .filter(found => found !== 'index')
    : [];
  if (!names.includes(name)) {
    throw new UserError(
      `${
        name ? `There is no benchmark '${name}'` : 'Which benchmark?'
      }: npm run bench -- <name> [--break]. There are: ${
        names.join(', ') || 'none yet'
      }`,
    );
  }
  await ensureInstalled();
  return await runVisible(
    process.execPath,
    ['--expose-gc', ...nodeArgs(join(BENCHMARKS, `${name}.ts`), args)],
    { cwd: join(ROOT, 'benchmarks') },
  );
}
