// SPDX-License-Identifier: Apache-2.0
import type {
  SnapshotDetails,
  SnapshotDisk,
  SnapshotItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  CapturedContent,
  ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { SnapshotRow } from './snapshotRow';

function disksOf(
  row: SnapshotRow,
  vm: VmView,
  content: CapturedContent | undefined,
): SnapshotDisk[] {
  const included = (content?.disks ?? []).map(
    (disk): SnapshotDisk => ({
      name: disk.name,
      included: true,
      claimName: disk.claimName,
      storageClass: disk.storageClass,
      capacityBytes: disk.capacityBytes,
      restoreBytes: disk.restoreBytes,
      cutAt: disk.cutAt,
      ready: disk.ready,
      problem: disk.problem,
    }),
  );
  const excluded = (row.record?.excludedVolumes ?? []).map(
    (name): SnapshotDisk => ({
      name,
      included: false,
      // The reason is the cluster's about the VM as it is now; it is not
      // recorded with the snapshot.
      reason: row.item.formerVm
        ? undefined
        : vm.disks.find(disk => disk.name === name)?.clusterReason,
    }),
  );
  return [...included, ...excluded];
}

/**
 * Everything about one snapshot. Reads one captured content from the cluster.
 */
export async function snapshotDetails(options: {
  row: SnapshotRow;
  item: SnapshotItem;
  vm: VmView;
  cluster: ClusterService;
}): Promise<SnapshotDetails> {
  const { row, item, vm, cluster } = options;
  const { record } = row;
  const content = record?.contentName
    ? await cluster.getContent(record)
    : undefined;
  return {
    item,
    vm,
    disks: disksOf(row, vm, content),
    configuration: content?.configuration ?? [],
    conditions: [...(record?.facts.conditions ?? [])],
    indications: record?.indications ?? [],
    uses: record
      ? cluster.uses(record).map(use => ({
          kind: use.kind,
          name: use.name,
          target: use.targetVm,
          state: use.state,
          createdAt: use.createdAt,
          message: use.message,
        }))
      : [],
    deletionPolicy: record?.deletionPolicy,
    contentMissing: record?.contentName !== undefined && !content,
    freshness: cluster.freshness(vm.ref.cluster),
  };
}
