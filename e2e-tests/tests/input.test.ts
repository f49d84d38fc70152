// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { entityApi, type PortalApi } from '../support/api';
import { expect, test } from '../support/portal';
import type { Sandbox } from '../support/sandbox';

const BAD_NAMES = [
  '',
  '.',
  '..',
  'a/b',
  '../../secrets/x',
  'a'.repeat(300),
  'Upper-Case',
  'a b',
  'a\u0000b',
  '-a',
  'a-',
];

/** Not fetch: that tidies `..` up before it sends a path. */
function send(
  api: PortalApi,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<number> {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(process.env.PORTAL_URL!);
    const call = request(
      {
        hostname,
        port,
        method,
        path,
        headers: {
          authorization: `Bearer ${api.token}`,
          'content-type': 'application/json',
        },
      },
      answer => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode!));
      },
    );
    call.on('error', failed);
    call.end(body && JSON.stringify(body));
  });
}

/** What arrived at the cluster, apart from the watches that are always open. */
async function arrived(east: Sandbox, since: number) {
  const requests = await east.requests({
    since,
    pathPattern: '/(virtualmachine|secrets|namespaces/)',
  });
  return requests
    .filter(({ path }) => !/[?&](watch|limit)=/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
}

test('a bad name never gets as far as the cluster', async ({ apiOf, east }) => {
  const api = await apiOf('Ada');
  const { vm, items } = await api.list('web-01');
  const since = Date.now();
  for (const name of BAD_NAMES) {
    const answer = await api.take('web-01', vm.uid, { name });
    expect(answer.status(), JSON.stringify(name)).toBe(400);
    expect((await answer.json()).error.details.field).toBe('name');
  }

  const ids = { operationId: randomUUID(), vmUid: vm.uid };
  const snapshotUid = items[0].uid;
  for (const name of [
    '..',
    '.',
    '%2e%2e',
    '%2E',
    'a%2Fb',
    '..%2F..%2Fsecrets',
    'a'.repeat(300),
    'Upper-Case',
    'a%00b',
  ]) {
    const at = entityApi('web-01', `/snapshots/${name}`);
    expect(await send(api, 'GET', at), name).toBe(400);
    expect(
      await send(api, 'GET', entityApi('web-01', `/snapshot-names/${name}`)),
      name,
    ).toBe(400);
    expect(
      await send(api, 'POST', `${at}/stop`, { ...ids, snapshotUid }),
      name,
    ).toBe(400);
    expect(
      await send(api, 'POST', `${at}/delete`, { ...ids, snapshotUid }),
      name,
    ).toBe(400);
  }
  expect(await arrived(east, since)).toEqual([]);
});

test('nobody chooses namespace, cluster or source in a body', async ({
  apiOf,
  east,
}) => {
  const api = await apiOf('Ada');
  const { vm } = await api.list('web-01');
  const since = Date.now();
  for (const extra of [
    { namespace: 'billing' },
    { cluster: 'demo-west' },
    { vm: { name: 'web-02' } },
    { labels: { 'kubevirt-snapshots/origin': 'safety' } },
    { deadlineSeconds: 0 },
    { deadlineSeconds: -1 },
    { deadlineSeconds: 90_000 },
    { description: 'a'.repeat(1001) },
    { operationId: 'not-a-uuid' },
    { vmUid: '../x' },
  ]) {
    const answer = await api.take('web-01', vm.uid, { name: 'fine', ...extra });
    expect(answer.status(), JSON.stringify(extra)).toBe(400);
  }
  expect(await arrived(east, since)).toEqual([]);
});

test('a body that is huge, no JSON, or of another type is refused', async ({
  apiOf,
  east,
}) => {
  const api = await apiOf('Ada');
  const { vm } = await api.list('web-01');
  const since = Date.now();
  const huge = await api.take('web-01', vm.uid, { name: 'a'.repeat(20_000) });
  expect(huge.status()).toBe(413);
  const path = entityApi('web-01', '/snapshots');
  const broken = await api.post(path, '{"name":', {
    'content-type': 'application/json',
  });
  expect(broken.status()).toBe(400);
  const text = await api.post(path, 'name=x', { 'content-type': 'text/plain' });
  expect(text.status()).toBe(400);
  expect(await arrived(east, since)).toEqual([]);
});

test('another VM under the same name is not acted upon', async ({
  apiOf,
  east,
}) => {
  const api = await apiOf('Ada');
  const since = Date.now();
  const answer = await api.take('web-01', randomUUID(), {
    name: 'for-another',
  });
  expect(answer.status()).toBe(409);
  expect(await east.takeRequests(since)).toEqual([]);
});
