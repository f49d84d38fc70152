// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, ROOT, start, type Process } from './processes';

/** A backend of the portal with its frontend, and demo people. */
export interface Backend {
  url: string;
  process: Process;
  /** Backstage token of a demo person, made anew. */
  token(person: string): Promise<string>;
}

/** People and groups of the demo. */
export const ORGANISATION = {
  type: 'file',
  target: join(ROOT, 'examples/org.yaml'),
  rules: [{ allow: ['User', 'Group'] }],
};

/**
 * Starts a backend.
 *
 * @param options - `data`: its folder; `database`: `backend.database`, by
 * default SQLite in that folder; `config`: what else it is configured with
 */
export async function startBackend(options: {
  data: string;
  database?: object;
  config: object;
  logLevel?: string;
}): Promise<Backend> {
  const { data, database, config, logLevel = 'warn' } = options;
  const port = await freePort();
  const url = `http://localhost:${port}`;
  mkdirSync(data, { recursive: true });
  writeFileSync(
    join(data, 'config.yaml'),
    JSON.stringify({
      app: {
        baseUrl: url,
        signIn: {
          providers: [{ id: 'demo', title: 'Demo', message: 'Demo people' }],
          auto: true,
        },
      },
      backend: {
        baseUrl: url,
        listen: { host: '127.0.0.1', port },
        cors: { origin: url },
        database: database ?? {
          client: 'better-sqlite3',
          connection: { directory: data },
        },
      },
      auth: { providers: { demo: {} } },
      ...config,
    }),
  );
  const { process: backend } = await start({
    file: 'benchmarks/src/processes/backend.ts',
    args: [
      ...['--config', join(ROOT, 'app-config.yaml')],
      ...['--config', join(data, 'config.yaml')],
    ],
    cwd: 'packages/backend',
    env: { NODE_ENV: 'production', LOG_LEVEL: logLevel },
    log: join(data, 'backend.log'),
    ready: () => true as const,
  });
  return {
    url,
    process: backend,
    async token(person) {
      const response = await fetch(`${url}/api/auth/demo/refresh`, {
        headers: {
          cookie: `demo-person=${person}`,
          'x-requested-with': 'XMLHttpRequest',
        },
      });
      const { backstageIdentity } = (await response.json()) as {
        backstageIdentity: { token: string };
      };
      return backstageIdentity.token;
    },
  };
}
