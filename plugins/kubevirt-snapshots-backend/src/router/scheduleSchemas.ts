// SPDX-License-Identifier: Apache-2.0
import {
  DEADLINE_SECONDS,
  isLabelKey,
  isLabelValue,
  isReservedKey,
  MAX_DESCRIPTION_LENGTH,
  MAX_REASON_LENGTH,
  type RetentionRule,
  type ScheduleRule,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { z } from 'zod';

/** Longest stretch that a calendar is asked for. */
const MAX_CALENDAR_DAYS = 62;

const DAY = 24 * 3_600_000;

const MAX_LABELS = 10;

const uid = z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, 'That is no UID');

const operationId = z.uuid('operationId has to be a UUID');

const instant = z.iso.datetime('It has to be a time as 2030-01-31T00:00:00Z');

// eslint-disable-next-line no-control-regex
const PRINTABLE = /^[^\u0000-\u0008\u000b-\u001f]*$/;

const text = (max: number, what: string) =>
  z
    .string()
    .max(max, `${what} has at most ${max} characters`)
    .regex(PRINTABLE, 'It holds control characters');

const reason = z
  .string()
  .trim()
  .min(1, 'Say why')
  .max(
    MAX_REASON_LENGTH,
    `A reason has at most ${MAX_REASON_LENGTH} characters`,
  )
  .regex(PRINTABLE, 'It holds control characters');

const labels = z
  .record(z.string(), z.string())
  .superRefine((given, context) => {
    const keys = Object.keys(given);
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', message });
    if (keys.length > MAX_LABELS) {
      refuse(`There are at most ${MAX_LABELS} labels`);
    }
    for (const key of keys) {
      if (!isLabelKey(key)) {
        refuse(`${key.slice(0, 60)} cannot be the key of a label`);
      } else if (isReservedKey(key)) {
        refuse(`The key ${key} belongs to somebody else`);
      } else if (!isLabelValue(given[key])) {
        refuse(`The value of ${key} cannot be that of a label`);
      }
    }
  });

/** What rule and retention are made of is checked by what reads them. */
const rule = z.custom<ScheduleRule>(
  value => typeof value === 'object' && value !== null,
  'Give a rule',
);

const retention = z.custom<RetentionRule>(
  value => typeof value === 'object' && value !== null,
  'Give a retention rule; {} keeps everything',
);

const timeZone = z.string().max(64, 'That is no time zone');

const settings = {
  name: z
    .string()
    .trim()
    .min(1, 'Give it a name')
    .max(63, 'A name has at most 63 characters')
    .regex(PRINTABLE, 'It holds control characters'),
  description: text(MAX_DESCRIPTION_LENGTH, 'A description').optional(),
  rule,
  timeZone,
  retention,
  snapshots: z
    .strictObject({
      description: text(MAX_DESCRIPTION_LENGTH, 'A description').optional(),
      deadlineSeconds: z
        .int('The deadline is in whole seconds')
        .min(
          DEADLINE_SECONDS.min,
          `The deadline is at least ${DEADLINE_SECONDS.min} seconds; none at all would leave a frozen guest frozen`,
        )
        .max(
          DEADLINE_SECONDS.max,
          `The deadline is at most ${DEADLINE_SECONDS.max} seconds`,
        )
        .optional(),
      labels: labels.optional(),
      configurationOnly: z.boolean().optional(),
    })
    .optional(),
  overlap: z.enum(['wait', 'skip']).optional(),
  catchUpMinutes: z
    .int('It is in whole minutes')
    .min(0, 'It is 0 at least')
    .max(31 * 24 * 60, 'It is 31 days at most')
    .optional(),
  suspendAfterFailures: z
    .int('It is a whole number')
    .min(1, 'It is 1 at least')
    .max(100, 'It is 100 at most')
    .optional(),
  startAt: instant.optional(),
  endAt: instant.optional(),
};

/** Path parameter that names a schedule. */
export const scheduleId = z
  .string()
  .regex(/^[a-z2-7]{12}$/, 'That cannot be the id of a schedule');

export const createScheduleBody = z.strictObject({
  operationId,
  vmUid: uid,
  ...settings,
});

export const updateScheduleBody = z.strictObject({
  operationId,
  vmUid: uid,
  revision: z.int('revision is a whole number').min(1),
  ...settings,
});

export const scheduleActBody = z.strictObject({ operationId, vmUid: uid });

export const pauseScheduleBody = z.strictObject({
  operationId,
  vmUid: uid,
  reason,
  until: instant.optional(),
});

export const deleteScheduleBody = z.strictObject({
  operationId,
  vmUid: uid,
  keepSnapshots: z.boolean('Say whether its snapshots are to be kept'),
});

export const previewScheduleBody = z.strictObject({
  rule,
  timeZone,
  retention,
  startAt: instant.optional(),
  endAt: instant.optional(),
  scheduleId: scheduleId.optional(),
});

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'It has to be a whole number')
    .transform(Number)
    .refine(n => n >= min && n <= max, `It has to be from ${min} to ${max}`);

export const scheduleQuery = z.strictObject({
  offset: wholeNumber(0, 1_000_000).optional(),
  limit: wholeNumber(1, 100).optional(),
  minRevision: wholeNumber(0, 999_999_999).optional(),
});

/** Gives ms since 1970. */
export const calendarQuery = z
  .strictObject({ from: instant, to: instant })
  .transform(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
  .refine(({ from, to }) => to > from, {
    message: 'It has to be after from',
    path: ['to'],
  })
  .refine(({ from, to }) => to - from <= MAX_CALENDAR_DAYS * DAY, {
    message: `Ask for ${MAX_CALENDAR_DAYS} days at most`,
    path: ['to'],
  });

export const pauseAuthorBody = z.strictObject({
  operationId,
  author: z
    .string()
    .max(512)
    .regex(
      /^user:[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/,
      'It has to be the entity ref of a user, in lower case',
    ),
  reason,
});
