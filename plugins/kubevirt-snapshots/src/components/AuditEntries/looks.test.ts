// SPDX-License-Identifier: Apache-2.0
import { OPERATION_ACTIONS } from 'backstage-plugin-kubevirt-snapshots-common';
import { KNOWN_ACTIONS } from './looks';

it('has words for every operation', () => {
  expect(KNOWN_ACTIONS).toEqual(
    expect.arrayContaining(Object.values(OPERATION_ACTIONS)),
  );
});
