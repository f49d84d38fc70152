// SPDX-License-Identifier: Apache-2.0
import { startSandbox, SystemClock } from '../index';
import { call, until } from '../testing/http';
import {
  ensureNamespace,
  machine,
  restore,
  restoreRef,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import type { KubeObject, Sandbox } from '../types';

const API = { apiVersion: 'instancetype.kubevirt.io/v1beta1' };
const CLUSTER_TYPE = 'VirtualMachineClusterInstancetype';

describe('instance types and preferences', () => {
  let sandbox: Sandbox;
  let namespace: string;
  let counter = 0;

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'instancetypes',
      clock: new SystemClock({ factor: 10 }),
      speed: 50,
    });
  });

  afterAll(() => sandbox.stop());

  beforeEach(() => {
    counter += 1;
    namespace = `types-${counter}`;
    ensureNamespace(sandbox, namespace);
  });

  const vm = (name = 'web-01') => sandbox.objects.get(vmRef(namespace, name))!;

  const typeName = () => `u${counter}.small`;

  function makeType(memory = '256Mi'): KubeObject {
    return sandbox.objects.create({
      ...API,
      kind: CLUSTER_TYPE,
      metadata: { name: typeName() },
      spec: { cpu: { guest: 2 }, memory: { guest: memory } },
    });
  }

  /** The next generation of the type. */
  function changeType(memory: string): void {
    sandbox.objects.patch(
      { ...API, kind: CLUSTER_TYPE, name: typeName() },
      { spec: { memory: { guest: memory } } },
    );
  }

  async function make(
    spec: object = { instancetype: { name: typeName() } },
  ): Promise<void> {
    const object = machine(namespace, 'web-01', [
      { name: 'rootdisk', kind: 'template' },
    ]);
    delete object.spec.template.spec.domain.cpu;
    delete object.spec.template.spec.domain.memory;
    Object.assign(object.spec, spec);
    sandbox.objects.create(object);
    await until('its disk is there', () => vm().status?.conditions?.length);
  }

  const instance = (name = 'web-01') =>
    sandbox.objects.get({
      ...vmRef(namespace, name),
      kind: 'VirtualMachineInstance',
    })!;
  const revisions = () =>
    sandbox.objects
      .list({ apiVersion: 'apps/v1', kind: 'ControllerRevision', namespace })
      .filter(({ metadata }) => !metadata.name!.startsWith('revision-start'));
  const pinned = (name = 'web-01') =>
    vm(name)?.status?.instancetypeRef?.controllerRevisionRef?.name;
  const guestOf = (revision: string) =>
    revisions().find(({ metadata }) => metadata.name === revision)!.data.spec
      .memory.guest;

  async function take(name: string): Promise<any> {
    sandbox.objects.create(snapshot(namespace, name, 'web-01'));
    const { status } = await until(`${name} is ready`, () => {
      const found = sandbox.objects.get(snapshotRef(namespace, name));
      return (
        found?.status?.readyToUse && !vm().status.snapshotInProgress && found
      );
    });
    return sandbox.objects.get({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshotContent',
      namespace,
      name: status.virtualMachineSnapshotContentName,
    })!.spec.source.virtualMachine.spec;
  }

  async function back(name: string, target = 'web-01'): Promise<void> {
    sandbox.objects.create(restore(namespace, name, target, 'snap-1'));
    await until(
      `${name} is complete`,
      () => sandbox.objects.get(restoreRef(namespace, name))?.status?.complete,
    );
  }

  it('are served, of the cluster and of a namespace', async () => {
    for (const [plural, kind, path] of [
      ['virtualmachineclusterinstancetypes', CLUSTER_TYPE, ''],
      [
        'virtualmachineclusterpreferences',
        'VirtualMachineClusterPreference',
        '',
      ],
      [
        'virtualmachineinstancetypes',
        'VirtualMachineInstancetype',
        `/namespaces/${namespace}`,
      ],
      [
        'virtualmachinepreferences',
        'VirtualMachinePreference',
        `/namespaces/${namespace}`,
      ],
    ]) {
      const collection = `/apis/${API.apiVersion}${path}/${plural}`;
      const made = await call(sandbox, 'POST', collection, {
        body: { ...API, kind, metadata: { name: 'served' }, spec: {} },
      });
      expect(made.status).toBe(201);
      const got = await call(sandbox, 'GET', `${collection}/served`);
      expect(got.body).toMatchObject({ kind, metadata: { generation: 1 } });
    }
  });

  it('are pinned in the status of a machine, never in its spec', async () => {
    const type = makeType();
    await make();
    await until('it is pinned', pinned);
    const { uid } = type.metadata;
    expect(vm().status.instancetypeRef).toEqual({
      name: typeName(),
      controllerRevisionRef: {
        name: `web-01-${typeName()}-v1beta1-${uid}-1`,
      },
    });
    expect(vm().spec.instancetype).toEqual({ name: typeName() });
    expect(revisions()[0].metadata).toMatchObject({
      labels: {
        'instancetype.kubevirt.io/object-generation': '1',
        'instancetype.kubevirt.io/object-kind': CLUSTER_TYPE,
        'instancetype.kubevirt.io/object-name': typeName(),
        'instancetype.kubevirt.io/object-uid': uid,
        'instancetype.kubevirt.io/object-version': 'v1beta1',
      },
      ownerReferences: [{ kind: 'VirtualMachine', name: 'web-01' }],
    });
    changeType('512Mi');
    await startMachine(sandbox, namespace, 'web-01');
    expect(instance().spec.domain).toMatchObject({
      cpu: { sockets: 2 },
      memory: { guest: '256Mi' },
    });
    expect(revisions()).toHaveLength(1);
  });

  it('in a snapshot leave no trace: a copy has the type as it is now, the machine itself keeps its revision', async () => {
    makeType();
    await make();
    const before = await until('it is pinned', pinned);
    const captured = await take('snap-1');
    expect(captured.instancetype).toEqual({ name: typeName() });
    expect(revisions()).toHaveLength(1);
    changeType('512Mi');
    await back('back');
    expect(pinned()).toBe(before);
    expect(guestOf(pinned())).toBe('256Mi');
    await back('new', 'web-02');
    const after = await until('the copy is pinned', () => pinned('web-02'));
    expect(guestOf(after)).toBe('512Mi');
  });

  it('lose their revision when a restore brings another one back', async () => {
    makeType();
    await make();
    await until('it is pinned', pinned);
    await take('snap-1');
    sandbox.objects.create({
      ...API,
      kind: CLUSTER_TYPE,
      metadata: { name: `${typeName()}.other` },
      spec: { cpu: { guest: 1 }, memory: { guest: '64Mi' } },
    });
    sandbox.objects.patch(vmRef(namespace, 'web-01'), {
      spec: { instancetype: { name: `${typeName()}.other` } },
    });
    await until('it is of another', () => pinned()?.includes('.other'));
    changeType('512Mi');
    await back('back');
    await until('it is of the first again', () => !pinned().includes('other'));
    expect(guestOf(pinned())).toBe('512Mi');
  });

  it('that the spec pins are copied for a snapshot and come back from it', async () => {
    const type = makeType();
    await make();
    const revisionName = await until('it is pinned', pinned);
    sandbox.objects.patch(vmRef(namespace, 'web-01'), {
      spec: { instancetype: { name: typeName(), revisionName } },
    });
    const captured = await take('snap-1');
    const tail = `${typeName()}-v1beta1-${type.metadata.uid}-1`;
    expect(captured.instancetype.revisionName).toBe(`snap-1-${tail}`);
    const copy = revisions().find(
      ({ metadata }) => metadata.name === `snap-1-${tail}`,
    )!;
    expect(copy.metadata.ownerReferences).toMatchObject([
      { kind: 'VirtualMachineSnapshot', name: 'snap-1' },
    ]);
    changeType('512Mi');
    await back('back');
    expect(vm().spec.instancetype.revisionName).toBe(`web-01-${tail}`);
    await back('new', 'web-02');
    expect(vm('web-02').spec.instancetype.revisionName).toBe(`web-02-${tail}`);
    await until('it is pinned to that', () => pinned('web-02'));
    expect(guestOf(pinned('web-02'))).toBe('256Mi');
    await until('the new machine owns it', () =>
      revisions()
        .find(({ metadata }) => metadata.name === `web-02-${tail}`)!
        .metadata.ownerReferences?.some(({ name }) => name === 'web-02'),
    );
    sandbox.objects.remove(snapshotRef(namespace, 'snap-1'));
    await until('the copy goes with its snapshot', () =>
      revisions().every(({ metadata }) => metadata.name !== `snap-1-${tail}`),
    );
  });

  it('are not another one under the revision of the first', async () => {
    makeType();
    await make();
    const revisionName = await until('it is pinned', pinned);
    const patch = (name: string) => () =>
      sandbox.objects.patch(vmRef(namespace, 'web-01'), {
        spec: { instancetype: { name, revisionName } },
      });
    patch(typeName())();
    expect(patch('another')).toThrow(
      'admission webhook "virtualmachines-mutator.kubevirt.io" denied the request: the Matcher Name has been updated without updating the RevisionName',
    );
  });

  it('that are missing keep a machine from starting, and say so', async () => {
    await make({
      instancetype: { name: 'nope' },
      runStrategy: 'Always',
    });
    const failure = () =>
      vm().status.conditions.find((entry: any) => entry.type === 'Failure');
    await until('it says so', failure);
    expect(failure()).toMatchObject({
      reason: 'FailedFindInstancetype',
      message:
        'virtualmachineclusterinstancetypes.instancetype.kubevirt.io "nope" not found',
    });
    expect(instance()).toBeUndefined();
    sandbox.objects.create({
      ...API,
      kind: CLUSTER_TYPE,
      metadata: { name: 'nope' },
      spec: { cpu: { guest: 1 }, memory: { guest: '64Mi' } },
    });
    await until('it starts', () => instance());
    expect(failure()).toBeUndefined();
  });

  it('give an instance a TPM with state, which no snapshot of the machine captures', async () => {
    sandbox.objects.create({
      ...API,
      kind: 'VirtualMachinePreference',
      metadata: { name: 'windows', namespace },
      spec: { devices: { preferredTPM: { persistent: true } } },
    });
    await make({
      preference: { kind: 'VirtualMachinePreference', name: 'windows' },
    });
    await startMachine(sandbox, namespace, 'web-01');
    const state = sandbox.objects.list({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      labelSelector: 'persistent-state-for=web-01',
    });
    expect(state).toHaveLength(1);
    await take('snap-1');
    expect(
      sandbox.objects.get(snapshotRef(namespace, 'snap-1'))!.status,
    ).toMatchObject({
      snapshotVolumes: {
        includedVolumes: ['rootdisk'],
        excludedVolumes: ['cloudinit'],
      },
    });
  });
});
