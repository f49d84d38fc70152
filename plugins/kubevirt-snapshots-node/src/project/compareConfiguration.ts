// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { ConfigurationDifference } from 'backstage-plugin-kubevirt-snapshots-common';
import { projectConfiguration, sensitiveParts } from './configuration';
import { object, Raw } from './raw';

/** JSON with sorted keys, so that equal things have equal texts. */
function stable(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(stable).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => `${JSON.stringify(key)}:${stable(v)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Tells two specs apart without telling what is in them. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(stable(value)).digest('hex');
}

function changeOf(
  captured: string | undefined,
  current: string | undefined,
  same: boolean,
): ConfigurationDifference['change'] {
  if (captured === undefined) {
    return 'only-current';
  }
  if (current === undefined) {
    return 'only-captured';
  }
  return same ? 'same' : 'changed';
}

/**
 * A VM's configuration as captured and as it is, line by line. The run strategy
 * is left out: a restore doesn't touch it. Of what may hold a secret only
 * whether it changed leaves this place.
 */
export function compareConfiguration(
  captured: Raw,
  current: Raw,
): ConfigurationDifference[] {
  const linesOf = (vm: Raw) =>
    new Map(
      projectConfiguration(vm)
        .filter(line => line.label !== 'Run strategy')
        .map(line => [line.label, line]),
    );
  const before = linesOf(captured);
  const now = linesOf(current);
  const secretsBefore = sensitiveParts(captured);
  const secretsNow = sensitiveParts(current);
  const lines = Array.from(
    new Set([...before.keys(), ...now.keys()]),
    (label): ConfigurationDifference => {
      const sensitive = (before.get(label) ?? now.get(label))?.sensitive;
      const values = [before.get(label)?.value, now.get(label)?.value] as const;
      const same = sensitive
        ? stable(secretsBefore.get(label)) === stable(secretsNow.get(label))
        : values[0] === values[1];
      return {
        label,
        captured: values[0],
        current: values[1],
        change: changeOf(...values, same),
        ...(sensitive && { sensitive }),
      };
    },
  );
  const rest = (vm: Raw) => {
    const spec = { ...object(vm.spec) };
    delete spec.running;
    delete spec.runStrategy;
    return digestOf(spec);
  };
  if (
    rest(captured) !== rest(current) &&
    lines.every(line => line.change === 'same')
  ) {
    // Something that is never shown: say so rather than "nothing changes".
    lines.push({
      label: 'Other settings',
      captured: 'present',
      current: 'present',
      change: 'changed',
      sensitive: true,
    });
  }
  return lines;
}
