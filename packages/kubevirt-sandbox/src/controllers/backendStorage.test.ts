// SPDX-License-Identifier: Apache-2.0
import { stateVolumeOf } from '../api/backendStorage';
import { startSandbox, SystemClock } from '../index';
import { until } from '../testing/http';
import {
  createMachine,
  ensureNamespace,
  machine,
  restore,
  restoreRef,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import { openWatch } from '../testing/watch';
import type { KubeObject, Sandbox } from '../types';

const LABEL = 'persistent-state-for';
const CLEANUP = 'restore.kubevirt.io/cleanup-backend-pvc';

describe('TPM and EFI state', () => {
  let sandbox: Sandbox;
  let namespace: string;
  let counter = 0;

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'state',
      clock: new SystemClock({ factor: 10 }),
      speed: 10,
    });
    sandbox.faults.setStorageDelays('fast', { cutMs: 100, readyMs: 100 });
  });

  afterAll(() => sandbox.stop());

  beforeEach(() => {
    counter += 1;
    namespace = `state-${counter}`;
    ensureNamespace(sandbox, namespace);
    sandbox.faults.setGuest(namespace, 'win-01', { bootMs: 50, stopMs: 50 });
  });

  const vm = () => sandbox.objects.get(vmRef(namespace, 'win-01'))!;
  const get = (name: string) =>
    sandbox.objects.get(snapshotRef(namespace, name));
  const claims = () =>
    sandbox.objects.list({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
    });
  const stateClaims = () =>
    claims().filter(({ metadata }) => metadata.labels?.[LABEL] === 'win-01');
  const content = (name: string): KubeObject =>
    sandbox.objects.get({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshotContent',
      namespace,
      name: get(name)!.status.virtualMachineSnapshotContentName,
    })!;

  /** Where machines keep their state: on the default storage class. */
  function keepStateOn(storageClass: 'fast' | 'local-path'): void {
    for (const name of ['fast', 'local-path']) {
      sandbox.objects.patch(
        { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name },
        {
          metadata: {
            annotations: {
              'storageclass.kubernetes.io/is-default-class': String(
                name === storageClass,
              ),
            },
          },
        },
      );
    }
  }

  async function make(
    kind: 'tpm' | 'efi' = 'tpm',
    name = 'win-01',
  ): Promise<void> {
    const object = machine(namespace, name, [
      { name: 'rootdisk', kind: 'template' },
    ]);
    const { domain } = object.spec.template.spec;
    if (kind === 'tpm') {
      domain.devices.tpm = { persistent: true };
    } else {
      domain.firmware = { bootloader: { efi: { persistent: true } } };
    }
    sandbox.objects.create(object);
    await until('its disk is there', () =>
      claims().some(({ status }) => status.phase === 'Bound'),
    );
  }

  async function stop(): Promise<void> {
    sandbox.power(namespace, 'win-01', 'stop');
    await until(
      'it is off',
      () =>
        !sandbox.objects.get({
          ...vmRef(namespace, 'win-01'),
          kind: 'VirtualMachineInstance',
        }),
    );
  }

  /** A machine that has run once, and is off. */
  async function makeUsed(): Promise<KubeObject> {
    await make();
    await startMachine(sandbox, namespace, 'win-01');
    await stop();
    return stateClaims()[0];
  }

  async function take(name: string): Promise<any> {
    sandbox.objects.create(snapshot(namespace, name, 'win-01'));
    await until(
      `${name} is ready`,
      () => get(name)?.status?.readyToUse && !vm().status.snapshotInProgress,
    );
    return get(name)!.status;
  }

  const reasons = (name: string) =>
    (
      sandbox.objects.get(restoreRef(namespace, name))?.status?.conditions ?? []
    ).map((condition: any) => condition.reason);

  it('is in a claim that the first start makes, and that goes with the machine', async () => {
    await make();
    expect(stateClaims()).toEqual([]);
    await startMachine(sandbox, namespace, 'win-01');
    const [claim] = stateClaims();
    expect(claim.metadata).toMatchObject({
      name: expect.stringMatching(/^persistent-state-for-win-01-[a-z0-9]{5}$/),
      ownerReferences: [
        { kind: 'VirtualMachine', name: 'win-01', uid: vm().metadata.uid },
      ],
    });
    expect(claim.spec).toMatchObject({
      storageClassName: 'fast',
      resources: { requests: { storage: '10Mi' } },
    });
    expect(vm().status.volumeSnapshotStatuses.map((s: any) => s.name)).toEqual([
      'rootdisk',
      'cloudinit',
    ]);
    await stop();
    await startMachine(sandbox, namespace, 'win-01');
    expect(stateClaims().map(({ metadata }) => metadata.uid)).toEqual([
      claim.metadata.uid,
    ]);
    sandbox.objects.remove(vmRef(namespace, 'win-01'));
    await until('its claims are gone', () => claims().length === 0);
  });

  it('is removed when a machine starts without', async () => {
    await makeUsed();
    sandbox.objects.patch(vmRef(namespace, 'win-01'), {
      spec: { template: { spec: { domain: { devices: { tpm: null } } } } },
    });
    await startMachine(sandbox, namespace, 'win-01');
    expect(stateClaims()).toEqual([]);
  });

  it.each(['tpm', 'efi'] as const)(
    'without its claim no snapshot takes the lock, and nobody says why: %s',
    async kind => {
      await make(kind);
      sandbox.objects.create(snapshot(namespace, 'early', 'win-01'));
      await until('it is looked at', () => get('early')?.status?.conditions);
      const progress = () => get('early')!.status.conditions[0].reason;
      expect(progress()).toBe('Source not locked');
      expect(vm().status.snapshotInProgress).toBeUndefined();
      await startMachine(sandbox, namespace, 'win-01');
      await until('then it is', () => get('early')!.status.readyToUse);
      expect(get('early')!.status.snapshotVolumes.includedVolumes).toEqual([
        'rootdisk',
        'persistent-state-for-win-01',
      ]);
    },
  );

  it('is captured under a name that is in no list of volumes', async () => {
    const claim = await makeUsed();
    const status = await take('snap-1');
    expect(status.snapshotVolumes).toEqual({
      includedVolumes: ['rootdisk', 'persistent-state-for-win-01'],
      excludedVolumes: ['cloudinit'],
    });
    expect(status.indications).toBeUndefined();
    expect(
      content('snap-1')
        .spec.volumeBackups.map((backup: any) => [
          backup.volumeName,
          backup.persistentVolumeClaim.metadata.name,
        ])
        .sort(),
    ).toEqual([
      ['persistent-state-for-win-01', claim.metadata.name],
      ['rootdisk', 'win-01-root'],
    ]);
  });

  it('comes back with a restore, which removes the old claim in the end', async () => {
    const old = await makeUsed();
    await take('snap-1');
    const watch = await openWatch(
      sandbox,
      `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
    );
    sandbox.objects.create(restore(namespace, 'back', 'win-01', 'snap-1'));
    const done = await until('it is complete', () => {
      const found = sandbox.objects.get(restoreRef(namespace, 'back'));
      return found?.status?.complete && found;
    });
    const restored = `restore-${done.metadata.uid}-persistent-state-for-win-01`;
    await until('the watch has told all', () =>
      watch.events.some(
        ({ type, object }) =>
          type === 'DELETED' && object.metadata.name === old.metadata.name,
      ),
    );
    watch.close();
    const steps = watch.events
      .filter(({ object: { metadata } }) =>
        [old.metadata.name, restored].includes(metadata.name),
      )
      .map(({ type, object: { metadata } }) =>
        [
          metadata.name === restored ? 'restored' : 'old',
          type === 'DELETED' ? 'gone' : '',
          metadata.labels![LABEL] ?? '',
          metadata.labels![CLEANUP] ?? '',
        ].join('|'),
      );
    expect(Array.from(new Set(steps))).toEqual([
      'old||win-01|',
      'restored|||',
      'old|||persistent-state-for-win-01',
      'restored||win-01|',
      'old|gone||persistent-state-for-win-01',
    ]);
    expect(stateClaims().map(({ metadata }) => metadata.name)).toEqual([
      restored,
    ]);
    expect(stateClaims()[0].metadata.ownerReferences).toMatchObject([
      { kind: 'VirtualMachine', name: 'win-01' },
    ]);
    expect(
      vm().spec.template.spec.volumes.map((volume: any) => volume.name),
    ).toEqual(['rootdisk', 'cloudinit']);
    await startMachine(sandbox, namespace, 'win-01');
    expect(stateClaims()).toHaveLength(1);
  });

  it('that was not captured stays as it is', async () => {
    keepStateOn('local-path');
    const old = await makeUsed();
    keepStateOn('fast');
    const status = await take('snap-1');
    expect(status.snapshotVolumes.excludedVolumes).toEqual([
      'cloudinit',
      'persistent-state-for-win-01',
    ]);
    expect(status.indications).toEqual(['PartialSnapshot']);
    sandbox.objects.create(restore(namespace, 'back', 'win-01', 'snap-1'));
    await until(
      'it is complete',
      () =>
        sandbox.objects.get(restoreRef(namespace, 'back'))?.status?.complete,
    );
    expect(stateClaims().map(({ metadata }) => metadata.uid)).toEqual([
      old.metadata.uid,
    ]);
  });

  it.each([
    ['whose claim is gone', {}, true],
    ['in place', { volumeRestorePolicy: 'InPlace' }, false],
  ])(
    'that is to be restored, %s, holds the restore up for ever',
    async (_what, spec, removed) => {
      const old = await makeUsed();
      await take('snap-1');
      if (removed) {
        sandbox.objects.remove({
          ...old,
          namespace,
          name: old.metadata.name!,
        });
      }
      sandbox.objects.create(
        restore(namespace, 'stuck', 'win-01', 'snap-1', spec),
      );
      const text = 'no backend PVC when there should be one';
      await until('it says so', () => reasons('stuck')[0] === text);
      // and does not stop saying so, as long as it is tried again
      const watch = await openWatch(
        sandbox,
        `/apis/snapshot.kubevirt.io/v1beta1/namespaces/${namespace}/virtualmachinerestores`,
      );
      const event = () =>
        sandbox.objects
          .list({ apiVersion: 'v1', kind: 'Event', namespace })
          .find(({ message }) => message.endsWith(text))!;
      const { count } = event();
      await until('it was tried again', () => event().count > count + 3);
      watch.close();
      expect(watch.events.map(({ type }) => type)).toEqual(['ADDED']);
      expect(reasons('stuck')).toEqual([text, text]);
      expect(vm().status.restoreInProgress).toBe('stuck');
      expect(stateClaims()).toEqual([]);
      sandbox.objects.remove(restoreRef(namespace, 'stuck'));
      await until('the machine is free', () => !vm().status.restoreInProgress);
      await startMachine(sandbox, namespace, 'win-01');
      expect(stateClaims()[0].metadata.name).toMatch(
        /^persistent-state-for-win-01-[a-z0-9]{5}$/,
      );
    },
  );

  it('goes to no other machine', async () => {
    await makeUsed();
    await take('snap-1');
    const text =
      'admission webhook "virtualmachinerestore-validator.snapshot.kubevirt.io" denied the request: Restore to a different VM is not supported when snapshotted VM has backend storage (persistent TPM or EFI)';
    const attempt = (target: string) => () =>
      sandbox.objects.create(restore(namespace, 'other', target, 'snap-1'));
    expect(attempt('new-01')).toThrow(text);
    await createMachine(sandbox, namespace, 'web-01', []);
    expect(attempt('web-01')).toThrow(text);
    sandbox.objects.remove(vmRef(namespace, 'win-01'));
    await until(
      'it is gone',
      () => !sandbox.objects.get(vmRef(namespace, 'win-01')),
    );
    expect(attempt('win-01')).toThrow(text);
  });

  it('is cloned neither from the machine nor from a snapshot', async () => {
    await makeUsed();
    await take('snap-1');
    const clone = async (
      name: string,
      source: { apiGroup: string; kind: string; name: string },
    ) => {
      const ref = {
        apiVersion: 'clone.kubevirt.io/v1beta1',
        kind: 'VirtualMachineClone',
      };
      const watch = await openWatch(
        sandbox,
        `/apis/clone.kubevirt.io/v1beta1/namespaces/${namespace}/virtualmachineclones?fieldSelector=metadata.name%3D${name}`,
      );
      sandbox.objects.create({
        ...ref,
        metadata: { name, namespace },
        spec: {
          source,
          target: {
            apiGroup: 'kubevirt.io',
            kind: 'VirtualMachine',
            name: 'copy',
          },
        },
      });
      await until(
        'it has failed',
        () =>
          sandbox.objects.get({ ...ref, namespace, name })?.status?.phase ===
          'Failed',
      );
      const said = () =>
        watch.events.flatMap(({ object }) =>
          object.status
            ? [
                object.status.conditions
                  .map((c: any) => `${c.status} ${c.reason}`)
                  .join(', '),
              ]
            : [],
        );
      return { said, close: watch.close };
    };
    const machineText = `Clone of source with backendstorage is not supported: VM ${namespace}/win-01`;
    const ofMachine = await clone('of-machine', {
      apiGroup: 'kubevirt.io',
      kind: 'VirtualMachine',
      name: 'win-01',
    });
    const snapshotText = `Clone of source with backendstorage is not supported: snapshot ${namespace}/snap-1`;
    const ofSnapshot = await clone('of-snapshot', {
      apiGroup: 'snapshot.kubevirt.io',
      kind: 'VirtualMachineSnapshot',
      name: 'snap-1',
    });
    await until('the reason is gone', () => ofSnapshot.said().length > 1);
    expect(ofSnapshot.said()).toEqual([
      `False Failed, False ${snapshotText}`,
      'True Still processing, False Still processing',
    ]);
    expect(ofMachine.said()).toEqual([`False Failed, False ${machineText}`]);
    [ofMachine, ofSnapshot].forEach(({ close }) => close());
    const events = (name: string) =>
      sandbox.objects
        .list({ apiVersion: 'v1', kind: 'Event', namespace })
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ type, reason, message }) => `${type} ${reason} ${message}`);
    expect(events('of-machine')).toEqual([
      `Normal SourceVMWithBackendStorageInvalid ${machineText}`,
    ]);
    expect(events('of-snapshot')).toEqual([
      `Normal SnapshotContentInvalid ${snapshotText}`,
    ]);
  });

  it.each([
    [42, `persistent-state-for-${'a'.repeat(42)}`],
    [43, `persistent-e807c95a-${'a'.repeat(43)}`],
    [52, `p-e807c95a-${'a'.repeat(52)}`],
    [53, 'persistent-state-for-aeaa3108'],
    [63, 'persistent-state-for-773a3ad6'],
  ])('has a name of at most 63 characters: of %d', (length, name) => {
    expect(stateVolumeOf('a'.repeat(length))).toBe(name);
    expect(name.length).toBeLessThanOrEqual(63);
  });
});
