// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  Verdict,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** What stopping a VM or template that is being made means at this step. */
export const stopOf = ({ clone, template }: OperationView) =>
  (clone ?? template)?.stop;

/**
 * Whether the making of a VM or a template may be stopped; undefined where
 * there is nothing to stop.
 */
export function stopVerdict(
  operation: OperationView,
  vm: VmView,
): Verdict | undefined {
  const stop = stopOf(operation);
  if (!stop) {
    return undefined;
  }
  const { stopClone, stopTemplate } = vm.allowed;
  const person = operation.type === 'clone' ? stopClone : stopTemplate;
  return person.allowed && stop.effect === 'too-late'
    ? { allowed: false, code: 'too-late', reason: stop.message }
    : person;
}
