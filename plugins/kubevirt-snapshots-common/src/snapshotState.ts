// SPDX-License-Identifier: Apache-2.0

/**
 * State of a snapshot as a person is told it.
 *
 * - `queued`: asked for, not in the cluster yet
 * - `waiting`: in the cluster, KubeVirt hasn't locked the VM yet
 * - `creating`: the VM is locked, disks are being cut
 * - `taken`: every disk is cut, the storage is still busy; can't be restored yet
 * - `ready`: can be restored
 * - `failed`: the deadline passed; it will never succeed
 * - `broken`: had succeeded, and lost what it needs to be restored
 * - `stopping`: being deleted before it had finished
 * - `deleting`: being deleted after it had finished
 * - `unknown`: anything this version doesn't know
 *
 * @public
 */
export type SnapshotState =
  | 'queued'
  | 'waiting'
  | 'creating'
  | 'taken'
  | 'ready'
  | 'failed'
  | 'broken'
  | 'stopping'
  | 'deleting'
  | 'unknown';

/**
 * All states in the order a filter lists them.
 *
 * @public
 */
export const SNAPSHOT_STATES: readonly SnapshotState[] = [
  'queued',
  'waiting',
  'creating',
  'taken',
  'ready',
  'failed',
  'broken',
  'stopping',
  'deleting',
  'unknown',
];

/**
 * A condition of a KubeVirt snapshot. KubeVirt puts free text with spaces into
 * `reason` and never sets `message`.
 *
 * @public
 */
export interface KubeVirtCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  /** RFC 3339 */
  lastTransitionTime?: string;
}

/**
 * What the state of a snapshot is told from: fields of a
 * VirtualMachineSnapshot.
 *
 * @public
 */
export interface SnapshotFacts {
  deletionTimestamp?: string;
  phase?: string;
  readyToUse?: boolean;
  errorMessage?: string;
  conditions?: readonly KubeVirtCondition[];
  /** `status.sourceIndications[].indication`, or the deprecated `status.indications` */
  indications?: readonly string[];
  /** `status.snapshotVolumes.includedVolumes`; undefined before success */
  includedVolumes?: readonly string[];
}

/**
 * Tells the state from what the cluster says. `phase: Succeeded` alone doesn't
 * mean that a snapshot can be restored; `readyToUse` does.
 *
 * @public
 */
export function snapshotState(facts: SnapshotFacts): SnapshotState {
  const { phase } = facts;
  const finished = phase === 'Succeeded' || phase === 'Failed';
  if (facts.deletionTimestamp || phase === 'Deleting') {
    return finished ? 'deleting' : 'stopping';
  }
  switch (phase) {
    case undefined:
    case '':
      return 'waiting';
    case 'InProgress': {
      const progressing = facts.conditions?.find(c => c.type === 'Progressing');
      return facts.errorMessage || progressing?.status === 'True'
        ? 'creating'
        : 'waiting';
    }
    case 'Succeeded':
      if (facts.readyToUse) {
        return 'ready';
      }
      return facts.errorMessage ? 'broken' : 'taken';
    case 'Failed':
      return 'failed';
    default:
      return 'unknown';
  }
}

/**
 * Whether a snapshot in this state keeps its VM busy or is on its way there.
 *
 * @public
 */
export function isUnfinished(state: SnapshotState): boolean {
  return (
    state === 'queued' ||
    state === 'waiting' ||
    state === 'creating' ||
    state === 'stopping'
  );
}

/**
 * How far what the guest had in memory is in the snapshot.
 *
 * - `application`: a guest agent flushed and froze the file systems
 * - `quiesce-timeout`: it did, but thawed before every disk was cut
 * - `crash`: as after a power cut
 * - `paused`: the VM was paused, no freeze was tried; as after a power cut
 * - `offline`: the VM was off, nothing was in memory
 * - `configuration`: no disk is in the snapshot
 * - `mixed`: the VM was started or stopped meanwhile, so that KubeVirt's
 *   indications contradict each other; to be taken as `crash`
 * - `unknown`: not told yet
 *
 * @public
 */
export type ConsistencyLevel =
  | 'application'
  | 'quiesce-timeout'
  | 'crash'
  | 'paused'
  | 'offline'
  | 'configuration'
  | 'mixed'
  | 'unknown';

/**
 * Consistency of a snapshot. `partial` is told apart, since a partial snapshot
 * has a level as well.
 *
 * @public
 */
export interface Consistency {
  level: ConsistencyLevel;
  /** A disk that could have been captured isn't in it. */
  partial: boolean;
}

/**
 * Tells the consistency from KubeVirt's indications, once the snapshot has
 * succeeded. Indications accumulate while it is in progress: one that was locked while the VM was off and cut
 * after it had booted carries both `GuestAgent` and `NoGuestAgent`.
 *
 * @public
 */
export function snapshotConsistency(facts: SnapshotFacts): Consistency {
  const has = (name: string) => facts.indications?.includes(name) ?? false;
  const partial = has('PartialSnapshot');
  const finished = facts.phase === 'Succeeded';
  const level = (): ConsistencyLevel => {
    if (!finished) {
      return 'unknown';
    }
    if (facts.includedVolumes?.length === 0) {
      return 'configuration';
    }
    if (has('QuiesceTimeout') || has('QuiesceFailed')) {
      return 'quiesce-timeout';
    }
    const told = ['GuestAgent', 'NoGuestAgent', 'Paused'].filter(has);
    if (told.length > 1) {
      return 'mixed';
    }
    switch (told[0]) {
      case 'GuestAgent':
        return 'application';
      case 'NoGuestAgent':
        return 'crash';
      case 'Paused':
        return 'paused';
      default:
    }
    if (has('Online')) {
      return 'crash';
    }
    return 'offline';
  };
  return { level: level(), partial };
}

/**
 * Indications of a snapshot: the present list, or where a release doesn't fill
 * it the deprecated one.
 *
 * @public
 */
export function readIndications(status: {
  sourceIndications?: { indication?: string }[];
  indications?: string[];
}): string[] {
  const present = (status.sourceIndications ?? [])
    .map(i => i.indication)
    .filter((i): i is string => typeof i === 'string' && i !== '');
  const deprecated = (status.indications ?? []).filter(
    i => typeof i === 'string' && i !== '',
  );
  return Array.from(new Set([...present, ...deprecated])).sort();
}
