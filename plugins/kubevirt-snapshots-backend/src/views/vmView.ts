// SPDX-License-Identifier: Apache-2.0
import type {
  ExpectedConsistency,
  OperationType,
  RefusalCode,
  Verdict,
  VmBusy,
  VmNotice,
  VmVerdicts,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Operation } from '../operations/types';

export const allowed: Verdict = { allowed: true };

export const off = (code: RefusalCode, reason: string): Verdict => ({
  allowed: false,
  code,
  reason,
});

/** What a snapshot taken of the VM as it is now would be worth. */
export function expectedConsistency(vm: VmRecord): ExpectedConsistency {
  if (!vm.disks.some(disk => disk.captured)) {
    return 'configuration';
  }
  if (!vm.running) {
    return 'offline';
  }
  if (vm.paused) {
    return 'paused';
  }
  return vm.agentConnected ? 'application' : 'crash';
}

/** Operations that hold the VM, and how that is told. */
const BUSY_KINDS: Partial<Record<OperationType, VmBusy['kind']>> = {
  take: 'snapshot',
  restore: 'restore',
  power: 'power',
};

/**
 * What keeps the VM busy: the portal's own operations, and what the cluster
 * shows of anybody's.
 */
export function busyOf(
  vm: VmRecord,
  operations: Operation[],
  cluster: ClusterService,
): VmBusy | undefined {
  for (const operation of operations) {
    const kind =
      operation.finishedAt === undefined && BUSY_KINDS[operation.type];
    if (kind) {
      return {
        kind,
        name:
          operation.type === 'take'
            ? operation.snapshotName
            : operation.target ?? operation.snapshotName,
        since: new Date(operation.createdAt).toISOString(),
        operationId: operation.id,
      };
    }
  }
  if (vm.snapshotInProgress) {
    const record = cluster.snapshot({
      cluster: vm.ref.cluster,
      namespace: vm.ref.namespace,
      name: vm.snapshotInProgress,
    });
    return {
      kind: 'snapshot',
      name: vm.snapshotInProgress,
      since: record?.createdAt,
    };
  }
  if (vm.restoreInProgress) {
    return { kind: 'restore', name: vm.restoreInProgress };
  }
  const use = cluster.unfinishedUses(vm.ref)[0];
  return use && { kind: use.kind, name: use.name, since: use.createdAt };
}

/** Why a busy VM can't be changed, in words. */
export function busyReason(busy: VmBusy): string {
  const words = {
    snapshot: `Snapshot ${busy.name} is being taken`,
    restore: `Restore ${busy.name} is under way`,
    clone: `Clone ${busy.name} is under way`,
    power: `The VM is being ${busy.name === 'start' ? 'started' : 'stopped'}`,
  }[busy.kind];
  return `${words}. Wait until it is finished.`;
}

/** The VM for the screen. */
export function toVmView(options: {
  vm: VmRecord;
  owners: string[];
  busy?: VmBusy;
  allowed: VmVerdicts;
  notices: VmNotice[];
}): VmView {
  const { vm } = options;
  return {
    ref: vm.ref,
    uid: vm.uid,
    printableStatus: vm.printableStatus,
    running: vm.running,
    paused: vm.paused,
    agentConnected: vm.agentConnected,
    busy: options.busy,
    owners: options.owners,
    disks: vm.disks,
    expectedConsistency: expectedConsistency(vm),
    allowed: options.allowed,
    notices: options.notices,
  };
}
