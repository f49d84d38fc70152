// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import { RESOURCES, resourceName, resourcePath } from './resources';

describe('resourcePath', () => {
  it('builds paths', () => {
    expect(resourcePath(RESOURCES.snapshots)).toBe(
      '/apis/snapshot.kubevirt.io/v1beta1/virtualmachinesnapshots',
    );
    expect(resourcePath(RESOURCES.claims, { namespace: 'a' })).toBe(
      '/api/v1/namespaces/a/persistentvolumeclaims',
    );
    expect(
      resourcePath(RESOURCES.snapshots, { namespace: 'a', name: 'x.y' }),
    ).toBe(
      '/apis/snapshot.kubevirt.io/v1beta1/namespaces/a/virtualmachinesnapshots/x.y',
    );
    expect(resourceName(RESOURCES.claims)).toBe('persistentvolumeclaims');
    expect(resourceName(RESOURCES.clones)).toBe(
      'virtualmachineclones.clone.kubevirt.io',
    );
  });

  const bad = [
    '',
    '.',
    '..',
    'a/b',
    'a/../b',
    '%2e%2e',
    'A',
    'a b',
    'a?watch=1',
    'a#',
    'a\n',
    '-a',
    'a-',
    'a..b',
    'x'.repeat(254),
    null,
  ] as string[];

  it.each(bad)('builds none for the name %j', name => {
    expect(() =>
      resourcePath(RESOURCES.snapshots, { namespace: 'a', name }),
    ).toThrow(InputError);
    expect(() =>
      resourcePath(RESOURCES.snapshots, { namespace: name, name: 'a' }),
    ).toThrow(InputError);
  });
});
