// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../storage/objectStore';
import { R } from './resources';

/** Gates that are on unless they are switched off. */
const ON_BY_DEFAULT = ['Snapshot', 'DeclarativeHotplugVolumes'];

/** Whether a feature gate is on, by the KubeVirt object. */
export function isGateOn(store: ObjectStore, gate: string): boolean {
  const [kubevirt] = store.list(R.kubevirt);
  const { featureGates = [], disabledFeatureGates = [] } =
    kubevirt?.spec?.configuration?.developerConfiguration ?? {};
  return (
    !disabledFeatureGates.includes(gate) &&
    (ON_BY_DEFAULT.includes(gate) || featureGates.includes(gate))
  );
}
