// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const CACHE = join(ROOT, '.cache');
export const DEFAULT_DATA = join(ROOT, '.data');

/** Lets plain Node load the TypeScript of this repository. */
export const NODE_TRANSFORM = join(
  ROOT,
  'node_modules/@backstage/cli/config/nodeTransform.cjs',
);

/** Makes a child process end when this one is gone, however it went. */
export const DIE_WITH_PARENT = join(ROOT, 'scripts/lib/dieWithParent.cjs');

/** The command line of an installed package. */
export const BIN = {
  backstageCli: join(ROOT, 'node_modules/@backstage/cli/bin/backstage-cli'),
  repoTools: join(
    ROOT,
    'node_modules/@backstage/repo-tools/bin/backstage-repo-tools',
  ),
  tsc: join(ROOT, 'node_modules/typescript/bin/tsc'),
  prettier: join(ROOT, 'node_modules/prettier/bin-prettier.js'),
  playwright: join(ROOT, 'node_modules/@playwright/test/cli.js'),
};
