// SPDX-License-Identifier: Apache-2.0

const FACTORS: Record<string, number> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Reads a Kubernetes quantity (`30Gi`, `1500M`, `1e9`) as a whole number.
 *
 * @returns undefined for anything else
 */
export function parseQuantity(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 64) {
    return undefined;
  }
  const match =
    /^(\d+(?:\.\d*)?)(?:([eE][-+]?\d{1,2})|([mkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (!match) {
    return undefined;
  }
  const [, number, exponent = '', unit = ''] = match;
  return Math.ceil(Number(`${number}${exponent}`) * FACTORS[unit]);
}
