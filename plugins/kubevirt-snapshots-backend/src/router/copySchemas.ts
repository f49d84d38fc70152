// SPDX-License-Identifier: Apache-2.0
import {
  checkParameterName,
  checkTemplateName,
  checkVmName,
  isLabelKey,
  isLabelValue,
  isRfc1123Subdomain,
  MAX_TEMPLATE_NAME_LENGTH,
  MAX_TEMPLATE_PARAMETERS,
  MAX_VM_NAME_LENGTH,
  normaliseMacAddress,
  type SnapshotNameProblem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { z } from 'zod';
import { description, operationId, uid } from './schemas';

const MAX_ENTRIES = 32;

const newName = (
  check: (name: string) => SnapshotNameProblem | undefined,
  max: number,
) =>
  z.string().superRefine((name, context) => {
    const problem = check(name);
    if (problem) {
      context.addIssue({
        code: 'custom',
        message: {
          empty: 'Give it a name',
          'too-long': `The name has at most ${max} characters`,
          'upper-case': 'A name has no upper case letters',
          'bad-character': 'A name consists of a-z, 0-9 and -',
          'bad-edge': 'A name begins and ends with a letter or a digit',
        }[problem],
      });
    }
  });

/** Name in the path of a question whether it is free; any text is answered. */
export const askedName = z.string().max(253);

const planHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'planHash has to be that of the review');

const reviewed = {
  operationId,
  vmUid: uid,
  snapshotUid: uid,
  planHash,
  description: description.optional(),
};

const macAddress = z.string().transform((text, context) => {
  const address = normaliseMacAddress(text);
  if (!address) {
    context.addIssue({
      code: 'custom',
      message: 'That is no MAC address of an interface',
    });
    return z.NEVER;
  }
  return address;
});

const small = <T extends z.ZodType<Record<string, unknown>>>(schema: T) =>
  schema.refine(
    value => Object.keys(value).length <= MAX_ENTRIES,
    `There are at most ${MAX_ENTRIES} of them`,
  );

/** Body of a request for a new VM. Unknown keys are refused. */
export const cloneBody = z.strictObject({
  ...reviewed,
  name: newName(checkVmName, MAX_VM_NAME_LENGTH),
  start: z.boolean().optional(),
  macAddresses: small(
    z.record(z.string().min(1).max(63), macAddress),
  ).optional(),
  serial: z
    .string()
    .regex(
      /^[A-Za-z0-9._-]{1,64}$/,
      'A serial has 1 to 64 letters, digits, -, _ and .',
    )
    .optional(),
  labels: small(
    z.record(
      z.string().refine(isLabelKey, 'That is no key of a label'),
      z.string().refine(isLabelValue, 'That is no value of a label'),
    ),
  ).optional(),
  keepAnnotations: z.boolean().optional(),
  keepInstanceLabels: z.boolean().optional(),
});

const parameterName = z
  .string()
  .refine(
    name => checkParameterName(name) === undefined,
    'A parameter is called by A-Z, 0-9 and _, begins with a letter, and NAME is taken',
  );

const plainText = (max: number) =>
  z
    .string()
    .max(max)
    // eslint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f]*$/, 'It holds control characters');

/** Body of a request for a template. Unknown keys are refused. */
export const templateBody = z.strictObject({
  ...reviewed,
  name: newName(checkTemplateName, MAX_TEMPLATE_NAME_LENGTH),
  parameters: z
    .array(
      z.strictObject({
        slot: z.string().min(1).max(128),
        name: parameterName,
        displayName: plainText(128).optional(),
        description: plainText(512).optional(),
        value: plainText(256).optional(),
        required: z.boolean().optional(),
      }),
    )
    .max(MAX_TEMPLATE_PARAMETERS)
    .optional(),
  userData: z
    .array(
      z.strictObject({
        volume: z.string().min(1).max(63),
        action: z.enum(['drop', 'parameter', 'secret']),
        parameterName: parameterName.optional(),
        secretName: z
          .string()
          .refine(isRfc1123Subdomain, 'That is no name of a Secret')
          .optional(),
      }),
    )
    .max(MAX_ENTRIES)
    .optional(),
  notGeneralisedAcknowledged: z.boolean(),
});

/** Id of an operation in the path. */
export const operationIdParam = operationId;

/** Body of stopping a VM or a template that is being made. */
export const stopCopyBody = z.strictObject({ operationId, vmUid: uid });
