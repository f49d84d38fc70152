// SPDX-License-Identifier: Apache-2.0
import type { OperationType } from 'backstage-plugin-kubevirt-snapshots-common';

interface Act {
  type: OperationType;
  vmName: string;
  snapshotName: string;
  target?: string;
}

const SENTENCES: Record<OperationType, (act: Act) => string> = {
  take: ({ snapshotName }) => `Snapshot ${snapshotName} is being taken`,
  stop: ({ snapshotName }) => `Snapshot ${snapshotName} is being stopped`,
  delete: ({ snapshotName }) => `Snapshot ${snapshotName} is being deleted`,
  restore: ({ vmName, snapshotName }) =>
    `VM ${vmName} is being restored to snapshot ${snapshotName}`,
  'stop-restore': ({ target }) => `Restore ${target} is being stopped`,
  'clear-restore': ({ target }) => `Restore ${target} is being removed`,
  clone: ({ target, snapshotName }) =>
    `VM ${target} is being made from snapshot ${snapshotName}`,
  template: ({ target, snapshotName }) =>
    `Template ${target} is being made from snapshot ${snapshotName}`,
  'stop-clone': ({ target }) => `The making of VM ${target} is being stopped`,
  'stop-template': ({ target }) =>
    `The making of template ${target} is being stopped`,
  power: ({ vmName, target }) =>
    `VM ${vmName} is being ${target === 'start' ? 'started' : 'stopped'}`,
  'delete-disk': ({ target }) => `Claim ${target} is being deleted`,
};

/** What an operation is doing, as the beginning of a sentence for people. */
export function doing(act: Act): string {
  return SENTENCES[act.type](act);
}
