// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { STATE_LABEL } from '../api/backendStorage';
import { bytesOf } from '../api/quantity';
import { deepCopy } from '../json';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';

export const LAST_RESTORE = 'restore.kubevirt.io/lastRestoreUID';
export const RESTORE_NAME = 'restore.kubevirt.io/name';
export const OWNED_BY_VM = 'restore.kubevirt.io/owned-by-vm';
export const POPULATED_FOR = 'cdi.kubevirt.io/storage.populatedFor';
export const PRE_POPULATED = 'cdi.kubevirt.io/storage.prePopulated';

/** One entry of `status.restores`. */
export type VolumeRestore = {
  volumeName: string;
  persistentVolumeClaim: string;
  volumeSnapshotName: string;
  dataVolumeName?: string;
};

export function restoreId({ metadata }: KubeObject): string {
  return `${metadata.name}-${metadata.uid}`;
}

function override(restore: KubeObject, volume: string): any {
  return (restore.spec.volumeRestoreOverrides ?? []).find(
    (entry: any) => entry.volumeName === volume,
  );
}

/** The name of the claim that a volume is restored into. */
export function claimName(
  restore: KubeObject,
  backup: { volumeName: string; persistentVolumeClaim: KubeObject },
): string {
  const { spec, metadata } = restore;
  const given = override(restore, backup.volumeName)?.restoreName;
  if (given) {
    return given;
  }
  switch (spec.volumeRestorePolicy) {
    case 'InPlace':
      return backup.persistentVolumeClaim.metadata.name!;
    case 'PrefixTargetName': {
      const name = `${spec.target.name}-${backup.volumeName}`;
      const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
      return name.length > 63 ? `${name.slice(0, 54)}-${hash}` : name;
    }
    default:
      return `restore-${metadata.uid}-${backup.volumeName}`;
  }
}

/** Annotations that describe the old volume's life and must not come along. */
const OWN_LIFE =
  /^(pv\.kubernetes\.io\/|volume\.kubernetes\.io\/|volume\.beta\.kubernetes\.io\/|cdi\.kubevirt\.io\/storage\.(condition|pod|usePopulator|populatedFor)|restore\.kubevirt\.io\/)/;

/** The claim to create; filled by its driver from the VolumeSnapshot. */
export function restoredClaim(options: {
  restore: KubeObject;
  content: KubeObject;
  backup: any;
  entry: VolumeRestore;
  volumeSnapshot: KubeObject;
  target: KubeObject | undefined;
}): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const { restore, content, backup, entry, volumeSnapshot, target } = options;
  const captured = backup.persistentVolumeClaim;
  const vm = content.spec.source.virtualMachine.metadata;
  const extra = override(restore, entry.volumeName);
  const kept = Object.entries(captured.metadata.annotations ?? {}).filter(
    ([key]) => !OWN_LIFE.test(key),
  );
  const wasOwned = (captured.metadata.ownerReferences ?? []).some(
    (owner: any) => owner.uid === vm.uid,
  );
  const { [STATE_LABEL]: _stateOf, ...labels } = captured.metadata.labels ?? {};
  const spec = deepCopy(captured.spec);
  delete spec.volumeName;
  delete spec.dataSource;
  delete spec.dataSourceRef;
  const size = volumeSnapshot.status?.restoreSize;
  if (size && bytesOf(size) > bytesOf(spec.resources.requests.storage)) {
    spec.resources.requests.storage = size;
  }
  const dataSource = {
    apiGroup: 'snapshot.storage.k8s.io',
    kind: 'VolumeSnapshot',
    name: entry.volumeSnapshotName,
  };
  const owned = target && restore.spec.volumeOwnershipPolicy !== 'None';
  return {
    metadata: {
      name: entry.persistentVolumeClaim,
      namespace: restore.metadata.namespace,
      labels: {
        ...labels,
        'restore.kubevirt.io/source-vm-name': vm.name,
        'restore.kubevirt.io/source-vm-namespace': vm.namespace,
        ...extra?.labels,
      },
      annotations: {
        ...(Object.fromEntries(kept) as Record<string, string>),
        [LAST_RESTORE]: restoreId(restore),
        [RESTORE_NAME]: restore.metadata.name!,
        ...(!target && wasOwned && { [OWNED_BY_VM]: restore.spec.target.name }),
        ...extra?.annotations,
      },
      ...(owned && { ownerReferences: [controllerReference(target)] }),
    },
    spec: { ...spec, dataSource, dataSourceRef: dataSource },
  };
}
