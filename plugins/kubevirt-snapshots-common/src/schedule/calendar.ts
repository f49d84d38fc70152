// SPDX-License-Identifier: Apache-2.0

/*
 * Arithmetic of the Gregorian calendar on plain numbers. A "wall" is a local
 * time written as the milliseconds that UTC would have at the same clock
 * face, a "day" counts from 1970-01-01 in the same way. Date objects would do
 * the same at ten times the price, and the walk over the days has to be
 * cheaper than a library's.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A day of the calendar. `month` is 1–12, `weekday` 0 is Sunday. */
export interface CivilDay {
  year: number;
  month: number;
  date: number;
  weekday: number;
}

/** Number of the day, counted from 1970-01-01. */
export function dayNumber(year: number, month: number, date: number): number {
  // Years start in March, so that the leap day is the last one of a year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear =
    Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra =
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The day of the calendar with that number. */
export function civilDay(day: number): CivilDay {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
    weekday: weekdayOf(day),
  };
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days that the month has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return MONTH_DAYS[month - 1];
}

/** `YYYY-MM-DDTHH:mm` of a local time. */
export function formatWall(wall: number): string {
  return new Date(wall).toISOString().slice(0, 16);
}
