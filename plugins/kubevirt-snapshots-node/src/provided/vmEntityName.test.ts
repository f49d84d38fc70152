// SPDX-License-Identifier: Apache-2.0
import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import fc from 'fast-check';
import { vmEntityName, vmEntityRef } from './vmEntityName';

/** Few letters and many dots and dashes, so that clashes would be found. */
const label = (maxLength: number) =>
  fc
    .string({
      unit: fc.constantFrom('a', 'b', '0', '-'),
      minLength: 1,
      maxLength,
    })
    .map(text => text.replace(/^-|-$/g, 'a'));
const subdomain = (maxParts: number) =>
  fc
    .array(fc.oneof(label(3), label(40)), { minLength: 1, maxLength: maxParts })
    .map(parts => parts.join('.'));
const ref = fc
  .record({
    name: subdomain(5),
    namespace: fc.oneof(label(3), label(63)),
    cluster: fc.oneof(
      label(3),
      subdomain(3),
      fc.constantFrom('A', 'AB', 'a_b', 'arn:aws:eks:eu:1:cluster/a', 'a/b'),
    ),
  })
  .filter(
    r => parseVmRef(`${r.cluster}/${r.namespace}/${r.name}`) !== undefined,
  );

describe('vmEntityName', () => {
  it('is a valid name in lower case, for any VM', () => {
    fc.assert(
      fc.property(ref, vm => {
        const name = vmEntityName(vm);
        expect(KubernetesValidatorFunctions.isValidObjectName(name)).toBe(true);
        expect(name).toBe(name.toLocaleLowerCase('en-US'));
        expect(vmEntityName({ ...vm })).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is different for different VMs', () => {
    fc.assert(
      fc.property(fc.array(ref, { minLength: 2, maxLength: 60 }), vms => {
        const ids = new Set(
          vms.map(vm => JSON.stringify([vm.cluster, vm.namespace, vm.name])),
        );
        expect(new Set(vms.map(vmEntityName)).size).toBe(ids.size);
      }),
      { numRuns: 500 },
    );
  });

  it('reads as the VM where it fits', () => {
    const web = { cluster: 'east', namespace: 'shop', name: 'web-01' };
    expect(vmEntityRef(web)).toBe('resource:default/web-01.shop.east');
    // 63 characters still fit, one more doesn't.
    expect(vmEntityName({ ...web, name: 'a'.repeat(53) })).toBe(
      `${'a'.repeat(53)}.shop.east`,
    );
    expect(vmEntityName({ ...web, name: 'a'.repeat(54) })).toMatch(
      /^a{46}_[0-9a-f]{16}$/,
    );
    // Stored entities depend on it: it must not change.
    expect(vmEntityName({ ...web, cluster: 'east.example.com' })).toBe(
      'web-01.shop_878fe6e0b457269a',
    );
  });

  it('tells apart what looks alike', () => {
    const dotted = { cluster: 'd', namespace: 'c', name: 'a.b' };
    const other = { cluster: 'c.d', namespace: 'b', name: 'a' };
    expect(vmEntityName(dotted)).toBe('a.b.c.d');
    expect(vmEntityName(other)).not.toBe('a.b.c.d');
    expect(vmEntityName({ ...dotted, cluster: 'D' })).not.toBe('a.b.c.d');
  });
});
