// SPDX-License-Identifier: Apache-2.0
import { coreExtensionData } from '@backstage/frontend-plugin-api';
import { createExtensionTester } from '@backstage/frontend-test-utils';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { entity } from './__testUtils__/fixtures';
import plugin, { kubevirtSnapshotsApiRef, KubevirtSnapshotsClient } from '.';

it('has an API, a tab and a page', () => {
  expect(plugin.id).toBe('kubevirt-snapshots');
  expect(kubevirtSnapshotsApiRef.id).toBe('plugin.kubevirt-snapshots.api');
  const client = KubevirtSnapshotsClient.create({
    fetchApi: { fetch: jest.fn() },
  });
  expect(client.listSnapshots).toBeInstanceOf(Function);
});

describe('tab', () => {
  const tab = createExtensionTester(
    plugin.getExtension('entity-content:kubevirt-snapshots/snapshots'),
  );
  const shows = tab.get(EntityContentBlueprint.dataRefs.filterFunction)!;

  it('is at /snapshots among the operation tabs', () => {
    expect(tab.get(EntityContentBlueprint.dataRefs.title)).toBe('Snapshots');
    expect(tab.get(EntityContentBlueprint.dataRefs.group)).toBe('operation');
  });

  it('is on the pages of entities that name a VM, and on no other', () => {
    expect(shows(entity)).toBe(true);
    const { annotations: _, ...metadata } = entity.metadata;
    expect(shows({ ...entity, metadata })).toBe(false);
    expect(
      shows({
        ...entity,
        metadata: {
          ...entity.metadata,
          annotations: { 'kubevirt-snapshots/owner': 'x' },
        },
      }),
    ).toBe(false);
  });
});

describe('pages', () => {
  it('have paths of which none begins with another, so that one is marked in the navigation', () => {
    const paths = [
      'page:kubevirt-snapshots',
      'page:kubevirt-snapshots/audit',
      'page:kubevirt-snapshots/virtual-machines',
    ].map(id => {
      const page = createExtensionTester(plugin.getExtension(id as any));
      return String(page.get(coreExtensionData.routePath));
    });
    expect(paths).toContain('/kubevirt-snapshots/audit');
    for (const path of paths) {
      const inside = paths.filter(
        other => other !== path && other.startsWith(`${path}/`),
      );
      expect(inside).toEqual([]);
    }
  });

  it('has a title of its own for the audit trail', () => {
    const page = createExtensionTester(
      plugin.getExtension('page:kubevirt-snapshots/audit'),
    );
    expect(page.get(coreExtensionData.title)).toBe('VM audit trail');
  });
});
