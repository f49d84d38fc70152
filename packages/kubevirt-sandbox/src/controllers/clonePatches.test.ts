// SPDX-License-Identifier: Apache-2.0
import { filteredOut } from './clonePatches';

describe('filters of a clone', () => {
  it.each([
    ['none: all stay', undefined, []],
    ['an empty list: all go', [], ['app', 'kubevirt.io', 'kubevirtXio', 'a/b']],
    ['a lone star: all stay', ['*'], []],
    [
      'a pattern is a regular expression, found anywhere in the key',
      ['kubevirt.io/*'],
      ['app', 'a/b'],
    ],
    [
      'an exclamation mark takes away what others keep',
      ['*', '!kubevirt.io/*'],
      ['kubevirt.io', 'kubevirtXio'],
    ],
    [
      'one that is no regular expression matches nothing',
      ['('],
      ['app', 'kubevirt.io', 'kubevirtXio', 'a/b'],
    ],
  ])('%s', (_, filters, gone) => {
    const keys = ['app', 'kubevirt.io', 'kubevirtXio', 'a/b'];
    expect(filteredOut(keys, filters)).toEqual(gone);
  });
});
