// SPDX-License-Identifier: Apache-2.0

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/**
 * `3 minutes ago`, in the largest unit that fits. Anything less than a minute
 * away is told as `now`, so that clocks which differ by seconds don't show.
 */
export function formatRelative(date: Date, now: Date, locale: string): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (!Number.isFinite(seconds)) {
    return '';
  }
  if (Math.abs(seconds) < 60) {
    return format.format(0, 'second');
  }
  const [unit, size] = UNITS.find(([, s]) => Math.abs(seconds) >= s)!;
  return format.format(Math.trunc(seconds / size), unit);
}

/** `3 minutes`, for ages: `This is its last known state, 3 minutes old`. */
export function formatAge(ms: number, locale: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [unit, size] = UNITS.find(([, s]) => seconds >= s) ?? ['second', 1];
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(Math.floor(seconds / size));
}

/** Date, time to the second and zone, in the viewer's zone. */
export function formatExact(
  date: Date,
  locale: string,
  timeZone?: string,
): string {
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  }).format(date);
}

/** `4:05` or `1:04:05`, for what counts up or down. Never negative. */
export function formatClock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const rest = `${Math.floor((total % 3600) / 60)}:${two(total % 60)}`;
  return hours ? `${hours}:${rest.padStart(5, '0')}` : rest;
}

/** `20 GiB`: Kubernetes counts storage in powers of 1024, and so do we. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${new Intl.NumberFormat(locale, {
    maximumFractionDigits: 1,
  }).format(value)} ${units[index]}`;
}

/** The viewer's time zone as an IANA name. */
export function viewerTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
