// SPDX-License-Identifier: Apache-2.0
import { at, object, objects, Raw, textAt } from './raw';

const MAX_VOLUMES = 256;

/** A volume of a VM with the claim behind it. */
export interface VolumeClaim {
  volume: string;
  claim: string;
  /** A DataVolume that the VM itself makes from a template. */
  templated: boolean;
  /** Named as `persistentVolumeClaim`, or by a DataVolume made apart. */
  plain: boolean;
}

/**
 * Volumes that have a claim behind them. A DataVolume's claim has its name.
 *
 * @param vm - a VirtualMachine, or the copy inside a snapshot's content
 */
export function volumeClaims(vm: Raw): VolumeClaim[] {
  const templates = new Set(
    objects(at(vm, 'spec', 'dataVolumeTemplates'), MAX_VOLUMES).map(t =>
      textAt(t, ['metadata', 'name']),
    ),
  );
  return objects(
    at(vm, 'spec', 'template', 'spec', 'volumes'),
    MAX_VOLUMES,
  ).flatMap(raw => {
    const dataVolume = textAt(object(raw.dataVolume), ['name']);
    const claim =
      dataVolume ?? textAt(object(raw.persistentVolumeClaim), ['claimName']);
    const templated = dataVolume !== undefined && templates.has(dataVolume);
    return claim
      ? [
          {
            volume: textAt(raw, ['name']) ?? '',
            claim,
            templated,
            plain: !templated,
          },
        ]
      : [];
  });
}
