// SPDX-License-Identifier: Apache-2.0

/** A moment as a `datetime-local` field holds it, in the viewer's zone. */
export function toLocalInput(rfc3339: string | undefined): string {
  const date = new Date(rfc3339 ?? '');
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  const two = (n: number) => String(n).padStart(2, '0');
  const year = String(date.getFullYear()).padStart(4, '0');
  const day = [year, two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * What a `datetime-local` field holds as RFC 3339 in UTC.
 *
 * @returns undefined when it is empty or no moment
 */
export function fromLocalInput(text: string): string | undefined {
  // Without a zone, a date with a time is one of the viewer's zone.
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Whether a field holds a date of which only a part was entered. */
export function isHalfEntered(field: Element | null): boolean {
  const input = field?.querySelector('input');
  return Boolean(input?.validity?.badInput);
}
