// SPDX-License-Identifier: Apache-2.0
import {
  AUDIT_ORIGINS,
  AUDIT_OUTCOMES,
  parseVmRef,
  stringifyVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { z } from 'zod';

const number = (max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'It has to be a whole number')
    .transform(Number)
    .refine(n => n <= max, `It has to be at most ${max}`);

/** Number of a row. */
export const rowNumber = number(Number.MAX_SAFE_INTEGER).refine(
  n => n > 0,
  'Rows are numbered from 1',
);

const oneOf = <T extends string>(values: readonly T[]) =>
  z.string().transform((text, context): T[] => {
    const list = text.split(',').filter(Boolean);
    const unknown = list.find(item => !values.includes(item as T));
    if (unknown !== undefined) {
      context.addIssue({
        code: 'custom',
        message: `There is no such value; there are ${values.join(', ')}`,
      });
    }
    return list as T[];
  });

const time = z.iso.datetime({
  offset: true,
  message: 'It has to be a time such as 2026-11-22T08:00:00Z',
});

const vm = z
  .string()
  .max(600)
  .transform((text, context) => {
    const ref = parseVmRef(text);
    if (!ref) {
      context.addIssue({
        code: 'custom',
        message: 'It has to be <cluster>/<namespace>/<name>',
      });
    }
    return ref ? stringifyVmRef(ref) : '';
  });

const filters = {
  actor: z
    .string()
    .regex(/^[\w.:/@+-]{1,512}$/, 'It has to be an entity ref')
    .optional(),
  action: z
    .string()
    .regex(
      /^[a-z][a-z.-]{0,63}(,[a-z][a-z.-]{0,63}){0,19}$/,
      'It has to be one or more actions such as snapshot.take',
    )
    .transform(text => text.split(','))
    .optional(),
  outcome: oneOf(AUDIT_OUTCOMES).optional(),
  origin: oneOf(AUDIT_ORIGINS).optional(),
  from: time.optional(),
  to: time.optional(),
};

const paging = {
  before: rowNumber.optional(),
  limit: number(200)
    .refine(n => n >= 1, 'It has to be at least 1')
    .optional(),
};

/** Names of the API types, which are plural where a list is meant. */
const plural = <
  T extends { action?: string[]; outcome?: unknown; origin?: unknown },
>({
  action,
  outcome,
  origin,
  ...rest
}: T) => ({ ...rest, actions: action, outcomes: outcome, origins: origin });

/** Query of a VM's history. */
export const historyQuery = z.strictObject({ ...filters, ...paging }).transform(
  q =>
    plural(q) as Omit<typeof q, 'action' | 'outcome' | 'origin'> & {
      actions: typeof q.action;
      outcomes: typeof q.outcome;
      origins: typeof q.origin;
    },
);

/** Query of the trail. */
export const auditQuery = z
  .strictObject({ ...filters, ...paging, vm: vm.optional() })
  .transform(
    q =>
      plural(q) as Omit<typeof q, 'action' | 'outcome' | 'origin'> & {
        actions: typeof q.action;
        outcomes: typeof q.outcome;
        origins: typeof q.origin;
      },
  );

/** Query of an export. */
export const exportQuery = z
  .strictObject({
    ...filters,
    vm: vm.optional(),
    format: z.enum(['ndjson', 'csv']).optional(),
    after: number(Number.MAX_SAFE_INTEGER).optional(),
  })
  .transform(
    q =>
      plural(q) as Omit<typeof q, 'action' | 'outcome' | 'origin'> & {
        actions: typeof q.action;
        outcomes: typeof q.outcome;
        origins: typeof q.origin;
      },
  );
