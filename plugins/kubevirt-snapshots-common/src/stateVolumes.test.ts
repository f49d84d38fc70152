// SPDX-License-Identifier: Apache-2.0
import { stateVolumeOf } from './stateVolumes';

it.each([
  ['web-01', 'persistent-state-for-web-01'],
  ['a'.repeat(42), `persistent-state-for-${'a'.repeat(42)}`],
  ['a'.repeat(43), `persistent-e807c95a-${'a'.repeat(43)}`],
  ['a'.repeat(52), `p-e807c95a-${'a'.repeat(52)}`],
  ['a'.repeat(53), 'persistent-state-for-aeaa3108'],
  ['a'.repeat(63), 'persistent-state-for-773a3ad6'],
])('shortens the name of the state of %s as KubeVirt does', (vm, volume) => {
  expect(stateVolumeOf(vm)).toBe(volume);
});
