// SPDX-License-Identifier: Apache-2.0
import { isRfc1123Label } from './vmRef';

/**
 * Longest snapshot name that we accept. Kubernetes would take 253 characters;
 * 63 keeps the name usable as a label value and is what the OpenShift console
 * enforces as well.
 *
 * @public
 */
export const MAX_SNAPSHOT_NAME_LENGTH = 63;

/**
 * Longest description, in characters. It is stored as an annotation.
 *
 * @public
 */
export const MAX_DESCRIPTION_LENGTH = 1000;

/**
 * Longest reason for an act, in characters.
 *
 * @public
 */
export const MAX_REASON_LENGTH = 500;

/**
 * What is wrong with a proposed snapshot name.
 *
 * @public
 */
export type SnapshotNameProblem =
  | 'empty'
  | 'too-long'
  | 'upper-case'
  | 'bad-character'
  | 'bad-edge';

/**
 * Checks a snapshot name as one types it.
 *
 * @returns undefined when the name is an RFC 1123 label, else the first
 *   problem in the order a person would mend them
 * @public
 */
export function checkSnapshotName(
  name: string,
): SnapshotNameProblem | undefined {
  if (name === '') {
    return 'empty';
  }
  if (name.length > MAX_SNAPSHOT_NAME_LENGTH) {
    return 'too-long';
  }
  if (/[A-Z]/.test(name)) {
    return 'upper-case';
  }
  if (/[^-a-z0-9]/.test(name)) {
    return 'bad-character';
  }
  if (!isRfc1123Label(name)) {
    return 'bad-edge';
  }
  return undefined;
}

function dateParts(date: Date, timeZone: string) {
  const parts = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(date);
  const get = (type: string) =>
    (parts.find(p => p.type === type)?.value ?? '').padStart(2, '0');
  return {
    day: `${get('year')}${get('month')}${get('day')}`,
    time: `${get('hour')}${get('minute')}${get('second')}`,
  };
}

/**
 * Proposes a snapshot name from the VM's name and the moment, in the viewer's
 * time zone: `web-01-20261122-143005`. The result always passes
 * {@link checkSnapshotName}: a long or dotted VM name is shortened to fit.
 *
 * @param timeZone - IANA name, e.g. `Europe/Berlin`
 * @public
 */
export function suggestSnapshotName(
  vmName: string,
  date: Date,
  timeZone: string,
): string {
  const { day, time } = dateParts(date, timeZone);
  const suffix = `${day}-${time}`;
  const base = vmName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SNAPSHOT_NAME_LENGTH - suffix.length - 1)
    .replace(/^-+|-+$/g, '');
  return `${base || 'vm'}-${suffix}`;
}
