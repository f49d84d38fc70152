// SPDX-License-Identifier: Apache-2.0
import { deepEqual } from '../../json';
import { parseGoDuration } from '../duration';
import { R } from '../resources';
import type { StatusCause } from '../status';
import { denied, invalidField, Webhook } from './admission';

/** Errors of a reference to a VirtualMachine, as snapshots and restores check theirs. */
export function referenceCauses(reference: any, field: string): StatusCause[] {
  if (reference.apiGroup === undefined) {
    return [
      denied('FieldValueNotFound', `${field}.apiGroup`, 'missing apiGroup'),
    ];
  }
  if (reference.apiGroup !== 'kubevirt.io') {
    return [invalidField(`${field}.apiGroup`, 'invalid apiGroup')];
  }
  if (reference.kind !== 'VirtualMachine') {
    return [invalidField(`${field}.kind`, 'invalid kind')];
  }
  return [];
}

export const IMMUTABLE_SPEC: StatusCause = invalidField(
  'spec',
  'spec in immutable after creation',
);

export function snapshotWebhook(options: { gate: () => boolean }): Webhook {
  return {
    name: 'virtualmachinesnapshot-validator.snapshot.kubevirt.io',
    path: 'virtualmachinesnapshots-validate',
    resource: R.snapshot,
    operations: ['CREATE', 'UPDATE'],
    validate({ operation, object, oldObject }) {
      if (operation === 'CREATE' && !options.gate()) {
        return { message: 'snapshot feature gate not enabled' };
      }
      const { spec } = object;
      if (spec.failureDeadline !== undefined) {
        try {
          parseGoDuration(spec.failureDeadline);
        } catch (error) {
          return { message: (error as Error).message };
        }
      }
      const unchanged =
        operation === 'CREATE' || deepEqual(spec, oldObject!.spec);
      const causes = unchanged ? [] : [IMMUTABLE_SPEC];
      if (operation === 'CREATE') {
        causes.push(...referenceCauses(spec.source, 'spec.source'));
      }
      return causes.length > 0 ? { causes } : undefined;
    },
  };
}
