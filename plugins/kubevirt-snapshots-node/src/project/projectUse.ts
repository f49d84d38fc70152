// SPDX-License-Identifier: Apache-2.0
import type { UseRecord } from '../cluster/types';
import { Interner } from '../text/Interner';
import { readConditions } from './projectSnapshot';
import { at, identity, Raw, textAt } from './raw';

/** Texts of a clone that say nothing about why. */
const EMPTY_REASONS = ['Still processing', 'Ready', 'Pending', 'Failed'];

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
