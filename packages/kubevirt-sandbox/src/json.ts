// SPDX-License-Identifier: Apache-2.0

/** A deep copy of plain JSON; several times faster than structuredClone, which matters with thousands of objects. */
export function deepCopy<T>(value: T): T {
  if (Array.isArray(value)) {
    return value.map(deepCopy) as unknown as T;
  }
  if (value !== null && typeof value === 'object') {
    const copy: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (entry !== undefined) {
        // defineProperty, so that a client's "__proto__" stays an ordinary key
        if (key === '__proto__') {
          Object.defineProperty(copy, key, {
            value: deepCopy(entry),
            enumerable: true,
            configurable: true,
            writable: true,
          });
        } else {
          copy[key] = deepCopy(entry);
        }
      }
    }
    return copy as T;
  }
  return value;
}

/** Equality of plain JSON; an undefined field counts as absent. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) {
    return true;
  }
  if (
    left === null ||
    right === null ||
    typeof left !== 'object' ||
    typeof right !== 'object' ||
    Array.isArray(left) !== Array.isArray(right)
  ) {
    return false;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((entry, index) => deepEqual(entry, right[index]))
    );
  }
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    if (!deepEqual(a[key], b[key])) {
      return false;
    }
  }
  return true;
}

export function isObject(value: unknown): value is Record<string, any> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const serialized = new WeakMap<object, string>();

/** JSON of a stored (never changed) object; written once however many watches and lists send it. */
export function toJson(object: object): string {
  let text = serialized.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    serialized.set(object, text);
  }
  return text;
}
