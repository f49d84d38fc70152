// SPDX-License-Identifier: Apache-2.0

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
  word: (value: number) => string = String,
): string {
  const parts: string[] = [];
  for (let i = 0; i < values.length; ) {
    let end = i;
    while (values[end + 1] === values[end] + 1) {
      end += 1;
    }
    if (end - i >= 2) {
      parts.push(`${word(values[i])}–${word(values[end])}`);
      i = end + 1;
    } else {
      parts.push(word(values[i]));
      i += 1;
    }
  }
  return joinWords(parts, locale);
}
