// SPDX-License-Identifier: Apache-2.0
import { coreExtensionData } from '@backstage/frontend-plugin-api';
import { createExtensionTester } from '@backstage/frontend-test-utils';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { entity } from './__testUtils__/fixtures';
import plugin from '.';

it('has a page with all VMs, for everybody', () => {
  const page = createExtensionTester(
    plugin.getExtension('page:kubevirt-snapshots/virtual-machines'),
  );
  expect(page.get(coreExtensionData.routePath)).toBe('/virtual-machines');
  expect(page.get(coreExtensionData.title)).toBe('Virtual machines');
  expect(page.get(coreExtensionData.icon)).toBeDefined();
});

it('has a card on the pages of entities that name a VM, and on no other', () => {
  const card = createExtensionTester(
    plugin.getExtension('entity-card:kubevirt-snapshots/snapshots'),
  );
  const shows = card.get(EntityCardBlueprint.dataRefs.filterFunction)!;
  const { annotations: _, ...metadata } = entity.metadata;
  expect(card.get(EntityCardBlueprint.dataRefs.type)).toBe('content');
  expect(shows(entity)).toBe(true);
  expect(shows({ ...entity, metadata })).toBe(false);
});

describe('a card with the VMs that belong to an entity', () => {
  const shows = () =>
    createExtensionTester(
      plugin.getExtension('entity-card:kubevirt-snapshots/virtual-machines'),
    ).get(EntityCardBlueprint.dataRefs.filterFunction)!;
  const of = (
    kind: string,
    type?: string,
    targetRef = 'resource:default/a',
  ) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name: 'x' },
    relations: type ? [{ type, targetRef }] : [],
  });

  it.each([
    of('Group'),
    of('User'),
    of('System', 'hasPart'),
    of('Component', 'dependsOn'),
  ])('is on the page of %j', one => {
    expect(shows()(one)).toBe(true);
  });

  it.each([
    of('System', 'hasPart', 'component:default/a'),
    of('Component', 'dependsOn', 'component:default/a'),
    of('Component', 'partOf'),
    of('Component'),
    of('API', 'dependsOn'),
    entity,
  ])('is not on the page of %j', one => {
    expect(shows()(one)).toBe(false);
  });
});
