// SPDX-License-Identifier: Apache-2.0
import { rangesOf } from 'backstage-plugin-kubevirt-snapshots-common';

/** Names of the days of the week, 0 is Sunday. */
export function weekdayNames(
  locale: string,
  width: 'long' | 'short' = 'long',
): string[] {
  const format = new Intl.DateTimeFormat(locale, {
    weekday: width,
    timeZone: 'UTC',
  });
  // 2026-11-01 is a Sunday.
  return Array.from({ length: 7 }, (_, day) =>
    format.format(Date.UTC(2026, 10, 1 + day)),
  );
}

/** Names of the months, January first. */
export function monthNames(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, {
    month: 'long',
    timeZone: 'UTC',
  });
  return Array.from({ length: 12 }, (_, month) =>
    format.format(Date.UTC(2026, month, 1)),
  );
}

export function joinWords(
  words: string[],
  locale: string,
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  return new Intl.ListFormat(locale, { type }).format(words);
}

/** `1, 2, 3, 7` as `1–3 and 7`. */
export function joinRanges(
  values: number[],
  locale: string,
  word?: (value: number) => string,
): string {
  return joinWords(rangesOf(values, word), locale);
}
