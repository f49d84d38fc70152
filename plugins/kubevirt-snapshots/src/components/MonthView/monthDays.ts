// SPDX-License-Identifier: Apache-2.0

/** A day in the picture of a month, in the viewer's zone. */
export interface MonthDay {
  /** `2026-11-25` */
  key: string;
  date: Date;
  inMonth: boolean;
}

const two = (n: number) => String(n).padStart(2, '0');

export function dayKey(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(
    date.getDate(),
  )}`;
}

export function monthKey(date: Date): string {
  return dayKey(date).slice(0, 7);
}

/** Another month, so many later. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number);
  return monthKey(new Date(year, number - 1 + by, 1));
}

/**
 * The weeks of a month, Monday first, with what belongs to its neighbours.
 *
 * @param month - `2026-11`
 */
export function monthWeeks(month: string): MonthDay[][] {
  const [year, number] = month.split('-').map(Number);
  const first = new Date(year, number - 1, 1);
  const before = (first.getDay() + 6) % 7;
  const length = new Date(year, number, 0).getDate();
  const weeks = Math.ceil((before + length) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (__, day) => {
      // By the calendar and not by 24 hours: days have more and less.
      const date = new Date(year, number - 1, 1 - before + week * 7 + day);
      return { key: dayKey(date), date, inMonth: monthKey(date) === month };
    }),
  );
}
