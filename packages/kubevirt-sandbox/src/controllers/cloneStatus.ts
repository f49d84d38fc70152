// SPDX-License-Identifier: Apache-2.0
import { hasBackendStorage } from '../api/backendStorage';
import { toKubeTime } from '../clock';
import { deepCopy } from '../json';
import type { KubeObject } from '../types';
import { withCondition } from './kubeConditions';
import { claimVolumes } from './volumes';

export const BACKEND_STORAGE =
  'Clone of source with backendstorage is not supported';

const PROCESSING = 'Still processing';

/** What the clone controller has to say. */
export type CloneResult = {
  phase?: string;
  progressing: ['True' | 'False', string];
  ready: ['True' | 'False', string];
  more?: Record<string, string | undefined>;
};

export const working = (
  phase: string,
  more: CloneResult['more'] = {},
): CloneResult => ({
  phase,
  progressing: ['True', PROCESSING],
  ready: ['False', PROCESSING],
  more,
});

/** The status that says it. */
export function nextCloneStatus(
  clone: KubeObject,
  result: CloneResult,
  at: number,
): any {
  const status = deepCopy(clone.status ?? {});
  const now = toKubeTime(at);
  if (result.phase) {
    status.phase = result.phase;
  }
  for (const [key, value] of Object.entries(result.more ?? {})) {
    if (value === undefined) {
      delete status[key];
    } else {
      status[key] = value;
    }
  }
  for (const [type, [value, reason]] of [
    ['Progressing', result.progressing],
    ['Ready', result.ready],
  ] as const) {
    status.conditions = withCondition(
      status.conditions,
      type,
      value,
      reason,
      now,
    );
  }
  return status;
}

/** Why a captured machine cannot be cloned, in KubeVirt's words. */
export function contentTrouble(
  snapshot: KubeObject,
  content: KubeObject | undefined,
): string | undefined {
  const { namespace, name } = snapshot.metadata;
  if (!content) {
    return `snapshot content ${snapshot.status.virtualMachineSnapshotContentName} does not exist`;
  }
  const captured = content.spec.source.virtualMachine;
  if (hasBackendStorage(captured)) {
    return `${BACKEND_STORAGE}: snapshot ${namespace}/${name}`;
  }
  const backups = new Set(
    (content.spec.volumeBackups ?? []).map((entry: any) => entry.volumeName),
  );
  const missing = claimVolumes(captured)
    .filter(volume => !backups.has(volume.name))
    .map(
      volume => `volume ${volume.name} is not backed up in snapshot ${name}`,
    );
  return missing.length > 0 ? missing.join('\n') : undefined;
}
