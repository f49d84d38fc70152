// SPDX-License-Identifier: Apache-2.0

/**
 * An installation must hold neither the demo sign-in nor the sandbox: not in
 * what the bundlers can reach, not in its configuration, not when it runs.
 * Each check is also made on the demo, where it has to find them.
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

const ROOT = resolve(__dirname, '../../..');

/** All files of this repository that a file reaches by its imports. */
function reachableFrom(entry: string): string[] {
  const seen = new Set<string>();
  const queue = [resolve(ROOT, entry)];
  while (queue.length > 0) {
    const file = queue.pop()!;
    if (seen.has(file)) {
      continue;
    }
    seen.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(
      /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"\n]+)['"]/g,
    );
    for (const [, name] of imports) {
      const target = name.startsWith('.')
        ? resolveFile(resolve(dirname(file), name))
        : resolveWorkspace(name);
      if (target) {
        queue.push(target);
      }
    }
  }
  return [...seen].map(file => file.slice(ROOT.length + 1));
}

function resolveFile(path: string): string | undefined {
  return ['', '.ts', '.tsx', '/index.ts', '/index.tsx']
    .map(suffix => path + suffix)
    .find(
      file => existsSync(file) && statSync(file).isFile() && /tsx?$/.test(file),
    );
}

/** Source of a package of this repository; others end the search. */
function resolveWorkspace(name: string): string | undefined {
  const [, packageName, subpath] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(
    name,
  )!;
  const folder = ['packages', 'plugins']
    .flatMap(parent => [
      join(ROOT, parent, packageName),
      join(ROOT, parent, packageName.replace(/^backstage-plugin-/, '')),
    ])
    .find(candidate => existsSync(join(candidate, 'package.json')));
  if (!folder) {
    return undefined;
  }
  const { main, exports } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const target = exports?.[subpath ? `./${subpath}` : '.'] ?? main;
  return target && resolveFile(join(folder, target));
}

const isDemo = (file: string) => file.startsWith('packages/kubevirt-sandbox/');

describe('module graph', () => {
  it.each([
    ['packages/backend/src/index.ts', 'plugins/kubevirt-snapshots-node/'],
    ['packages/app/src/index.tsx', 'plugins/kubevirt-snapshots/'],
  ])('%s reaches no part of the sandbox', (entry, something) => {
    const files = reachableFrom(entry);
    expect(files.filter(isDemo)).toEqual([]);
    // It did follow imports into the plugins.
    expect(files.some(file => file.startsWith(something))).toBe(true);
  });

  it('finds the demo sign-in in the backend of `npm start`', () => {
    const files = reachableFrom('packages/backend/dev/index.ts');
    expect(files.filter(isDemo)).toContain(
      'packages/kubevirt-sandbox/src/signIn/demoSignInModule.ts',
    );
  });

  it('keeps the sandbox out of what gets installed', () => {
    for (const folder of [
      'packages/app',
      'packages/backend',
      'plugins/kubevirt-snapshots',
      'plugins/kubevirt-snapshots-backend',
      'plugins/kubevirt-snapshots-common',
      'plugins/kubevirt-snapshots-node',
      'plugins/catalog-backend-module-kubevirt',
    ]) {
      const { dependencies, peerDependencies } = JSON.parse(
        readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
      );
      expect(
        Object.keys({ ...dependencies, ...peerDependencies }),
      ).not.toContain('kubevirt-sandbox');
    }
  });
});

describe('configuration', () => {
  const read = (name: string) =>
    JSON.stringify(parse(readFileSync(join(ROOT, name), 'utf8')));

  it.each(['app-config.yaml', 'app-config.production.yaml'])(
    '%s names nothing of the demo',
    name => {
      expect(read(name)).not.toMatch(
        /demo|sandbox|guest|examples|127\.0\.0\.1/i,
      );
    },
  );

  it('app-config.demo.yaml does', () => {
    expect(read('app-config.demo.yaml')).toMatch(/demo.*127\.0\.0\.1/);
  });
});

describe('the running backend', () => {
  const stopping: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const stop of stopping.splice(0)) {
      await stop();
    }
  });

  /**
   * Starts an entry point as a process, with base and production configuration.
   * Only the database and the ports are the test's.
   */
  async function start(entry: string, extra: object = {}): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'production-test-'));
    stopping.unshift(async () => rmSync(folder, { recursive: true }));
    const port = await findFreePort();
    const overrides = join(folder, 'app-config.test.yaml');
    writeFileSync(
      overrides,
      stringify({
        ...extra,
        backend: {
          listen: { host: '127.0.0.1', port },
          database: {
            client: 'better-sqlite3',
            connection: { directory: join(folder, 'sqlite') },
          },
        },
      }),
    );
    const child = spawn(
      process.execPath,
      [
        ...[
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        join(ROOT, 'packages/backend', entry),
        ...['--config', join(ROOT, 'app-config.yaml')],
        ...['--config', join(ROOT, 'app-config.production.yaml')],
        ...['--config', overrides],
      ],
      {
        cwd: join(ROOT, 'packages/backend'),
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          PORTAL_URL: `http://localhost:${port}`,
        },
      },
    );
    let output = '';
    child.stdout.on('data', data => (output += data));
    child.stderr.on('data', data => (output += data));
    const ended = new Promise(done => child.once('close', done));
    stopping.unshift(async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    });
    const url = `http://127.0.0.1:${port}`;
    for (;;) {
      if (child.exitCode !== null) {
        throw new Error(`The backend ended: ${output.slice(-3_000)}`);
      }
      const ready = await fetch(`${url}/.backstage/health/v1/readiness`).catch(
        () => undefined,
      );
      if (ready?.ok) {
        return url;
      }
      await new Promise(done => setTimeout(done, 200));
    }
  }

  const asSomebodyOfTheDemo = {
    accept: 'application/json',
    cookie: 'demo-person=pat',
    'x-requested-with': 'XMLHttpRequest',
  };

  it('knows no demo person', async () => {
    const url = await start('src/index.ts');
    for (const path of [
      '/api/auth/demo/start',
      '/api/auth/demo/handler/frame?person=pat',
      '/api/auth/demo/refresh',
      '/api/auth/guest/refresh',
    ]) {
      const response = await fetch(`${url}${path}`, {
        headers: asSomebodyOfTheDemo,
        redirect: 'manual',
      });
      expect([path, response.status]).toEqual([path, 404]);
    }
  }, 90_000);

  it('does, with the entry point and the configuration of the demo', async () => {
    const cluster = createServer((_req, res) =>
      res.end(JSON.stringify({ gitVersion: 'v1.33.0+kubevirt-sandbox' })),
    );
    await new Promise<void>(done => cluster.listen(0, '127.0.0.1', done));
    stopping.unshift(async () => cluster.close());
    const { port } = cluster.address() as AddressInfo;
    const url = await start('dev/index.ts', {
      auth: { providers: { demo: {} } },
      kubernetes: {
        serviceLocatorMethod: { type: 'multiTenant' },
        clusterLocatorMethods: [
          {
            type: 'config',
            clusters: [
              {
                name: 'c',
                url: `http://127.0.0.1:${port}`,
                authProvider: 'serviceAccount',
              },
            ],
          },
        ],
      },
    });
    const response = await fetch(`${url}/api/auth/demo/start`, {
      headers: asSomebodyOfTheDemo,
    });
    expect(response.status).toBe(200);
    expect((await response.json()).people).toHaveLength(4);
  }, 90_000);
});

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}
