// SPDX-License-Identifier: Apache-2.0
import { MAX_SNAPSHOT_NAME_LENGTH } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Operation } from '../types';
import type { RestoreWanted } from './types';

/** What the steps of a restore note for each other. */
export interface RestoreNotes {
  /** We have asked the VM to stop, or were about to: it is started again. */
  stopped?: boolean;
  safetyUid?: string;
  restoreUid?: string;
  /** How far KubeVirt says it is. */
  restoreStep?: 'waiting' | 'claims' | 'switch' | 'done';
  /** Claims of the VM before, by volume. */
  before?: { volume: string; claim: string }[];
  /** Claims that the restore made, by volume. */
  disks?: { name: string; claim: string; state: 'waiting' | 'bound' }[];
  /** The same when it was complete, with their UIDs. */
  made?: { volume: string; claim: string; uid: string }[];
  /** An error that KubeVirt shows, and since when. */
  trouble?: { text: string; since: number; shown: boolean };
  /** Why it is being undone, and what it ends as. */
  failure?: { code: string; message: string };
  /** It hangs where nothing can be taken back. */
  attention?: string;
  /** The failed VirtualMachineRestore is still in the cluster. */
  clearable?: boolean;
}

export const notesOf = (operation: Operation): RestoreNotes =>
  operation.progress?.notes ?? {};

export const wantedOf = (operation: Operation): RestoreWanted =>
  operation.request.restore!;

/** When the present step was entered, ms since 1970. */
export const enteredAt = ({ progress, createdAt }: Operation): number =>
  progress?.entered[progress.step] ?? createdAt;

/** When the present step last sent something, or else was entered, ms since 1970. */
export const sentAt = (operation: Operation): number =>
  operation.lastSentAt ?? enteredAt(operation);

/** Name of the safety snapshot of a restore; always the same one. */
export function safetyNameOf(vmName: string, operationId: string): string {
  const suffix = `-safety-${operationId.slice(0, 8)}`;
  const base = vmName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SNAPSHOT_NAME_LENGTH - suffix.length)
    .replace(/^-+|-+$/g, '');
  return `${base || 'vm'}${suffix}`;
}

/** The mark that KubeVirt leaves on what a restore has made. */
export const markOf = (name: string, uid: string) => `${name}-${uid}`;

/** How long a person has to stop the VM, by the choice they made, ms. */
export const WAIT_OFF_MS: Record<string, number> = {
  'five-minutes': 5 * 60_000,
  wait: 24 * 3_600_000,
};

/** An error that KubeVirt shows counts after this: a healthy restore flashes some, ms. */
export const TROUBLE_SHOWS_AFTER_MS = 2_000;
