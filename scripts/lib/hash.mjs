// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

const GENERATED = new Set(['node_modules', 'dist', 'dist-types', 'coverage']);

/**
 * Hash of the contents of files and folders, by path below the repository. Not
 * of their times: a checkout touches every file and changes none.
 */
export function hashOf(paths, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const path of paths) {
    for (const file of filesBelow(join(ROOT, path))) {
      hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) {
    return [];
  }
  if (!statSync(path).isDirectory()) {
    return [path];
  }
  return readdirSync(path)
    .filter(name => !GENERATED.has(name))
    .sort()
    .flatMap(name => filesBelow(join(path, name)));
}

/** Folders of the workspaces, relative to the repository. */
export function workspaces() {
  const { workspaces: patterns } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return patterns
    .flatMap(pattern =>
      pattern.endsWith('/*')
        ? readdirSync(join(ROOT, pattern.slice(0, -2))).map(
            name => `${pattern.slice(0, -2)}/${name}`,
          )
        : [pattern],
    )
    .filter(folder => existsSync(join(ROOT, folder, 'package.json')))
    .sort();
}

/** Remembers under a name what a step was last done for. */
export function readStamp(name) {
  const file = join(CACHE, 'stamps', name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function writeStamp(name, value) {
  const file = join(CACHE, 'stamps', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, value);
}
