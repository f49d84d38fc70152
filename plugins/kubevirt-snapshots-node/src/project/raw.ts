// SPDX-License-Identifier: Apache-2.0
import { optionalText } from '../text/capText';

/** An object as it comes from a cluster: nothing about it is certain. */
export type Raw = Record<string, unknown>;

/** The value as an object; an empty one when it is none. */
export function object(value: unknown): Raw {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Raw)
    : {};
}

/** What is at a path, or undefined. */
export function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) {
    current = object(current)[key];
  }
  return current;
}

/** The value as a list of objects, cut at a number of them. */
export function objects(value: unknown, max: number): Raw[] {
  return Array.isArray(value) ? value.slice(0, max).map(object) : [];
}

/** The value as a list of texts, cut at a number of them. */
export function texts(value: unknown, max: number, maxText = 256): string[] {
  return Array.isArray(value)
    ? value
        .slice(0, max)
        .map(v => optionalText(v, maxText))
        .filter((v): v is string => v !== undefined)
    : [];
}

/** A text at a path, capped. */
export function textAt(
  value: unknown,
  path: string[],
  max = 256,
): string | undefined {
  return optionalText(at(value, ...path), max);
}

/** Entries of a map of texts whose key passes, cut at a number of them. */
export function textMap(
  value: unknown,
  options: {
    keep: (key: string) => boolean;
    max: number;
    maxText: (key: string) => number;
    intern?: (text: string) => string;
  },
): Record<string, string> {
  const intern = options.intern ?? (text => text);
  const entries: [string, string][] = [];
  for (const [key, text] of Object.entries(object(value))) {
    if (entries.length === options.max) {
      break;
    }
    if (typeof text === 'string' && key.length <= 317 && options.keep(key)) {
      const capped = optionalText(text, options.maxText(key)) ?? '';
      entries.push([intern(key), intern(capped)]);
    }
  }
  // fromEntries, because assigning a key such as __proto__ would not add it.
  return Object.fromEntries(entries);
}

/** Identity of an object, when it has one. */
export function identity(raw: Raw):
  | {
      namespace: string;
      name: string;
      uid: string;
      resourceVersion: string;
      createdAt: string;
    }
  | undefined {
  const namespace = textAt(raw, ['metadata', 'namespace']);
  const name = textAt(raw, ['metadata', 'name']);
  const uid = textAt(raw, ['metadata', 'uid'], 64);
  if (!namespace || !name || !uid) {
    return undefined;
  }
  return {
    namespace,
    name,
    uid,
    resourceVersion: textAt(raw, ['metadata', 'resourceVersion'], 64) ?? '',
    createdAt: textAt(raw, ['metadata', 'creationTimestamp'], 64) ?? '',
  };
}
