// SPDX-License-Identifier: Apache-2.0
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import type { RestoreRecord } from '../cluster/types';
import { Interner } from '../text/Interner';
import { readConditions } from './projectSnapshot';
import { at, identity, objects, Raw, textAt } from './raw';

const MAX_VOLUMES = 256;

/** KubeVirt's words for the steps of a healthy restore. */
const STEP_WORDS: [string, RestoreRecord['step']][] = [
  ['Initializing VirtualMachineRestore', 'waiting'],
  ['Waiting for target VM to be powered off', 'waiting'],
  ['Automatically stopping restore target', 'waiting'],
  ['Creating new PVCs', 'claims'],
  ['Updating target spec', 'switch'],
  ['Operation complete', 'done'],
];

/**
 * Trims a VirtualMachineRestore. It has ended when `complete` is true or a
 * `Failure` condition is; `complete` stays false on failure.
 */
export function projectRestore(
  cluster: string,
  raw: Raw,
  interner: Interner,
): RestoreRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const conditions = readConditions(raw, interner);
  const failure = conditions.find(
    c => c.type === 'Failure' && c.status === 'True',
  );
  const reason = conditions.find(c => c.type === 'Progressing')?.reason ?? '';
  const complete = at(raw, 'status', 'complete') === true;
  const deleted = Array.isArray(at(raw, 'status', 'deletedDataVolumes'));
  let state: RestoreRecord['state'] = 'running';
  if (complete) {
    state = 'succeeded';
  } else if (failure) {
    state = 'failed';
  }
  const told = STEP_WORDS.find(([words]) => reason.startsWith(words))?.[1];
  const volumes = objects(at(raw, 'status', 'restores'), MAX_VOLUMES).map(
    entry => ({
      volume: textAt(entry, ['volumeName']) ?? '',
      claim: textAt(entry, ['persistentVolumeClaim']) ?? '',
    }),
  );
  // An error replaces the words of the step; what has been written stays.
  let step: RestoreRecord['step'] = volumes.length > 0 ? 'claims' : 'waiting';
  if (complete) {
    step = 'done';
  } else if (told) {
    step = told;
  }
  if (deleted && step !== 'done') {
    step = 'switch';
  }
  return {
    kind: 'restore',
    cluster,
    namespace: interner.text(id.namespace),
    name: id.name,
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
    snapshotName: textAt(raw, ['spec', 'virtualMachineSnapshotName']),
    targetVm: textAt(raw, ['spec', 'target', 'name']),
    state,
    createdAt: id.createdAt,
    finishedAt: textAt(raw, ['status', 'restoreTime'], 64),
    message: failure?.reason ?? (reason || undefined),
    step,
    error:
      state === 'running' &&
      reason &&
      !told &&
      reason !== 'VM restore is deleting'
        ? reason
        : undefined,
    volumes,
    operationId: textAt(raw, ['metadata', 'labels', LABEL_OPERATION], 63),
  };
}
