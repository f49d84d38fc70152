// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import {
  coreServices,
  createServiceFactory,
  type LoggerService,
} from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { headers, startPlugin, vmEntity } from '../__testUtils__/startPlugin';
import { routes, type RouteDefinition } from './routes';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

/** What a person or a program might leave where it doesn't belong. */
const SECRET = 'hunter2-hunter2';

/** Fields in which a person writes what is kept, and which are kept. */
const KEPT = ['name', 'description', 'reason'];

describe('a secret planted in every input', () => {
  let lines: string[];
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let knex: Awaited<ReturnType<typeof databases.init>>;
  let cluster: FakeCluster;
  let vmUid: string;

  beforeEach(async () => {
    lines = [];
    const keep =
      (level: string) =>
      (message: string, meta?: unknown): void => {
        const { stack, ...rest } = (meta ?? {}) as { stack?: string };
        lines.push(`${level} ${message} ${JSON.stringify(rest)} ${stack}`);
      };
    const logger: LoggerService = {
      error: keep('error'),
      warn: keep('warn'),
      info: keep('info'),
      debug: keep('debug'),
      child: () => logger,
    };
    knex = await databases.init('SQLITE_3');
    cluster = new FakeCluster();
    vmUid = cluster.addVm().uid;
    cluster.addSnapshot('s1');
    cluster.addSnapshot('s2');
    backend = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      features: [
        mockServices.database.mock({ getClient: async () => knex }).factory,
        createServiceFactory({
          service: coreServices.logger,
          deps: {},
          factory: () => logger,
        }),
        createServiceFactory({
          service: coreServices.rootLogger,
          deps: {},
          factory: () => logger,
        }),
      ],
    });
  });
  afterEach(() => backend.stop());

  const bodyOf = (route: RouteDefinition): Record<string, unknown> =>
    route.id === 'verifyAudit'
      ? {}
      : {
          operationId: randomUUID(),
          vmUid,
          ...(route.id === 'takeSnapshot'
            ? { name: 's3', description: 'x', deadlineSeconds: 300 }
            : {
                snapshotUid: cluster.snapshot({
                  ...FakeCluster.ref,
                  name: 's1',
                })?.uid,
              }),
          ...(/protect/.test(route.id) && { reason: 'for the audit' }),
          ...(route.id === 'deleteSnapshot' && { typedName: 'y' }),
        };

  function send(
    route: RouteDefinition,
    role: string,
    change: {
      query?: string;
      body?: object | string;
      headers?: Record<string, string>;
      path?: Record<string, string>;
    } = {},
  ) {
    const values: Record<string, string> = {
      kind: 'resource',
      namespace: 'default',
      name: 'web-01',
      snapshot: 's1',
      operation: randomUUID(),
      seq: '1',
      ...change.path,
    };
    const path = route.path.replace(/:(\w+)/g, (_, key) =>
      encodeURIComponent(values[key]),
    );
    let pending = request(backend.server)
      [route.method](`/api/kubevirt-snapshots${path}${change.query ?? ''}`)
      .set('authorization', headers[role]!)
      .set(change.headers ?? {})
      .buffer(true)
      .parse((res, done) => {
        let text = '';
        res.on('data', chunk => {
          text += chunk;
        });
        res.on('end', () => done(null, text));
      });
    if (route.method === 'post') {
      pending = pending
        .set('content-type', 'application/json')
        .send(
          (typeof change.body === 'string'
            ? change.body
            : JSON.stringify(change.body ?? bodyOf(route))) as any,
        );
    }
    return pending;
  }

  /** Everything that is left behind or was said. */
  async function traces(): Promise<string> {
    // Also those that are yet to come.
    const tables = await knex('sqlite_master').where({ type: 'table' });
    const rows = await Promise.all(tables.map(({ name }) => knex(name)));
    return JSON.stringify([rows, lines]);
  }

  it('is found nowhere: rows, logs, answers, exports', async () => {
    const answers: string[] = [];
    // The stream would go on for ever.
    const all = (routes as readonly RouteDefinition[]).filter(
      route => route.effect !== 'stream' && route.door !== 'open',
    );
    for (const route of all) {
      const put = async (change: Parameters<typeof send>[2]) => {
        for (const role of ['owner', 'other']) {
          const res = await send(route, role, change);
          // Backstage's own answers repeat the address that was called.
          const { request: _, ...said } = JSON.parse(
            /^{"error"/.test(res.body) ? res.body : '{}',
          );
          answers.push('error' in said ? JSON.stringify(said) : res.body);
        }
      };
      // Not in the user agent: Backstage's auditor names the program.
      await put({
        headers: {
          cookie: `session=${SECRET}`,
          'x-request-id': `${SECRET} with spaces`,
          'x-forwarded-for': SECRET,
          'x-api-key': SECRET,
          'impersonate-user': SECRET,
          referer: `https://example.com/?token=${SECRET}`,
        },
      });
      await put({ query: `?token=${SECRET}` });
      for (const [, key] of route.path.matchAll(/:(\w+)/g)) {
        // Not even a name that could be one.
        await put({ path: { [key]: `${SECRET}/..` } });
      }
      if (route.method === 'post') {
        await put({ body: { ...bodyOf(route), password: SECRET } });
        await put({ body: `{"password": "${SECRET}"` });
        await put({ body: { pad: SECRET + 'x'.repeat(20_000) } });
        for (const key of Object.keys(bodyOf(route))) {
          if (!KEPT.includes(key)) {
            await put({ body: { ...bodyOf(route), [key]: SECRET } });
          }
          await put({ body: { ...bodyOf(route), [key]: { [key]: SECRET } } });
        }
      }
    }
    expect(answers.length).toBeGreaterThan(100);
    for (const format of ['ndjson', 'csv']) {
      const route = all.find(r => r.id === 'exportAudit')!;
      const res = await send(route, 'auditor', { query: `?format=${format}` });
      expect(res.status).toBe(200);
      answers.push(String(res.body));
    }
    const token = headers.owner!.replace('Bearer ', '');
    const text = await traces();
    // There is something to look into.
    expect(text).toContain('snapshot.take');
    expect(answers.join('\n')).toContain('snapshot.take');
    for (const secret of [SECRET, token]) {
      expect(answers.filter(answer => answer.includes(secret))).toEqual([]);
      expect(lines.filter(line => line.includes(secret))).toEqual([]);
      expect(text).not.toContain(secret);
    }
  });
});
