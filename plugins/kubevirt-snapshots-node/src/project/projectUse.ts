// SPDX-License-Identifier: Apache-2.0
import type { UseRecord } from '../cluster/types';
import { Interner } from '../text/Interner';
import { readConditions } from './projectSnapshot';
import { at, identity, Raw, textAt } from './raw';

/** Texts of a clone that say nothing about why. */
const EMPTY_REASONS = ['Still processing', 'Ready', 'Pending', 'Failed'];

/**
 * Trims a VirtualMachineRestore. It has ended when `complete` is true or a
 * `Failure` condition is; `complete` stays false on failure.
 */
export function projectRestore(
  cluster: string,
  raw: Raw,
  interner: Interner,
): UseRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const conditions = readConditions(raw, interner);
  const failure = conditions.find(
    c => c.type === 'Failure' && c.status === 'True',
  );
  const progress = conditions.find(c => c.type === 'Progressing');
  const complete = at(raw, 'status', 'complete') === true;
  let state: UseRecord['state'] = 'running';
  if (complete) {
    state = 'succeeded';
  } else if (failure) {
    state = 'failed';
  }
  return {
    kind: 'restore',
    cluster,
    namespace: interner.text(id.namespace),
    name: id.name,
    uid: id.uid,
    snapshotName: textAt(raw, ['spec', 'virtualMachineSnapshotName']),
    targetVm: textAt(raw, ['spec', 'target', 'name']),
    state,
    createdAt: id.createdAt,
    message: failure?.reason ?? progress?.reason,
  };
}

/**
 * Trims a VirtualMachineClone. Judged by `phase` alone: its conditions go back
 * to "Still processing" within 30 ms of a failure.
 */
export function projectClone(
  cluster: string,
  raw: Raw,
  interner: Interner,
): UseRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const phase = textAt(raw, ['status', 'phase'], 64);
  const sourceKind = at(raw, 'spec', 'source', 'kind');
  const sourceName = textAt(raw, ['spec', 'source', 'name']);
  const ready = readConditions(raw, interner).find(c => c.type === 'Ready');
  const states: Record<string, UseRecord['state']> = {
    Succeeded: 'succeeded',
    Failed: 'failed',
  };
  const reason = ready?.reason;
  return {
    kind: 'clone',
    cluster,
    namespace: interner.text(id.namespace),
    name: id.name,
    uid: id.uid,
    snapshotName:
      sourceKind === 'VirtualMachineSnapshot' ? sourceName : undefined,
    sourceVm: sourceKind === 'VirtualMachine' ? sourceName : undefined,
    targetVm:
      textAt(raw, ['status', 'targetName']) ??
      textAt(raw, ['spec', 'target', 'name']),
    state: (phase && states[phase]) || 'running',
    createdAt: id.createdAt,
    message: reason && EMPTY_REASONS.includes(reason) ? undefined : reason,
  };
}
