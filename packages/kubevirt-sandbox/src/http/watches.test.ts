// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { call, until } from '../testing/http';
import { openWatch } from '../testing/watch';
import type { Sandbox } from '../types';

const PATH = '/api/v1/namespaces/default/configmaps';

describe('watches', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'watches' });
  });

  afterAll(() => sandbox.stop());

  const create = (name: string, labels?: Record<string, string>) =>
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', ...(labels && { labels }) },
    });
  const ref = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
    name,
  });

  it('starts with what is there and ends the beginning with a bookmark', async () => {
    create('first');
    const watch = await openWatch(sandbox, `${PATH}?allowWatchBookmarks=true`);
    await until('the bookmark', () =>
      watch.events.some(event => event.type === 'BOOKMARK'),
    );
    const bookmark = watch.events.find(event => event.type === 'BOOKMARK')!;
    expect(bookmark.object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        annotations: { 'k8s.io/initial-events-end': 'true' },
        resourceVersion: expect.any(String),
      },
    });
    expect(watch.events[0].type).toBe('ADDED');
    watch.close();
  });

  it('continues from a version, in order and without gaps', async () => {
    const { body } = await call(sandbox, 'GET', PATH);
    create('second');
    sandbox.objects.patch(ref('second'), { data: { a: 'b' } });
    sandbox.objects.remove(ref('second'));
    const watch = await openWatch(
      sandbox,
      `${PATH}?resourceVersion=${body.metadata.resourceVersion}`,
    );
    await until('three events', () => watch.events.length === 3);
    expect(watch.events.map(event => event.type)).toEqual([
      'ADDED',
      'MODIFIED',
      'DELETED',
    ]);
    const versions = watch.events.map(event =>
      Number(event.object.metadata.resourceVersion),
    );
    expect([...versions].sort((a, b) => a - b)).toEqual(versions);
    watch.close();
  });

  it('shows objects that enter and leave a selection', async () => {
    const watch = await openWatch(
      sandbox,
      `${PATH}?labelSelector=team%3Da&allowWatchBookmarks=true`,
    );
    create('third', { team: 'b' });
    sandbox.objects.patch(ref('third'), {
      metadata: { labels: { team: 'a' } },
    });
    sandbox.objects.patch(ref('third'), {
      metadata: { labels: { team: 'b' } },
    });
    await until('three events', () => watch.events.length === 3);
    expect(watch.events.map(event => event.type)).toEqual([
      'BOOKMARK',
      'ADDED',
      'DELETED',
    ]);
    expect(watch.events[2].object.metadata.labels).toEqual({ team: 'a' });
    watch.close();
  });

  it('answers 410 from a forgotten version', async () => {
    const early = await openWatch(sandbox, `${PATH}?resourceVersion=1`);
    await early.ended;
    expect(early.events[0]).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
        reason: 'Expired',
        code: 410,
      },
    });
    const { body } = await call(sandbox, 'GET', PATH);
    create('fourth');
    sandbox.faults.compact();
    const late = await openWatch(
      sandbox,
      `${PATH}?resourceVersion=${body.metadata.resourceVersion}`,
    );
    await late.ended;
    expect((late.events[0].object as any).code).toBe(410);
  });

  it('ends after its timeout and when told to', async () => {
    const started = Date.now();
    const timed = await openWatch(sandbox, `${PATH}?timeoutSeconds=1`);
    await timed.ended;
    expect(Date.now() - started).toBeGreaterThan(900);
    const watch = await openWatch(sandbox, PATH);
    expect(sandbox.faults.closeWatches()).toBeGreaterThan(0);
    await watch.ended;
  });

  it('asks for resourceVersionMatch with initial events', async () => {
    const { status, body } = await call(
      sandbox,
      'GET',
      `${PATH}?watch=1&sendInitialEvents=true`,
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  });
});
