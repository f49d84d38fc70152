// SPDX-License-Identifier: Apache-2.0
import type { Entity } from '@backstage/catalog-model';
import type { BindingConfig } from '../config/types';
import { bindEntity } from './bindEntity';
import { ownersOf } from './ownersOf';

const strict: BindingConfig = {
  mode: 'strict',
  trustedNamespaces: [],
  namespaceOwners: [
    {
      cluster: 'prod',
      namespace: 'team-a',
      owners: ['group:default/team-a'],
    },
  ],
};
const trusting: BindingConfig = {
  ...strict,
  mode: 'trusting',
  trustedNamespaces: ['prod/team-a', 'prod/labs'],
};
const ref = { cluster: 'prod', namespace: 'team-a', name: 'web-01' };
const ID = 'prod/team-a/web-01';

function entity(more: {
  annotations?: Record<string, string>;
  owner?: string;
  ownedBy?: string[];
  namespace?: string;
}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: 'web-01',
      namespace: more.namespace,
      annotations: { 'kubevirt-snapshots/vm': ID, ...more.annotations },
    },
    spec: more.owner ? { owner: more.owner } : {},
    relations: more.ownedBy?.map(targetRef => ({
      type: 'ownedBy',
      targetRef,
    })),
  };
}

function vm(annotations: Record<string, string> = {}, where = ref) {
  return { ref: where, annotations };
}

const named = { 'kubevirt-snapshots/entity-ref': 'resource:default/web-01' };

describe('bindEntity', () => {
  it('binds an entity from our own provider', () => {
    const provided = entity({
      annotations: {
        'backstage.io/managed-by-origin-location': `kubevirt:${ID}`,
      },
    });
    expect(bindEntity({ entity: provided, vm: vm(), config: strict })).toEqual({
      bound: true,
      ref,
      via: 'origin',
      owners: ['group:default/team-a'],
    });
    // The VM may be gone while its entity is still there.
    expect(bindEntity({ entity: provided, config: strict }).bound).toBe(true);
  });

  it('does not bind a provided entity to another VM, whatever that VM says', () => {
    const other = entity({
      annotations: {
        'backstage.io/managed-by-origin-location':
          'kubevirt:prod/team-a/web-02',
      },
      ownedBy: ['group:default/team-a'],
    });
    expect(
      bindEntity({ entity: other, vm: vm(named), config: trusting }),
    ).toMatchObject({ bound: false, code: 'not-bound' });
  });

  it('binds an entity that the VM names, when they share an owner', () => {
    const options = { vm: vm(named), config: strict };
    expect(
      bindEntity({
        ...options,
        entity: entity({ ownedBy: ['group:default/team-a'] }),
      }),
    ).toMatchObject({ bound: true, via: 'entity-ref' });
    expect(
      bindEntity({ ...options, entity: entity({ owner: 'Team-A' }) }),
    ).toMatchObject({ bound: true });
    expect(
      bindEntity({
        ...options,
        entity: entity({ ownedBy: ['group:default/team-b'], owner: 'team-a' }),
      }),
    ).toMatchObject({ bound: false, code: 'not-bound' });
    expect(bindEntity({ ...options, entity: entity({}) }).bound).toBe(false);
  });

  it("reads spec.owner relative to the entity's namespace", () => {
    const options = {
      vm: vm({
        'kubevirt-snapshots/entity-ref': 'resource:labs/web-01',
        'kubevirt-snapshots/owner': 'group:labs/team-a',
      }),
      config: strict,
      entity: entity({ owner: 'team-a', namespace: 'labs' }),
    };
    expect(bindEntity(options).bound).toBe(true);
  });

  it('never binds by the annotation of a catalog file alone', () => {
    expect(
      bindEntity({
        entity: entity({ ownedBy: ['group:default/team-a'] }),
        vm: vm(),
        config: strict,
      }),
    ).toMatchObject({ bound: false, code: 'not-bound', ref });
    expect(
      bindEntity({
        entity: entity({ ownedBy: ['group:default/team-a'] }),
        config: trusting,
      }),
    ).toMatchObject({ bound: false, code: 'not-bound' });
    // A location that somebody registered can't begin with kubevirt:, but its
    // annotation may say anything else.
    expect(
      bindEntity({
        entity: entity({
          annotations: {
            'backstage.io/managed-by-origin-location': `url:kubevirt:${ID}`,
          },
        }),
        vm: vm(),
        config: strict,
      }).bound,
    ).toBe(false);
  });

  it('binds no second entity beside the provided one', () => {
    const options = {
      entity: entity({ ownedBy: ['group:default/team-a'] }),
      vm: vm(named),
      config: trusting,
    };
    expect(
      bindEntity({ ...options, providedEntityRef: 'resource:prod/web-01' }),
    ).toMatchObject({ bound: false });
    expect(
      bindEntity({ ...options, providedEntityRef: 'resource:default/web-01' }),
    ).toMatchObject({ bound: true });
  });

  it('trusts catalog files in the namespaces listed for it', () => {
    const file = entity({ ownedBy: ['group:default/team-b'] });
    expect(bindEntity({ entity: file, vm: vm(), config: trusting })).toEqual({
      bound: true,
      ref,
      via: 'trust',
      owners: ['group:default/team-a'],
    });
    const elsewhere = { ...ref, namespace: 'other' };
    expect(
      bindEntity({
        entity: entity({
          annotations: { 'kubevirt-snapshots/vm': 'prod/other/web-01' },
        }),
        vm: vm({}, elsewhere),
        config: trusting,
      }).bound,
    ).toBe(false);
    const unowned = { ...ref, namespace: 'labs' };
    expect(
      bindEntity({
        entity: entity({
          annotations: { 'kubevirt-snapshots/vm': 'prod/labs/web-01' },
          ownedBy: ['group:default/team-b'],
        }),
        vm: vm({}, unowned),
        config: trusting,
      }),
    ).toMatchObject({ bound: true, owners: ['group:default/team-b'] });
    expect(
      bindEntity({
        entity: file,
        vm: vm({ 'kubevirt-snapshots/entity-ref': 'resource:default/other' }),
        config: trusting,
      }).bound,
    ).toBe(false);
  });

  it('tells a missing annotation from one that is wrong', () => {
    const none = entity({});
    none.metadata.annotations = {};
    expect(bindEntity({ entity: none, config: strict })).toMatchObject({
      code: 'no-annotation',
    });
    for (const text of [
      'web-01',
      'a/b',
      'prod/../web-01',
      'prod/team-a/',
      '',
    ]) {
      expect(
        bindEntity({
          entity: entity({ annotations: { 'kubevirt-snapshots/vm': text } }),
          config: strict,
        }),
      ).toMatchObject({ code: 'malformed-annotation' });
    }
  });

  it('does not bind to a VM that the entity does not point at', () => {
    expect(
      bindEntity({
        entity: entity({ ownedBy: ['group:default/team-a'] }),
        vm: vm(named, { ...ref, name: 'web-02' }),
        config: trusting,
      }).bound,
    ).toBe(false);
  });
});

describe('ownersOf', () => {
  const owners = (annotation?: string) =>
    ownersOf(
      vm(
        annotation === undefined
          ? {}
          : { 'kubevirt-snapshots/owner': annotation },
      ),
      strict,
    );

  it('reads the annotation, else the map, else nobody', () => {
    expect(owners('Group:Default/Team-B, user:jane')).toEqual([
      'group:default/team-b',
      'user:default/jane',
    ]);
    expect(owners('team-c,group:default/team-c')).toEqual([
      'group:default/team-c',
    ]);
    expect(owners()).toEqual(['group:default/team-a']);
    expect(owners('  ')).toEqual(['group:default/team-a']);
    expect(ownersOf(vm({}, { ...ref, namespace: 'other' }), strict)).toEqual(
      [],
    );
    expect(ownersOf(vm({}, { ...ref, cluster: 'dev' }), strict)).toEqual([]);
  });

  it('leaves out what is no entity ref, and does not fall back then', () => {
    expect(owners('group:default/a b, team-b, ::, a/b/c')).toEqual([
      'group:default/team-b',
    ]);
    expect(owners('not valid!')).toEqual([]);
  });
});
