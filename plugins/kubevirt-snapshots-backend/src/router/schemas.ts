// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import {
  checkSnapshotName,
  DEADLINE_SECONDS,
  MAX_NAMED_VMS,
  isRfc1123Subdomain,
  MAX_DESCRIPTION_LENGTH,
  MAX_REASON_LENGTH,
  SNAPSHOT_STATES,
  type SnapshotNameProblem,
  type SnapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { z } from 'zod';
import { badInput } from '../errors';

const NAME_PROBLEMS: Record<SnapshotNameProblem, string> = {
  empty: 'Give it a name',
  'too-long': 'A name has at most 63 characters',
  'upper-case': 'A name has no upper case letters',
  'bad-character': 'A name consists of a-z, 0-9 and -',
  'bad-edge': 'A name begins and ends with a letter or a digit',
};

/** UID of an object of Kubernetes. */
export const uid = z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, 'That is no UID');

/** Made by the client. */
export const operationId = z.uuid('operationId has to be a UUID');

/** What a person says about what they make. */
export const description = z
  .string()
  .max(
    MAX_DESCRIPTION_LENGTH,
    `A description has at most ${MAX_DESCRIPTION_LENGTH} characters`,
  )
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u0008\u000b-\u001f]*$/, 'It holds control characters');

/** Name of a snapshot to be made. */
export const newName = z.string().superRefine((name, context) => {
  const problem = checkSnapshotName(name);
  if (problem) {
    context.addIssue({ code: 'custom', message: NAME_PROBLEMS[problem] });
  }
});

/** Name of a snapshot that is there: others may have longer or dotted names. */
export const existingName = z
  .string()
  .refine(isRfc1123Subdomain, 'That cannot be the name of a snapshot');

const catalogName = z
  .string()
  .regex(
    /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'That cannot be the name of an entity',
  );

/** Path parameters that name an entity. */
export const entityParams = z.object({
  kind: z
    .string()
    .regex(
      /^[a-zA-Z][a-z0-9A-Z]{0,62}$/,
      'That cannot be the kind of an entity',
    ),
  namespace: catalogName,
  name: catalogName,
});

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'It has to be a whole number')
    .transform(Number)
    .refine(n => n >= min && n <= max, `It has to be from ${min} to ${max}`);

/** Revision that an answer has to know. */
export const revision = wholeNumber(0, 999_999_999);

const stateList = z.string().transform((text, context): SnapshotState[] => {
  const states = text.split(',').filter(Boolean);
  const unknown = states.find(
    state => !SNAPSHOT_STATES.includes(state as SnapshotState),
  );
  if (unknown !== undefined) {
    context.addIssue({
      code: 'custom',
      message: `There is no such state; there are ${SNAPSHOT_STATES.join(
        ', ',
      )}`,
    });
  }
  return states as SnapshotState[];
});

/** Query of the list. */
export const listQuery = z
  .strictObject({
    show: z.enum(['all', 'taken', 'scheduled']).optional(),
    sort: z.enum(['name', 'created']).optional(),
    order: z.enum(['asc', 'desc']).optional(),
    state: stateList.optional(),
    search: z.string().max(253).optional(),
    offset: wholeNumber(0, 1_000_000).optional(),
    limit: wholeNumber(1, 100).optional(),
    minRevision: wholeNumber(0, 999_999_999).optional(),
  })
  .transform(({ state, ...query }) => ({ ...query, states: state }));

function isEntityRef(text: string): boolean {
  try {
    parseEntityRef(text);
    return true;
  } catch {
    return false;
  }
}

const flag = z.enum(['true', 'false']).transform(text => text === 'true');

/** Query of the list of VMs. */
export const vmListQuery = z.strictObject({
  search: z.string().max(253).optional(),
  cluster: z.string().max(253).optional(),
  namespace: z.string().max(320).optional(),
  owner: z.string().max(512).optional(),
  mine: flag.optional(),
  power: z.enum(['running', 'stopped', 'paused']).optional(),
  unprotected: flag.optional(),
  unscheduled: flag.optional(),
  belongsTo: z
    .string()
    .max(512)
    .refine(isEntityRef, 'It has to be an entity ref as group:default/team-a')
    .optional(),
  vms: z
    .string()
    .transform(text => text.split(','))
    .refine(
      refs => refs.length <= MAX_NAMED_VMS,
      `It names at most ${MAX_NAMED_VMS} VMs`,
    )
    .optional(),
  sort: z
    .enum(['name', 'owner', 'place', 'state', 'lastSnapshot', 'nextRun'])
    .optional(),
  order: z.enum(['asc', 'desc']).optional(),
  offset: wholeNumber(0, 1_000_000).optional(),
  limit: wholeNumber(1, 100).optional(),
  minRevision: wholeNumber(0, 999_999_999).optional(),
});

/** Body of a take. Unknown keys are refused: a namespace in it is no namespace. */
export const takeBody = z.strictObject({
  operationId,
  vmUid: uid,
  name: newName,
  description: description.optional(),
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
  configurationOnly: z.boolean().optional(),
});

/** Body of a stop. */
export const stopBody = z.strictObject({
  operationId,
  vmUid: uid,
  snapshotUid: uid.optional(),
});

/** Why something is done. */
export const reason = z
  .string()
  .trim()
  .min(1, 'Say why')
  .max(
    MAX_REASON_LENGTH,
    `A reason has at most ${MAX_REASON_LENGTH} characters`,
  )
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u0008\u000b-\u001f]*$/, 'It holds control characters');

/** Body of a delete. */
export const deleteBody = z.strictObject({
  operationId,
  vmUid: uid,
  snapshotUid: uid,
  typedName: z.string().max(253).optional(),
  reason: reason.optional(),
});

/** Body of a protection. */
export const protectBody = z.strictObject({
  operationId,
  vmUid: uid,
  snapshotUid: uid,
  reason,
  until: z.iso
    .datetime('It has to be a time as 2030-01-31T00:00:00Z')
    .optional(),
});

/** Body of a release. */
export const unprotectBody = z.strictObject({
  operationId,
  vmUid: uid,
  snapshotUid: uid,
  reason,
});

/**
 * Reads input from outside.
 *
 * @throws InputError that names the field and says what to do
 */
export function parse<Schema extends z.ZodTypeAny>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  const field = issue.path.join('.');
  const message =
    issue.code === 'unrecognized_keys'
      ? `Unknown field ${issue.keys.join(', ')}`
      : issue.message;
  throw badInput(field ? `${field}: ${message}` : message, field);
}
