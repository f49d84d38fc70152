// SPDX-License-Identifier: Apache-2.0
import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';

interface Requirement {
  key: string;
  /** Absent: the label only has to be there. */
  value?: string;
  negated: boolean;
}

const REQUIREMENT = /^(!?)\s*([^\s=!]+)\s*(?:(==?|!=)\s*([^\s=!]*))?$/;

/**
 * A label selector as kubectl writes it, without its sets: `a=b`, `a==b`,
 * `a!=b`, `a` (is there), `!a` (is not there), joined by commas that mean and.
 *
 * @public
 */
export class LabelSelector {
  readonly #requirements: Requirement[];

  /**
   * @throws InputError with what is wrong, without naming a key of the
   *   configuration
   */
  static parse(text: string): LabelSelector {
    return new LabelSelector(text.split(',').map(part => parseOne(part)));
  }

  private constructor(requirements: Requirement[]) {
    this.#requirements = requirements;
  }

  /** As in Kubernetes, `a!=b` also takes what has no label `a`. */
  matches(labels: Record<string, string>): boolean {
    return this.#requirements.every(({ key, value, negated }) => {
      const has = Object.hasOwn(labels, key);
      const met = value === undefined ? has : has && labels[key] === value;
      return met !== negated;
    });
  }
}

function parseOne(part: string): Requirement {
  const match = REQUIREMENT.exec(part.trim());
  const [, not, key, operator, value] = match ?? [];
  if (
    !match ||
    (not && operator) ||
    !KubernetesValidatorFunctions.isValidLabelKey(key) ||
    !KubernetesValidatorFunctions.isValidLabelValue(value ?? '')
  ) {
    throw new InputError(
      `"${part.trim()}" can't be read. Write key=value, key!=value, key or !key, joined by commas; sets such as "in (a, b)" are not supported.`,
    );
  }
  return { key, value, negated: Boolean(not) || operator === '!=' };
}
