// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { snapshotState } from 'backstage-plugin-kubevirt-snapshots-common';
import { CommittedIntent } from '../cluster/CommittedIntent';
import type { CreateSnapshotInput, SnapshotRecord } from '../cluster/types';
import type { KubeObject } from './AdminClient';
import { ContractContext, MadeVm, Skipped } from './types';

/** Put into cloud-init; must never come out again. */
export const PLANTED_SECRET = 'contract-planted-secret';

export function newIntent(): CommittedIntent {
  return CommittedIntent.fromCommittedRow({
    actor: 'user:default/contract',
    operationId: randomUUID(),
    sequence: 1,
  });
}

/** Waits until something is there, and returns it. */
export async function eventually<T>(
  what: string,
  get: () => T | undefined | false | Promise<T | undefined | false>,
  patience: number,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const value = await get();
    if (value) {
      return value;
    }
    assert.ok(Date.now() < end, `${what} within ${patience} ms`);
    await sleep(50);
  }
}

function dataVolume(
  context: ContractContext,
  name: string,
  storageClassName: string | undefined,
): KubeObject {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
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
      storage: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '64Mi' } },
        ...(storageClassName ? { storageClassName } : {}),
      },
    },
  };
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
      dataVolume: { name: `${name}-${disk}` },
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
): Promise<MadeVm> {
  const { admin, namespace, service, cluster, patience } = context;
  if (disks.some(disk => !(disk.storageClass ?? context.storageClass))) {
    throw new Skipped('this cluster has no storage class');
  }
  for (const disk of disks) {
    await admin.create(
      dataVolume(
        context,
        `${name}-${disk.name}`,
        disk.storageClass ?? context.storageClass,
      ),
    );
  }
  const made = await admin.create(
    vmManifest(
      context,
      name,
      disks.map(d => d.name),
    ),
  );
  const ref = { cluster, namespace, name };
  for (const disk of disks) {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
    };
    await eventually(
      `claim ${name}-${disk.name} of storage class ${
        disk.storageClass ?? context.storageClass ?? '(default)'
      } is bound`,
      async () =>
        (
          await admin.get({ ...claim, name: `${name}-${disk.name}` })
        )?.status?.phase === 'Bound',
      patience,
    );
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
  const { service, cluster, namespace, patience } = context;
  const address = { cluster, namespace, name };
  await eventually(
    `snapshot ${name} is gone`,
    async () => {
      const record = await service.getSnapshot(address);
      if (record && !record.facts.deletionTimestamp) {
        await service
          .deleteSnapshot(newIntent(), address, record)
          .catch(error => {
            assert.match(String(error.code), /^(conflict|not-found)$/);
          });
      }
      return !record;
    },
    patience,
  );
}

/** The call fails with this code. */
export async function failsWith(
  call: Promise<unknown>,
  code: string,
): Promise<Error> {
  try {
    await call;
  } catch (error: any) {
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new assert.AssertionError({
    message: `It should have failed with ${code}, and did not`,
  });
}
