// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import {
  cloneObject,
  contentObject,
  restoreObject,
  snapshotObject,
  vmiObject,
  vmObject,
} from '../testing/objects';
import { StubCluster, WATCHED_PLURALS } from '../testing/StubCluster';
import { until } from '../testing/until';
import { CommittedIntent } from './CommittedIntent';
import { DefaultClusterService } from './DefaultClusterService';

const web = { cluster: 'prod', namespace: 'vms', name: 'web-01' };
const intent = CommittedIntent.fromCommittedRow({
  actor: 'user:default/ada',
  operationId: 'op-1',
  sequence: 1,
});

describe('DefaultClusterService', () => {
  let stub: StubCluster;
  let dir: string;
  let service: DefaultClusterService;
  const machine: any = vmObject();
  const snapshot: any = snapshotObject();
  const content: any = contentObject(snapshot, machine);
  const volumeSnapshot = content.spec.volumeBackups[0].volumeSnapshotName;

  function create(more: object = {}) {
    service = DefaultClusterService.create({
      logger: mockServices.logger.mock(),
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: 'prod',
              url: stub.url,
              serviceAccountTokenFile: path.join(dir, 'token'),
              ...more,
            },
          ],
        },
      }),
      timings: { retryMin: 20, retryMax: 40, retryMissing: 40, shortLived: 5 },
    });
    return service;
  }

  async function live() {
    await service.start();
    await until(() => service.status('prod').state === 'live', 'live');
    await until(() => stub.openWatches('virtualmachineclones').length);
  }

  /** Lets the stub answer a GET of single objects. */
  function serve(objects: Record<string, object>) {
    stub.hook = request => {
      const name = request.path.split('/').pop()!;
      return request.method === 'GET' && Object.hasOwn(objects, name)
        ? { status: 200, body: objects[name] }
        : undefined;
    };
  }

  beforeEach(async () => {
    stub = await StubCluster.create();
    WATCHED_PLURALS.forEach(plural => stub.setList(plural, []));
    stub.setList('virtualmachines', [machine]);
    stub.setList('virtualmachinesnapshots', [snapshot]);
    stub.setList('virtualmachinesnapshotcontents', [content]);
    dir = await mkdtemp(path.join(tmpdir(), 'clusters-'));
    await writeFile(path.join(dir, 'token'), 'ours');
  });

  afterEach(async () => {
    await service?.stop();
    await stub.stop();
    await rm(dir, { recursive: true });
  });

  it('answers lists from the cache, without a call', async () => {
    create();
    expect(service.status('prod')).toMatchObject({ state: 'connecting' });
    expect(service.freshness('prod')).toMatchObject({
      state: 'stale',
      asOf: '1970-01-01T00:00:00.000Z',
    });
    expect(service.hasSynced('prod')).toBe(false);
    await live();
    await until(() => service.copies.apis('prod'));
    const calls = stub.requests.length;
    // A list and a watch of each resource, and four looks for an API.
    expect(calls).toBe(16);
    expect(service.hasSynced('prod')).toBe(true);
    expect(service.freshness('prod')).toEqual({
      state: 'live',
      asOf: expect.stringMatching(/^20/),
    });
    expect(service.vm(web)).toMatchObject({ uid: machine.metadata.uid });
    expect(service.vms()).toHaveLength(1);
    expect(service.vms('prod')).toHaveLength(1);
    expect(service.snapshots(web)).toHaveLength(1);
    expect(
      service.snapshot({ cluster: 'prod', namespace: 'vms', name: 'snap-1' }),
    ).toMatchObject({ capturedVmUid: machine.metadata.uid });
    expect(service.uses({ ...web, name: 'snap-1' })).toEqual([]);
    expect(service.unfinishedUses(web)).toEqual([]);
    expect(service.statuses()).toMatchObject([
      { name: 'prod', state: 'live', vms: 1, snapshots: 1 },
    ]);
    expect(service.copies.apis('prod')).toEqual({
      clone: false,
      dataVolumes: false,
      template: undefined,
    });
    expect(service.mutations('prod')).toEqual({ allowed: true });
    expect(stub.requests.length).toBe(calls);
  });

  it('follows the watches and tells its listeners', async () => {
    create();
    await live();
    const told = jest.fn();
    const off = service.subscribe(web, told);
    const before = service.revision(web);
    stub.send('virtualmachineinstances', 'ADDED', vmiObject('web-01'));
    await until(() => service.vm(web)?.running);
    await until(() => told.mock.calls.length === 1);
    expect(service.revision(web)).toBeGreaterThan(before);
    off();
    stub.send('virtualmachinesnapshots', 'DELETED', snapshot);
    await until(() => service.snapshots(web).length === 0);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('tells listeners that the cluster went away and came back', async () => {
    create();
    await live();
    const changes: unknown[] = [];
    const told = jest.fn();
    service.subscribe(web, told);
    service.subscribeAll(change => changes.push(change));
    stub.hook = (_, response) => {
      response.socket!.destroy();
      return 'taken';
    };
    stub.cut();
    await until(() => service.freshness('prod').state === 'stale');
    expect(service.status('prod')).toMatchObject({
      state: 'stale',
      code: 'unreachable',
    });
    expect(service.freshness('prod').message).toMatch(/can't be reached/);
    expect(service.snapshots(web)).toHaveLength(1);
    await until(() => told.mock.calls.length > 0);
    expect(changes).toContainEqual({ cluster: 'prod' });
    stub.hook = () => undefined;
    await until(() => service.freshness('prod').state === 'live');
  });

  it('is unusable without a token, and starts nevertheless', async () => {
    create({ serviceAccountTokenFile: path.join(dir, 'later') });
    await service.start();
    await until(() => service.status('prod').state === 'unusable');
    expect(service.status('prod')).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/later can't be read \(ENOENT\)/),
    });
    expect(stub.requests).toEqual([]);
    await writeFile(path.join(dir, 'later'), 'ours');
    await until(() => service.status('prod').state === 'live');
  });

  it('is unusable without the snapshot CRDs, but not without clones', async () => {
    stub.hook = request =>
      /snapshot\.kubevirt|clone/.test(request.path)
        ? { status: 404, body: '404 page not found' }
        : undefined;
    create();
    await service.start();
    await until(() => service.status('prod').state === 'unusable');
    expect(service.status('prod')).toMatchObject({
      code: 'snapshot-crds-missing',
    });
    stub.hook = request =>
      /clone/.test(request.path)
        ? { status: 404, body: '404 page not found' }
        : undefined;
    await until(() => service.status('prod').state === 'live');
    expect(service.hasSynced('prod')).toBe(true);
  });

  it('watches only the namespaces that it is told to', async () => {
    create({ namespaces: ['vms', 'labs'] });
    await service.start();
    await until(() => stub.watches.length === 12);
    expect(
      stub.requests
        // Which APIs there are is no matter of namespaces.
        .filter(r => !/^\/apis\/[^/]+\/[^/]+$/.test(r.path))
        .every(r => /\/namespaces\/(vms|labs)\//.test(r.path)),
    ).toBe(true);
    await until(() => service.status('prod').state === 'live');
    expect(service.vms()).toHaveLength(1);
  });

  it('knows no other clusters', async () => {
    create();
    const elsewhere = { ...web, cluster: 'dev' };
    expect(() => service.vm(elsewhere)).toThrow(/No cluster "dev"/);
    expect(() => service.freshness('dev')).toThrow(/No cluster/);
    await expect(service.getVm(elsewhere)).rejects.toThrow(/No cluster/);
  });

  it('reads a VM and a snapshot live', async () => {
    create();
    serve({ 'snap-1': snapshot, [content.metadata.name]: content });
    expect(await service.getVm(web)).toBeUndefined();
    serve({ 'web-01': machine });
    expect(await service.getVm(web)).toMatchObject({ running: true });
    serve({ 'snap-1': snapshot, [content.metadata.name]: content });
    const record = await service.getSnapshot({ ...web, name: 'snap-1' });
    expect(record).toMatchObject({ capturedVmUid: machine.metadata.uid });
    const captured = await service.getContent(record!);
    expect(captured).toMatchObject({
      vmUid: machine.metadata.uid,
      disks: [{ problem: expect.stringMatching(/gone/) }],
    });
    expect(
      await service.getSnapshot({ ...web, name: 'snap-2' }),
    ).toBeUndefined();
  });

  it("does not open another snapshot's content", async () => {
    create();
    const forged: any = snapshotObject('snap-9', {
      status: { virtualMachineSnapshotContentName: content.metadata.name },
    });
    serve({ 'snap-9': forged, [content.metadata.name]: content });
    const record = await service.getSnapshot({ ...web, name: 'snap-9' });
    expect(record!.capturedVmUid).toBeUndefined();
    expect(await service.getContent(record!)).toBeUndefined();
  });

  it('finds everybody who still needs a snapshot', async () => {
    create();
    await live();
    const record = service.snapshots(web)[0];
    stub.setList('datavolumes', []);
    stub.setList('persistentvolumeclaims', []);
    serve({ [content.metadata.name]: content });
    expect(await service.getBlockers(record)).toEqual([]);
    const claim = (name: string, source: object, phase: string) => ({
      metadata: { name, namespace: 'vms' },
      spec: source,
      status: { phase },
    });
    const vs = { kind: 'VolumeSnapshot', name: volumeSnapshot };
    stub.setList('virtualmachinerestores', [
      restoreObject('r1', 'snap-1'),
      restoreObject('r2', 'snap-1', { complete: true }),
      restoreObject('r3', 'snap-2'),
    ]);
    stub.setList('virtualmachineclones', [
      cloneObject('c1', { kind: 'VirtualMachineSnapshot', name: 'snap-1' }),
      cloneObject(
        'c2',
        { kind: 'VirtualMachineSnapshot', name: 'snap-1' },
        { phase: 'Succeeded' },
      ),
    ]);
    stub.setList('datavolumes', [
      claim('d1', { source: { snapshot: vs } }, 'ImportInProgress'),
      claim('d2', { source: { snapshot: vs } }, 'Succeeded'),
      claim('d3', { source: { http: {} } }, 'Pending'),
      claim(
        'd4',
        { source: { snapshot: { ...vs, namespace: 'else' } } },
        'Pending',
      ),
    ]);
    stub.setList('persistentvolumeclaims', [
      claim('p1', { dataSource: vs }, 'Pending'),
      claim('p2', { dataSourceRef: vs }, 'Pending'),
      claim('p3', { dataSource: vs }, 'Bound'),
      claim('p4', {}, 'Pending'),
    ]);
    const sentences = [
      'Restore r1 is bringing VM web-01 back to it',
      'Clone c1 is making VM copy from it',
      'DataVolume d1 is still being filled from it',
      'Volume claim p1 is not bound yet and is to be filled from it',
      'Volume claim p2 is not bound yet and is to be filled from it',
    ];
    expect(await service.getBlockers(record)).toEqual(sentences);
    // Without the content the names are still known from the snapshot's UID.
    serve({});
    expect(await service.getBlockers(record)).toEqual(sentences);
    // Not being told isn't the same as nobody.
    stub.hook = request =>
      request.path.endsWith('persistentvolumeclaims')
        ? { status: 500, body: { kind: 'Status' } }
        : undefined;
    await expect(service.getBlockers(record)).rejects.toMatchObject({
      code: 'server-error',
    });
  });

  it('takes a snapshot with exactly what it was given', async () => {
    create();
    stub.hook = request => ({
      status: 201,
      body: {
        ...request.body,
        metadata: {
          ...request.body.metadata,
          uid: 'new-uid',
          resourceVersion: '7',
          creationTimestamp: '2026-11-22T08:00:00Z',
        },
      },
    });
    const record = await service.createSnapshot(intent, {
      ref: web,
      name: 'before-upgrade',
      deadlineSeconds: 300,
      labels: { 'kubevirt-snapshots/origin': 'manual' },
      annotations: { description: 'before' },
    });
    expect(record).toMatchObject({
      uid: 'new-uid',
      deadlineMs: 300_000,
      vmName: 'web-01',
    });
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/apis/snapshot.kubevirt.io/v1beta1/namespaces/vms/virtualmachinesnapshots',
    });
    expect(stub.requests[0].body).toEqual({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshot',
      metadata: {
        name: 'before-upgrade',
        namespace: 'vms',
        labels: {
          'kubevirt-snapshots/origin': 'manual',
          'kubevirt-snapshots/operation': 'op-1',
        },
        annotations: { description: 'before' },
      },
      spec: {
        source: {
          apiGroup: 'kubevirt.io',
          kind: 'VirtualMachine',
          name: 'web-01',
        },
        failureDeadline: '300s',
      },
    });
  });

  it('deletes by uid and resourceVersion', async () => {
    create();
    stub.hook = () => ({
      status: 200,
      body: { kind: 'Status', status: 'Success' },
    });
    const address = { ...web, name: 'snap-1' };
    await service.deleteSnapshot(intent, address, {
      uid: 'u',
      resourceVersion: '5',
    });
    expect(stub.requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/apis/snapshot.kubevirt.io/v1beta1/namespaces/vms/virtualmachinesnapshots/snap-1',
      body: { preconditions: { uid: 'u', resourceVersion: '5' } },
    });
    stub.hook = () => ({
      status: 409,
      body: { kind: 'Status', reason: 'Conflict', message: 'the UID in' },
    });
    await expect(
      service.deleteSnapshot(intent, address, {
        uid: 'u',
        resourceVersion: '5',
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('makes no request without an intent, a name or a precondition', async () => {
    create();
    const input = {
      ref: web,
      name: 'a',
      deadlineSeconds: 60,
      labels: {},
      annotations: {},
    };
    const good = { uid: 'u', resourceVersion: '5' };
    const calls: (() => Promise<unknown>)[] = [
      () => service.createSnapshot(undefined as any, input),
      () => service.createSnapshot({ operationId: 'x' } as any, input),
      () => service.createSnapshot(intent, { ...input, name: '..' }),
      () => service.createSnapshot(intent, { ...input, name: '' }),
      () => service.createSnapshot(intent, { ...input, deadlineSeconds: 0 }),
      () => service.createSnapshot(intent, { ...input, deadlineSeconds: NaN }),
      () =>
        service.createSnapshot(intent, {
          ...input,
          ref: { ...web, namespace: '../x' },
        }),
      () => service.deleteSnapshot(null as any, web, good),
      ...['', '.', '..', 'a/b'].map(
        name => () => service.deleteSnapshot(intent, { ...web, name }, good),
      ),
      () => service.deleteSnapshot(intent, web, { ...good, uid: '' }),
      () =>
        service.deleteSnapshot(intent, web, { ...good, resourceVersion: '' }),
      () => service.getVm({ ...web, namespace: '..' }),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow();
    }
    expect(stub.requests).toEqual([]);
  });

  it('checks its watches when a call gets no answer', async () => {
    create();
    await live();
    await new Promise(r => setTimeout(r, 10));
    const watches = stub.watches.length;
    stub.hook = (request, response) => {
      if (!request.query.has('watch')) {
        response.socket!.destroy();
        return 'taken';
      }
      return undefined;
    };
    await expect(service.getVm(web)).rejects.toMatchObject({
      code: 'unreachable',
    });
    await until(() => stub.watches.length >= watches + 6);
    expect(service.status('prod').state).toBe('live');
  });
});
