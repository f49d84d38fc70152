// SPDX-License-Identifier: Apache-2.0
import type { ScheduleRule } from '../schedule/types';

/** The zones of which a year is replayed, with a year of each. */
export const ZONE_YEARS: [zone: string, year: number][] = [
  ['America/New_York', 2025],
  ['Europe/London', 2025],
  ['Europe/Berlin', 2025],
  ['Africa/Cairo', 2025],
  ['Asia/Beirut', 2025],
  ['America/Havana', 2025],
  ['America/Santiago', 2025],
  ['Australia/Lord_Howe', 2025],
  ['Antarctica/Troll', 2025],
  ['Africa/Casablanca', 2025],
  ['America/Nuuk', 2025],
  ['America/Scoresbysund', 2025],
  ['Pacific/Apia', 2011],
  ['UTC', 2025],
];

/** More odd clocks: changes at one past midnight, days left out, half hours. */
export const ODD_ZONE_YEARS: [zone: string, year: number][] = [
  ...ZONE_YEARS,
  ['America/Scoresbysund', 2024],
  ['America/Nuuk', 2023],
  ['America/St_Johns', 2007],
  ['Pacific/Kwajalein', 1993],
  ['Pacific/Kiritimati', 1995],
  ['Asia/Gaza', 2024],
  ['Africa/El_Aaiun', 2018],
  ['Asia/Tehran', 2021],
  ['Europe/Dublin', 2025],
  ['America/Caracas', 2016],
  ['Asia/Pyongyang', 2018],
  ['Africa/Cairo', 2014],
];

/** A generator of numbers that gives the same ones for the same seed. */
export function randomNumbers(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    pick: <T>(values: readonly T[]): T => values[below(values.length)],
  };
}

export type RandomNumbers = ReturnType<typeof randomNumbers>;

function field(random: RandomNumbers, min: number, max: number): string {
  const value = () => min + random.below(max - min + 1);
  const size = max - min + 1;
  const item = () => {
    const kind = random.below(4);
    if (kind < 2) {
      return String(value());
    }
    const [low, high] = [value(), value()].sort((a, b) => a - b);
    return kind === 2
      ? `${low}-${high}`
      : `${low}-${high}/${1 + random.below(size)}`;
  };
  return Array.from({ length: 1 + random.below(3) }, item).join(',');
}

/** An expression that the grammar takes. It may be one that never matches. */
export function randomExpression(random: RandomNumbers): string {
  const some = (min: number, max: number, star: number, steps: number[]) => {
    const draw = random.next();
    if (draw < star) {
      return '*';
    }
    return draw < star + 0.1
      ? `*/${random.pick(steps)}`
      : field(random, min, max);
  };
  const month =
    random.below(6) === 0 ? random.pick(['MAR-OCT', '3', 'nov']) : '*';
  return [
    some(0, 59, 0.1, [5, 7, 10, 15, 20, 30]),
    random.below(4) === 0
      ? random.pick(['0', '1', '2', '3', '23', '0-3'])
      : some(0, 23, 0.25, [2, 3, 5, 6, 12]),
    some(1, 31, 0.7, [2, 3, 7, 10]),
    month,
    random.below(8) === 0
      ? random.pick(['MON-FRI', 'sun', '7', 'FRI-SUN', '0'])
      : some(0, 6, 0.7, [2, 3]),
  ].join(' ');
}

/** The expression that says the same, for what has one. */
export function asExpression(rule: ScheduleRule): string | undefined {
  switch (rule.kind) {
    case 'hourly':
      return `${rule.minute} * * * *`;
    case 'daily':
      return `${rule.minute} ${rule.hour} * * *`;
    case 'weekly':
      return `${rule.minute} ${rule.hour} * * ${rule.days.join(',')}`;
    case 'cron':
      return rule.expression;
    default:
      return undefined;
  }
}
