// SPDX-License-Identifier: Apache-2.0
import {
  KubernetesValidatorFunctions,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';

/**
 * Reads an entity ref and writes it in full and in lower case. A kind that is
 * left out is a group, as in the catalog's `spec.owner`.
 *
 * @param defaultNamespace - namespace of a ref that has none
 * @returns undefined for anything that is no entity ref
 * @public
 */
export function normalizeEntityRef(
  text: string,
  defaultNamespace = 'default',
): string | undefined {
  let ref;
  try {
    ref = parseEntityRef(text.trim(), {
      defaultKind: 'group',
      defaultNamespace,
    });
  } catch {
    return undefined;
  }
  if (
    !KubernetesValidatorFunctions.isValidKind(ref.kind) ||
    !KubernetesValidatorFunctions.isValidNamespace(
      ref.namespace.toLocaleLowerCase('en-US'),
    ) ||
    !KubernetesValidatorFunctions.isValidObjectName(ref.name)
  ) {
    return undefined;
  }
  return stringifyEntityRef(ref);
}
