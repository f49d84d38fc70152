// SPDX-License-Identifier: Apache-2.0
import { ANNOTATION_OWNER } from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmRecord } from '../cluster/types';
import { Interner } from '../text/Interner';
import { hasBackendStorage } from './backendStorage';
import { previewDisks } from './disks';
import { LAST_RESTORE } from './projectClaim';
import { at, identity, object, objects, Raw, textAt, textMap } from './raw';
import { volumeClaims } from './volumeClaims';

/** Prefix of the keys that are ours. */
const OWN_PREFIX = 'kubevirt-snapshots/';

const MAX_LABELS = 256;
const MAX_ANNOTATIONS = 16;
const MAX_ANNOTATION = 4096;

/** What the cache keeps of a VirtualMachine alone, before its instance is joined. */
export type VmFacts = Omit<VmRecord, 'running' | 'paused' | 'agentConnected'>;

/** What the cache keeps of a VirtualMachineInstance. */
export interface InstanceFacts {
  namespace: string;
  name: string;
  resourceVersion: string;
  paused: boolean;
  agentConnected: boolean;
}

function runStrategy(raw: Raw): string | undefined {
  const running = at(raw, 'spec', 'running');
  if (typeof running === 'boolean') {
    return running ? 'Always' : 'Halted';
  }
  return textAt(raw, ['spec', 'runStrategy'], 64);
}

/**
 * Annotations that are ours. A list of owners that is too long loses whole
 * owners, never the end of a name: half a name may be somebody else's.
 */
function ownAnnotations(raw: Raw): Record<string, string> {
  const annotations = object(at(raw, 'metadata', 'annotations'));
  const kept = Object.entries(annotations)
    .filter(([key]) => key.startsWith(OWN_PREFIX))
    .map(([key, value]): [string, unknown] => {
      if (typeof value !== 'string' || value.length <= MAX_ANNOTATION) {
        return [key, value];
      }
      const end =
        key === ANNOTATION_OWNER ? value.lastIndexOf(',', MAX_ANNOTATION) : 0;
      return [
        key,
        Buffer.from(value.slice(0, Math.max(end, 0))).toString('utf8'),
      ];
    });
  return textMap(Object.fromEntries(kept), {
    keep: () => true,
    max: MAX_ANNOTATIONS,
    maxText: () => MAX_ANNOTATION,
  });
}

/** What runs in a VM, as far as the VM says so itself. */
function guestOf(
  raw: Raw,
  text: (value: string) => string,
): Pick<VmRecord, 'os' | 'instancetype' | 'preference'> {
  const named = (...path: string[]) => {
    const name = textAt(raw, path, 63);
    return name && text(name);
  };
  const OS = ['annotations', 'vm.kubevirt.io/os'];
  return {
    // Templates write it where the instance gets it; people write it above.
    os:
      named('spec', 'template', 'metadata', ...OS) ?? named('metadata', ...OS),
    instancetype: named('spec', 'instancetype', 'name'),
    preference: named('spec', 'preference', 'name'),
  };
}

/** Trims a VirtualMachine. undefined when it has no identity. */
export function projectVm(
  cluster: string,
  raw: Raw,
  interner: Interner,
): VmFacts | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const { text } = interner;
  const status = (key: string) => textAt(raw, ['status', key]);
  const strategy = runStrategy(raw);
  const lastRestore = textAt(
    raw,
    ['metadata', 'annotations', LAST_RESTORE],
    512,
  );
  return {
    ref: {
      cluster,
      namespace: text(id.namespace),
      name: text(id.name),
    },
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
    createdAt: id.createdAt,
    printableStatus: text(status('printableStatus') ?? 'Unknown'),
    runStrategy: strategy && text(strategy),
    snapshotInProgress: status('snapshotInProgress'),
    restoreInProgress: status('restoreInProgress'),
    disks: previewDisks(raw, text),
    claims: volumeClaims(raw).map(({ volume, claim }) => ({
      volume: text(volume),
      claim: text(claim),
    })),
    ...(lastRestore && { lastRestore }),
    ...(hasBackendStorage(raw) && { keepsState: true }),
    labels: textMap(at(raw, 'metadata', 'labels'), {
      keep: () => true,
      max: MAX_LABELS,
      maxText: () => 63,
      intern: text,
    }),
    annotations: ownAnnotations(raw),
    ...guestOf(raw, text),
  };
}

/** Trims a VirtualMachineInstance. undefined when it has no identity. */
export function projectInstance(
  raw: Raw,
  interner: Interner,
): InstanceFacts | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const conditions = objects(at(raw, 'status', 'conditions'), 64);
  const isTrue = (type: string) =>
    conditions.some(c => c.type === type && c.status === 'True');
  return {
    namespace: interner.text(id.namespace),
    name: interner.text(id.name),
    resourceVersion: id.resourceVersion,
    paused: isTrue('Paused'),
    agentConnected: isTrue('AgentConnected'),
  };
}

/**
 * Joins a VM with its instance. A VM is off exactly when no instance object
 * exists: `printableStatus` says Stopped up to 120 ms before that.
 */
export function joinVm(
  facts: VmFacts,
  instance: Pick<InstanceFacts, 'paused' | 'agentConnected'> | undefined,
): VmRecord {
  return {
    ...facts,
    running: instance !== undefined,
    paused: instance?.paused ?? false,
    agentConnected: instance?.agentConnected ?? false,
  };
}
