// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';
import { LAST_RESTORE } from './restoreVolumes';

/**
 * KubeVirt takes a filter for a regular expression and looks for it anywhere in the key: of `kubevirt.io/*` the dot is
 * any character, and the star means slashes, none included. Only a lone `*` stands for everything.
 */
function matches(filter: string, key: string): boolean {
  try {
    return filter === '*' || new RegExp(filter).test(key);
  } catch {
    return false;
  }
}

/** Keys that the filters of a clone take away; no list means that all stay. */
export function filteredOut(
  keys: string[],
  filters: string[] | undefined,
): string[] {
  if (!filters) {
    return [];
  }
  const wanted = filters.filter(filter => !filter.startsWith('!'));
  const unwanted = filters
    .filter(filter => filter.startsWith('!'))
    .map(filter => filter.slice(1));
  return keys.filter(
    key =>
      key !== LAST_RESTORE &&
      (!wanted.some(filter => matches(filter, key)) ||
        unwanted.some(filter => matches(filter, key))),
  );
}

function removals(
  path: string,
  entries: Record<string, string> | undefined,
  filters: string[] | undefined,
): object[] {
  return filteredOut(Object.keys(entries ?? {}), filters).map(key => ({
    op: 'remove',
    path: `${path}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`,
  }));
}

/** The patches that the helper restore carries: new identity first, the user's own last. */
export function clonePatches(clone: KubeObject, captured: any): string[] {
  const { spec } = clone;
  const template = captured.spec.template ?? {};
  const interfaces: any[] = template.spec?.domain?.devices?.interfaces ?? [];
  const firmware = '/spec/template/spec/domain/firmware';
  const patches = [
    ...interfaces.map((entry, index) => ({
      op: 'replace',
      path: `/spec/template/spec/domain/devices/interfaces/${index}/macAddress`,
      value: spec.newMacAddresses?.[entry.name] ?? '',
    })),
    {
      op: 'replace',
      path: `${firmware}/serial`,
      value: spec.newSMBiosSerial ?? '',
    },
    { op: 'replace', path: `${firmware}/uuid`, value: '' },
    ...removals(
      '/metadata/labels',
      captured.metadata.labels,
      spec.labelFilters,
    ),
    ...removals(
      '/metadata/annotations',
      captured.metadata.annotations,
      spec.annotationFilters,
    ),
    ...removals(
      '/spec/template/metadata/labels',
      template.metadata?.labels,
      spec.template?.labelFilters,
    ),
    ...removals(
      '/spec/template/metadata/annotations',
      template.metadata?.annotations,
      spec.template?.annotationFilters,
    ),
  ];
  return [
    ...patches.map(patch => JSON.stringify(patch)),
    ...(spec.patches ?? []),
  ];
}
