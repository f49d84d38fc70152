// SPDX-License-Identifier: Apache-2.0

const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Go's time.ParseDuration, errors included: KubeVirt's webhook passes its words on.
 * @returns milliseconds
 * @throws Error with Go's text
 */
export function parseGoDuration(text: string): number {
  const bad = new Error(`time: invalid duration ${JSON.stringify(text)}`);
  let rest = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (rest === '0') {
    return 0;
  }
  if (rest === '') {
    throw bad;
  }
  let total = 0;
  while (rest !== '') {
    const number = rest.match(/^(\d+\.?\d*|\.\d+)/);
    if (!number) {
      throw bad;
    }
    rest = rest.slice(number[0].length);
    const unit = rest.match(/^[^\d.]*/)![0];
    if (unit === '') {
      throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
    }
    if (!(unit in UNIT_MS)) {
      throw new Error(
        `time: unknown unit ${JSON.stringify(
          unit,
        )} in duration ${JSON.stringify(text)}`,
      );
    }
    total += Number(number[0]) * UNIT_MS[unit];
    rest = rest.slice(unit.length);
  }
  return sign * total;
}

/** Go's Duration.String for whole milliseconds, as in `5m0s`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) {
    return '0s';
  }
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1000) {
    return `${sign}${abs}ms`;
  }
  const hours = Math.floor(abs / 3_600_000);
  const minutes = Math.floor((abs % 3_600_000) / 60_000);
  const seconds = (abs % 60_000) / 1000;
  let text = `${seconds}s`;
  if (hours > 0 || minutes > 0) {
    text = `${minutes}m${text}`;
  }
  if (hours > 0) {
    text = `${hours}h${text}`;
  }
  return sign + text;
}
