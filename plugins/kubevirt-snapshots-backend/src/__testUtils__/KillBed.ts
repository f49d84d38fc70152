// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import knexFactory, { type Knex } from 'knex';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { fleetSeed, startSandbox, type Sandbox } from 'kubevirt-sandbox';
import { applyMigrations } from '../database/openDatabase';

const ROOT = resolve(__dirname, '../../../..');

/** Beyond the lease and the time that a late request could still arrive. */
export const LATER_MS = 200_000;

/** Cases at once: each waits for its cluster and its processes most of the time. */
const AT_ONCE = 4;

/** What is loaded from where it is installed: native code, or looks around itself. */
const INSTALLED = /^(better-sqlite3|knex|@backstage\/backend-plugin-api)$/;

/** What a portal has to know of the bed. */
export interface BedOptions {
  database: string;
  cluster: string;
  url: string;
  tokenFile: string;
}

/**
 * A sandbox with a VM for each case, and processes that kill themselves with
 * SIGKILL while they act on it.
 */
export class KillBed<Options extends BedOptions> {
  readonly sandbox: Sandbox;
  readonly #cluster: string;
  readonly #folder: string;

  /**
   * @param options.child the file beside this one that the processes run
   * @param options.snapshots of each VM of the fleet
   */
  static async start<Options extends BedOptions>(options: {
    cluster: string;
    child: 'portalToKill' | 'schedulesToKill';
    snapshots: number[];
  }): Promise<KillBed<Options>> {
    const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-killed-'));
    const sandbox = await startSandbox({
      name: options.cluster,
      speed: 100,
      seed: fleetSeed({ snapshots: options.snapshots }),
    });
    await sandbox.applyManifests(
      readFileSync(join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml'), 'utf8'),
    );
    const bed = new KillBed<Options>(sandbox, options.cluster, folder);
    writeFileSync(
      bed.#file('token'),
      sandbox.serviceAccountToken(
        'backstage-kubevirt-snapshots',
        'kubevirt-snapshots',
      ),
    );
    // One file: to read and translate its hundreds of sources would take each
    // process several times as long as all that it does.
    await build({
      entryPoints: [join(__dirname, `${options.child}.ts`)],
      outfile: bed.#file('child.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node22',
      minifyWhitespace: true,
      logLevel: 'warning',
      plugins: [
        {
          name: 'installed',
          setup: ({ onResolve }) =>
            onResolve({ filter: INSTALLED }, ({ path }) => ({
              path: require.resolve(path),
              external: true,
            })),
        },
      ],
    });
    // Node keeps what it compiled when a process ends, which the others don't.
    await bed.#spawn([]);
    const migrated = connect(bed.#file('migrated.sqlite'));
    await applyMigrations(migrated);
    await migrated.destroy();
    return bed;
  }

  private constructor(sandbox: Sandbox, cluster: string, folder: string) {
    this.sandbox = sandbox;
    this.#cluster = cluster;
    this.#folder = folder;
  }

  async stop(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Gives the work a migrated database of its own. */
  async withDatabase<T>(
    work: (options: BedOptions, knex: Knex) => Promise<T>,
  ): Promise<T> {
    const database = this.#file(`${randomUUID()}.sqlite`);
    copyFileSync(this.#file('migrated.sqlite'), database);
    const knex = connect(database);
    try {
      return await work(
        {
          database,
          cluster: this.#cluster,
          url: this.sandbox.url,
          tokenFile: this.#file('token'),
        },
        knex,
      );
    } finally {
      await knex.destroy();
    }
  }

  /** Runs a process to its end. @returns its exit code, or what killed it */
  async runChild(options: Options): Promise<string | number | null> {
    return this.#spawn(['to-kill', JSON.stringify(options)]);
  }

  async #spawn(args: string[]): Promise<string | number | null> {
    const child = spawn(
      process.execPath,
      // Old packages that are part of the bundle use what Node warns of.
      ['--no-deprecation', this.#file('child.cjs'), ...args],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NODE_COMPILE_CACHE: this.#file('compiled') },
      },
    );
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('exit', (code, signal) => done(signal ?? code));
    });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

function connect(filename: string): Knex {
  return knexFactory({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
  });
}

/**
 * Runs cases some at once, from when the first is asked for.
 *
 * @returns what waits for a case and fails as it did
 */
export function someAtOnce<C, R>(
  cases: readonly C[],
  run: (one: C) => Promise<R>,
): (one: C) => Promise<R> {
  const results: Promise<R>[] = [];
  return one => {
    if (results.length === 0) {
      cases.forEach((each, i) => {
        const before: Promise<unknown> =
          results[i - AT_ONCE] ?? Promise.resolve();
        const result = before.then(
          () => run(each),
          () => run(each),
        );
        // Its own test tells.
        result.catch(() => {});
        results.push(result);
      });
    }
    return results[cases.indexOf(one)];
  };
}
