// SPDX-License-Identifier: Apache-2.0
import type { Step } from './steps';

/** One line of a fixture: milliseconds since the first step, object, what changed. */
export type ExpectedStep = [at: number, object: string, text: string];

/** Steps of two objects closer than this on the real thing may come in either order. */
const MIN_GAP_MS = 30;

function byObject(steps: Array<{ object: string; text: string }>) {
  const result = new Map<string, string[]>();
  for (const { object, text } of steps) {
    result.set(object, [...(result.get(object) ?? []), text]);
  }
  return result;
}

/** VolumeSnapshots belong to the fake storage, so only their own order counts. */
function ordered(object: string): boolean {
  return !object.startsWith('VolumeSnapshot ');
}

/**
 * What differs between the recorded control plane and the sandbox; empty when they agree. Every object must go through
 * the same steps, and steps of different objects must keep an order that was clear on the real thing.
 */
export function compareSteps(
  expected: ExpectedStep[],
  actual: Step[],
): string[] {
  const wanted = expected.map(([at, object, text]) => ({ at, object, text }));
  const differences: string[] = [];
  const [left, right] = [byObject(wanted), byObject(actual)];
  for (const object of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(object) ?? [], right.get(object) ?? []];
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      if (a[index] !== b[index]) {
        differences.push(
          `${object}, step ${index + 1}: expected "${a[index]}", got "${
            b[index]
          }"`,
        );
        break;
      }
    }
  }
  if (differences.length > 0) {
    return differences;
  }
  const counts = new Map<string, number>();
  const places = new Map<string, number>();
  const number = (step: { object: string; text: string }, round: string) => {
    const base = `${round} ${step.object} ${step.text}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return `${step.object} ${step.text} #${count}`;
  };
  actual.forEach((step, index) => places.set(number(step, 'actual'), index));
  const named = wanted.map(step => ({ ...step, key: number(step, 'wanted') }));
  for (const [index, first] of named.entries()) {
    for (const second of named.slice(index + 1)) {
      const clear =
        second.at - first.at >= MIN_GAP_MS &&
        first.object !== second.object &&
        ordered(first.object) &&
        ordered(second.object);
      if (clear && places.get(first.key)! > places.get(second.key)!) {
        differences.push(
          `"${first.object} ${first.text}" must come before "${second.object} ${second.text}"`,
        );
      }
    }
  }
  return differences;
}

/** Errors that a healthy restore shows for milliseconds by chance. */
export function withoutFlashes(steps: Step[]): Step[] {
  const result: Step[] = [];
  let skip: string | undefined;
  for (const step of steps) {
    const resumed =
      /^Progressing=True (Creating new PVCs|Updating target spec); Ready=False [^;]*$/;
    if (step.text.includes('already exists')) {
      skip = step.object;
    } else if (skip === step.object && resumed.test(step.text)) {
      skip = undefined;
    } else {
      result.push(step);
    }
  }
  return result;
}
