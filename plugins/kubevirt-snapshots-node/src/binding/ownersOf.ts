// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_OWNER,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { BindingConfig } from '../config/types';
import { normalizeEntityRef } from './entityRefs';

/** More owners than this are cut off, so that one VM can't slow every check. */
const MAX_OWNERS = 20;

/**
 * Tells who owns a VM, from the cluster and the operator alone:
 *
 * 1. annotation `kubevirt-snapshots/owner` of the VM: entity refs joined by
 *    commas; `team-a` is short for `group:default/team-a`;
 * 2. else the operator's `kubevirtSnapshots.namespaceOwners`;
 * 3. else nobody.
 *
 * An annotation of which nothing is valid means nobody: falling back would
 * give the VM to people whom its annotation meant to replace.
 *
 * @returns entity refs in lower case, without repeats, in the order written
 * @public
 */
export function ownersOf(
  vm: { ref: VmRef; annotations: Record<string, string> },
  config: Pick<BindingConfig, 'namespaceOwners'>,
): string[] {
  const annotation = vm.annotations[ANNOTATION_OWNER];
  if (annotation?.trim()) {
    const owners = annotation
      .split(',')
      .map(text => normalizeEntityRef(text))
      .filter((ref): ref is string => ref !== undefined);
    return Array.from(new Set(owners)).slice(0, MAX_OWNERS);
  }
  const { cluster, namespace } = vm.ref;
  const entry = config.namespaceOwners.find(
    e => e.cluster === cluster && e.namespace === namespace,
  );
  return entry ? [...entry.owners] : [];
}
