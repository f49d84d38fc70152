// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { snapshotState } from 'backstage-plugin-kubevirt-snapshots-common';
import { CommittedIntent } from '../cluster/CommittedIntent';
import type { CreateSnapshotInput, SnapshotRecord } from '../cluster/types';
import type { KubeObject } from './AdminClient';
import { ContractContext, MadeVm, Skipped } from './types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const DATA_VOLUME = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'DataVolume',
};
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/** Put into cloud-init; must never come out again. */
export const PLANTED_SECRET = 'contract-planted-secret';

export function newIntent(): CommittedIntent {
  return CommittedIntent.fromCommittedRow({
    actor: 'user:default/contract',
    operationId: randomUUID(),
    sequence: 1,
  });
}

/**
 * Waits until something is there, and returns it.
 *
 * @param why - what is known of it when it doesn't come
 */
export async function eventually<T>(
  what: string,
  get: () => T | undefined | false | Promise<T | undefined | false>,
  patience: number,
  why: () => unknown = () => undefined,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const value = await get();
    if (value) {
      return value;
    }
    if (Date.now() >= end) {
      const reason = why();
      throw new assert.AssertionError({
        message: `${what} within ${patience} ms${reason ? ` (${reason})` : ''}`,
      });
    }
    await sleep(50);
  }
}

/** A blank disk: of CDI where the cluster has it, else a plain claim. */
function blankDisk(
  context: ContractContext,
  name: string,
  storageClassName: string | undefined,
): KubeObject {
  const size = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '64Mi' } },
    ...(storageClassName ? { storageClassName } : {}),
  };
  if (!context.dataVolumes) {
    return {
      ...CLAIM,
      metadata: { name, namespace: context.namespace },
      spec: size,
    };
  }
  return {
    ...DATA_VOLUME,
    metadata: {
      name,
      namespace: context.namespace,
      annotations: {
        // Else storage that waits for a consumer would wait for ever.
        'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
      },
    },
    spec: {
      source: { blank: {} },
      storage: size,
    },
  };
}

/** Removes the VM and its disks, and waits until they are gone. */
export async function removeVm(
  { admin, service, namespace, patience }: ContractContext,
  vm: MadeVm,
  disks: string[] = ['root'],
): Promise<void> {
  const { name } = vm.ref;
  const refs = [
    { ...VM, namespace, name },
    ...disks.flatMap(disk =>
      [DATA_VOLUME, CLAIM].map(kind => ({
        ...kind,
        namespace,
        name: `${name}-${disk}`,
      })),
    ),
  ];
  for (const ref of refs) {
    await admin.delete(ref);
  }
  await eventually(
    `VM ${name} and its disks are gone`,
    async () => {
      const left = await Promise.all(refs.map(ref => admin.get(ref)));
      return !service.vm(vm.ref) && left.every(one => !one);
    },
    patience,
  );
}

/** Waits until a disk of a VM is there, bound and filled. */
async function diskIsReady(
  { admin, namespace, dataVolumes, deadStorage, patience }: ContractContext,
  name: string,
  storageClass: string,
): Promise<void> {
  let seen = '';
  try {
    await eventually(
      `disk ${name} of storage class ${storageClass} is bound and filled`,
      async () => {
        const claim = await admin.get({ ...CLAIM, namespace, name });
        const disk =
          dataVolumes && (await admin.get({ ...DATA_VOLUME, namespace, name }));
        seen = [
          `claim ${claim?.status?.phase ?? 'absent'}`,
          ...(disk ? [`DataVolume ${disk.status?.phase ?? 'untouched'}`] : []),
        ].join(', ');
        return (
          claim?.status?.phase === 'Bound' &&
          (!disk || disk.status?.phase === 'Succeeded')
        );
      },
      patience,
      () => seen,
    );
  } catch (error) {
    // Whose fault it is, the plugin's it isn't.
    const reason = error instanceof Error ? error.message : String(error);
    deadStorage.set(storageClass, reason);
    throw new Skipped(`the cluster made no disk: ${reason}`);
  }
}

/** A stopped VM. Its disks are blank, so no image is needed. */
export function vmManifest(
  context: ContractContext,
  name: string,
  disks: string[],
): KubeObject {
  const volumes = [
    ...disks.map(disk => ({
      name: disk,
      ...(context.dataVolumes
        ? { dataVolume: { name: `${name}-${disk}` } }
        : { persistentVolumeClaim: { claimName: `${name}-${disk}` } }),
    })),
    {
      name: 'cloudinit',
      cloudInitNoCloud: {
        userData: `#cloud-config\npassword: ${PLANTED_SECRET}\n`,
      },
    },
  ];
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace: context.namespace,
      labels: { contract: 'yes' },
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/contract',
        private: PLANTED_SECRET,
      },
    },
    spec: {
      runStrategy: 'Halted',
      template: {
        metadata: { labels: { 'kubevirt.io/domain': name } },
        spec: {
          domain: {
            cpu: { cores: 1 },
            memory: { guest: '64Mi' },
            devices: {
              disks: volumes.map(v => ({
                name: v.name,
                disk: { bus: 'virtio' },
              })),
              interfaces: [{ name: 'default', masquerade: {} }],
            },
          },
          networks: [{ name: 'default', pod: {} }],
          // Nobody is in there who could shut it down.
          terminationGracePeriodSeconds: 0,
          volumes,
        },
      },
    },
  };
}

/** Makes a VM and waits until the cache has it with its disks looked at. */
export async function makeVm(
  context: ContractContext,
  name: string,
  disks: { name: string; storageClass?: string }[] = [{ name: 'root' }],
  edit: (vm: KubeObject) => void = () => {},
): Promise<MadeVm> {
  const { admin, namespace, service, cluster, patience } = context;
  const classOf = (disk: { storageClass?: string }) =>
    disk.storageClass ?? context.storageClass;
  for (const disk of disks) {
    const storageClass = classOf(disk);
    if (!storageClass) {
      throw new Skipped('this cluster has no storage class');
    }
    const dead = context.deadStorage.get(storageClass);
    if (dead) {
      throw new Skipped(`the cluster made no disk before: ${dead}`);
    }
  }
  for (const disk of disks) {
    await admin.create(
      blankDisk(context, `${name}-${disk.name}`, classOf(disk)),
    );
  }
  const manifest = vmManifest(
    context,
    name,
    disks.map(d => d.name),
  );
  edit(manifest);
  const made = await admin.create(manifest);
  const ref = { cluster, namespace, name };
  for (const disk of disks) {
    await diskIsReady(context, `${name}-${disk.name}`, classOf(disk)!);
  }
  await eventually(
    `the cache has VM ${name} with its disks`,
    () => {
      const vm = service.vm(ref);
      return (
        vm !== undefined &&
        vm.uid === made.metadata.uid &&
        vm.disks.every(
          d => d.code !== 'not-checked' && d.code !== 'pvc-missing',
        )
      );
    },
    patience,
  );
  return { ref, uid: made.metadata.uid };
}

/** Skips where the storage of the cluster can't snapshot. */
export function needSnapshots(context: ContractContext, vm: MadeVm): void {
  const disk = context.service.vm(vm.ref)?.disks[0];
  if (!disk?.captured) {
    throw new Skipped(
      `storage class ${context.storageClass ?? '(default)'} can't snapshot (${
        disk?.clusterReason
      }); name one by CONTRACT_STORAGE_CLASS`,
    );
  }
}

/** A VM that an earlier check made. */
export function madeVm(
  { cluster, namespace, service }: ContractContext,
  name: string,
): MadeVm {
  const ref = { cluster, namespace, name };
  const vm = service.vm(ref);
  if (!vm) {
    throw new Skipped(`an earlier check could not make VM ${name}`);
  }
  return { ref, uid: vm.uid };
}

/** Takes a snapshot through the service. */
export async function take(
  context: ContractContext,
  vm: MadeVm,
  name: string,
  more: Partial<CreateSnapshotInput> = {},
): Promise<SnapshotRecord> {
  return await context.service.createSnapshot(newIntent(), {
    ref: vm.ref,
    name,
    deadlineSeconds: 300,
    labels: {},
    annotations: {},
    ...more,
  });
}

/** Waits for a state of a snapshot in the cache. */
export async function waitFor(
  context: ContractContext,
  name: string,
  what: string,
  test: (record: SnapshotRecord) => unknown,
): Promise<SnapshotRecord> {
  const { service, cluster, namespace, patience } = context;
  return await eventually(
    `snapshot ${name} ${what}`,
    () => {
      const record = service.snapshot({ cluster, namespace, name });
      return record && test(record) ? record : undefined;
    },
    patience,
  );
}

export const isReady = (record: SnapshotRecord) =>
  snapshotState(record.facts) === 'ready';

/** Deletes a snapshot through the service as it is now, until that succeeds. */
export async function remove(
  context: ContractContext,
  name: string,
): Promise<void> {
  const { service, cluster, namespace } = context;
  const address = { cluster, namespace, name };
  await untilGone(context, `snapshot ${name}`, {
    read: () => service.getSnapshot(address),
    isGoing: ({ facts }) => facts.deletionTimestamp !== undefined,
    remove: record => service.deleteSnapshot(newIntent(), address, record),
  });
}

/** Deletes something as it is now, until that succeeds. */
export async function untilGone<T>(
  { patience }: ContractContext,
  what: string,
  object: {
    read: () => Promise<T | undefined>;
    isGoing: (record: T) => boolean;
    remove: (record: T) => Promise<unknown>;
  },
): Promise<void> {
  await eventually(
    `${what} is gone`,
    async () => {
      const record = await object.read();
      if (record && !object.isGoing(record)) {
        await object.remove(record).catch(error => {
          assert.match(String(error.code), /^(conflict|not-found)$/);
        });
      }
      return !record;
    },
    patience,
  );
}

/** The call fails. */
export async function fails(
  call: Promise<unknown>,
): Promise<Error & { code?: unknown }> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({
    message: 'It should have failed, and did not',
  });
}

/** The call fails with this code. */
export async function failsWith(
  call: Promise<unknown>,
  code: string,
): Promise<Error> {
  const error = await fails(call);
  assert.equal(error.code, code, error.message);
  return error;
}
