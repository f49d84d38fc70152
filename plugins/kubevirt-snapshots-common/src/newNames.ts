// SPDX-License-Identifier: Apache-2.0
import { MAX_VM_NAME_LENGTH } from './clones';
import type { SnapshotNameProblem } from './names';
import { MAX_TEMPLATE_NAME_LENGTH, TEMPLATE_NAME_PARAMETER } from './templates';
import { isRfc1123Label } from './vmRef';

function checkLabel(
  name: string,
  maxLength: number,
): SnapshotNameProblem | undefined {
  if (name === '') {
    return 'empty';
  }
  if (name.length > maxLength) {
    return 'too-long';
  }
  if (/[A-Z]/.test(name)) {
    return 'upper-case';
  }
  if (/[^-a-z0-9]/.test(name)) {
    return 'bad-character';
  }
  return isRfc1123Label(name) ? undefined : 'bad-edge';
}

/**
 * Checks the name of a new VM as one types it. Kubernetes would take dots and
 * 253 characters; a name that isn't a label makes later snapshots of the VM
 * fail without a word.
 *
 * @returns undefined when it can be used
 * @public
 */
export function checkVmName(name: string): SnapshotNameProblem | undefined {
  return checkLabel(name, MAX_VM_NAME_LENGTH);
}

/**
 * Checks the name of a new template as one types it.
 *
 * @returns undefined when it can be used
 * @public
 */
export function checkTemplateName(
  name: string,
): SnapshotNameProblem | undefined {
  return checkLabel(name, MAX_TEMPLATE_NAME_LENGTH);
}

/**
 * Proposes a name that is free: `web-01-copy`, `web-01-copy-2`, …
 *
 * @param base - e.g. the name of the VM; shortened to fit
 * @param maxLength - {@link MAX_VM_NAME_LENGTH} or
 *   {@link MAX_TEMPLATE_NAME_LENGTH}
 * @public
 */
export function suggestFreeName(options: {
  base: string;
  suffix: string;
  maxLength: number;
  isTaken: (name: string) => boolean;
}): string {
  const { suffix, maxLength, isTaken } = options;
  const clean = options.base
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? `-${suffix}` : `-${suffix}-${number}`;
    const start = clean.slice(0, maxLength - end.length).replace(/-+$/, '');
    const name = `${start || 'vm'}${end}`;
    if (!isTaken(name)) {
      return name;
    }
  }
}

/**
 * What is wrong with the name of a template's parameter.
 *
 * @public
 */
export type ParameterNameProblem =
  | 'empty'
  | 'too-long'
  | 'bad-character'
  | 'reserved';

/**
 * Checks the name of a parameter: `A-Z`, `0-9`, `_`, beginning with a letter.
 *
 * @returns undefined when it can be used
 * @public
 */
export function checkParameterName(
  name: string,
): ParameterNameProblem | undefined {
  if (name === '') {
    return 'empty';
  }
  if (name.length > 63) {
    return 'too-long';
  }
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    return 'bad-character';
  }
  return name === TEMPLATE_NAME_PARAMETER ? 'reserved' : undefined;
}

/**
 * Reads a MAC address as people write it and gives it the form with dashes and
 * lower case. Released versions of KubeVirt never come to an end with colons in
 * it: the parser of their patches takes them for its own.
 *
 * @returns undefined when it is none, or one that no single interface can have
 *   (multicast, or all zeros)
 * @public
 */
export function normaliseMacAddress(text: string): string | undefined {
  const match = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i.exec(
    text.trim(),
  );
  if (!match) {
    return undefined;
  }
  const bytes = text.trim().toLowerCase().split(/[:-]/);
  const multicast = parseInt(bytes[0], 16) % 2 === 1;
  const zero = bytes.every(byte => byte === '00');
  return multicast || zero ? undefined : bytes.join('-');
}
