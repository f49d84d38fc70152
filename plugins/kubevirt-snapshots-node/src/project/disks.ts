// SPDX-License-Identifier: Apache-2.0
import type { DiskPreview } from 'backstage-plugin-kubevirt-snapshots-common';
import { at, object, objects, Raw, textAt } from './raw';

const MAX_VOLUMES = 256;

/** Kinds of volumes that have a claim behind them; only these can be captured. */
const CLAIM_KINDS = ['dataVolume', 'persistentVolumeClaim', 'memoryDump'];

/** Kinds that KubeVirt never captures although data may live there. */
const HOST_KINDS = ['hostDisk'];

/** Which member of a volume says what it is. */
export function volumeKind(volume: Raw): string {
  const kind = Object.keys(volume).find(
    key => key !== 'name' && volume[key] !== null,
  );
  return kind?.slice(0, 64) ?? 'unknown';
}

function code(kind: string, reason: string | undefined): DiskPreview['code'] {
  if (!CLAIM_KINDS.includes(kind)) {
    return HOST_KINDS.includes(kind) ? 'other' : 'not-a-disk';
  }
  if (reason === undefined) {
    return 'not-checked';
  }
  if (reason.startsWith('No VolumeSnapshotClass')) {
    return 'no-snapshot-class';
  }
  if (reason.includes('matching VolumeSnapshotClasses')) {
    return 'ambiguous-class';
  }
  if (reason === 'PVC not found') {
    return 'pvc-missing';
  }
  return 'other';
}

/**
 * Tells which disks a snapshot taken now would contain, from the VM's volumes
 * and KubeVirt's own `status.volumeSnapshotStatuses`.
 */
export function previewDisks(
  vm: Raw,
  intern: (text: string) => string = text => text,
): DiskPreview[] {
  const statuses = new Map(
    objects(at(vm, 'status', 'volumeSnapshotStatuses'), MAX_VOLUMES).map(s => [
      textAt(s, ['name']),
      s,
    ]),
  );
  const volumes = at(vm, 'spec', 'template', 'spec', 'volumes');
  return objects(volumes, MAX_VOLUMES).map(volume => {
    const name = intern(textAt(volume, ['name']) ?? '');
    const kind = intern(volumeKind(volume));
    const status = statuses.get(name);
    if (object(status).enabled === true) {
      return { name, kind, captured: true };
    }
    const reason = textAt(status, ['reason'], 512);
    const preview: DiskPreview = {
      name,
      kind,
      captured: false,
      code: code(kind, status && (reason ?? '')),
    };
    if (reason) {
      preview.clusterReason = intern(reason);
    }
    return preview;
  });
}
