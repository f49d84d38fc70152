// SPDX-License-Identifier: Apache-2.0
import { at, object, objects, Raw, textAt } from './raw';

/** Keys by which tools mark what they keep. */
const MARKS: [string, 'labels' | 'annotations', string][] = [
  ['Argo CD', 'annotations', 'argocd.argoproj.io/tracking-id'],
  ['Argo CD', 'annotations', 'argocd.argoproj.io/installation-id'],
  ['Argo CD', 'labels', 'argocd.argoproj.io/instance'],
  ['Flux', 'labels', 'kustomize.toolkit.fluxcd.io/name'],
  ['Flux', 'labels', 'helm.toolkit.fluxcd.io/name'],
  ['Helm', 'annotations', 'meta.helm.sh/release-name'],
];

/**
 * Who else writes the VM's manifest and would turn it back to the claims that
 * stand there: GitOps tools and Helm by their keys, a controller that owns the
 * VM, and whoever has applied its volumes on the server's side.
 */
export function managersOf(vm: Raw): string[] {
  const found = new Set<string>();
  for (const [tool, where, key] of MARKS) {
    if (at(vm, 'metadata', where, key) !== undefined) {
      found.add(tool);
    }
  }
  if (
    textAt(vm, ['metadata', 'labels', 'app.kubernetes.io/managed-by'], 63) ===
    'Helm'
  ) {
    found.add('Helm');
  }
  for (const owner of objects(at(vm, 'metadata', 'ownerReferences'), 16)) {
    if (owner.controller === true) {
      found.add(
        `${textAt(owner, ['kind'], 64) ?? 'controller'} ${
          textAt(owner, ['name']) ?? ''
        }`.trim(),
      );
    }
  }
  for (const entry of objects(at(vm, 'metadata', 'managedFields'), 64)) {
    const fields = object(
      at(entry, 'fieldsV1', 'f:spec', 'f:template', 'f:spec'),
    );
    if (entry.operation === 'Apply' && fields['f:volumes'] !== undefined) {
      found.add(textAt(entry, ['manager'], 128) ?? 'server-side apply');
    }
  }
  return Array.from(found);
}
