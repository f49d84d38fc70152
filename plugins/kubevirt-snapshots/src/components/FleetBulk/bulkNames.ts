// SPDX-License-Identifier: Apache-2.0
import {
  MAX_SNAPSHOT_NAME_LENGTH,
  suggestSnapshotName,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/**
 * A snapshot name for each VM, by its name and the moment. Two VMs of a
 * namespace whose long names begin alike would get the same one, so the later
 * one is told apart by a number.
 *
 * @param timeZone - IANA name
 */
export function bulkNames(
  refs: readonly VmRef[],
  date: Date,
  timeZone: string,
): string[] {
  const taken = new Set<string>();
  return refs.map(({ cluster, namespace, name }) => {
    const suggested = suggestSnapshotName(name, date, timeZone);
    const full = (text: string) => `${cluster}/${namespace}/${text}`;
    let unique = suggested;
    for (let i = 2; taken.has(full(unique)); i += 1) {
      const end = `-${i}`;
      unique = suggested.slice(0, MAX_SNAPSHOT_NAME_LENGTH - end.length) + end;
    }
    taken.add(full(unique));
    return unique;
  });
}
