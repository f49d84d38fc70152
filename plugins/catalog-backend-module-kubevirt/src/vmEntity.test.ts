// SPDX-License-Identifier: Apache-2.0
import {
  DefaultNamespaceEntityPolicy,
  EntityPolicies,
  entityEnvelopeSchemaValidator,
  FieldFormatEntityPolicy,
  NoForeignRootFieldsEntityPolicy,
  resourceEntityV1alpha1Validator,
  SchemaValidEntityPolicy,
} from '@backstage/catalog-model';
import { bindEntity } from 'backstage-plugin-kubevirt-snapshots-node';
import fc from 'fast-check';
import { vmEntity } from './vmEntity';

const ref = { cluster: 'east', namespace: 'shop', name: 'web-01' };
const base = { providerId: 'one', clusterTitle: 'East', owners: [] };

describe('vmEntity', () => {
  it('is what the catalog and the Kubernetes tab need', () => {
    const entity = vmEntity({
      ...base,
      vm: {
        ref,
        labels: { 'example.com/system': 'shop' },
        os: 'Windows 2K22',
        instancetype: 'u1.medium',
        preference: 'u1.medium',
      },
      owners: ['group:default/team-a', 'user:default/ann'],
      systemLabel: 'example.com/system',
    });
    expect(entity).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Resource',
      metadata: {
        name: 'web-01.shop.east',
        namespace: 'default',
        title: 'web-01',
        description: 'Virtual machine in namespace shop of East',
        annotations: {
          'backstage.io/managed-by-location': 'kubevirt:east/shop/web-01',
          'backstage.io/managed-by-origin-location':
            'kubevirt:east/shop/web-01',
          'kubevirt-snapshots/vm': 'east/shop/web-01',
          'kubevirt-snapshots/provider': 'one',
          'kubevirt-snapshots/owner': 'group:default/team-a,user:default/ann',
          'backstage.io/kubernetes-cluster': 'east',
          'backstage.io/kubernetes-namespace': 'shop',
          'backstage.io/kubernetes-label-selector':
            'vm.kubevirt.io/name=web-01',
        },
        tags: ['windows-2k22', 'u1-medium'],
      },
      spec: {
        type: 'virtual-machine',
        owner: 'group:default/team-a',
        system: 'shop',
      },
    });
    expect(
      bindEntity({
        entity,
        vm: { ref, annotations: {} },
        config: { mode: 'strict', trustedNamespaces: [], namespaceOwners: [] },
      }),
    ).toMatchObject({ bound: true, via: 'origin' });
  });

  it('has an owner even where nobody owns the VM', () => {
    const vm = { ref, labels: {} };
    expect(vmEntity({ ...base, vm }).spec.owner).toBe('unknown');
    expect(
      vmEntity({ ...base, vm, defaultOwner: 'group:default/p' }).spec.owner,
    ).toBe('group:default/p');
  });

  // One that isn't would keep the catalog from taking all the others.
  it('is valid whatever the VM says', async () => {
    const envelope = entityEnvelopeSchemaValidator();
    const policies = EntityPolicies.allOf([
      new SchemaValidEntityPolicy(),
      new DefaultNamespaceEntityPolicy(),
      new NoForeignRootFieldsEntityPolicy(),
      new FieldFormatEntityPolicy(),
    ]);
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 80 }), {
      nil: undefined,
    });
    const label = fc.stringMatching(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          ref: fc.record({
            cluster: fc.oneof(label, fc.constant('arn:aws:eks:eu:1:cluster/A')),
            namespace: label,
            name: fc
              .array(label, { minLength: 1, maxLength: 3 })
              .map(parts => parts.join('.')),
          }),
          labels: fc.record({ system: fc.string({ maxLength: 63 }) }),
          os: text,
          instancetype: text,
          preference: text,
        }),
        async vm => {
          const entity = vmEntity({
            ...base,
            vm,
            systemLabel: 'system',
            links: [
              { url: 'https://example.com/{cluster}/{name}', title: 'X' },
              { url: 'https://example.com/{entity}', title: 'Y' },
            ],
          });
          envelope(entity);
          await policies.enforce(entity);
          expect(await resourceEntityV1alpha1Validator.check(entity)).toBe(
            true,
          );
        },
      ),
    );
  });
});
