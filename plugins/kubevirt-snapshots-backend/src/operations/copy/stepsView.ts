// SPDX-License-Identifier: Apache-2.0
import type { StepView } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Operation } from '../types';

const iso = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** What people see of the steps of an operation, in their order. */
export function stepsView(
  operation: Operation,
  ids: readonly StepView['id'][],
  counts: Partial<Record<StepView['id'], StepView['count']>> = {},
): StepView[] {
  const entered = operation.progress?.entered ?? {};
  const current = operation.progress?.step ?? ids[0];
  const undoing = current === 'undo';
  const last = undoing
    ? ids.filter(id => entered[id] !== undefined).pop() ?? ids[0]
    : current;
  const at = ids.indexOf(last as StepView['id']);
  const isOver = operation.finishedAt !== undefined;
  const steps = ids.map((id, i): StepView => {
    let state: StepView['state'] = i < at ? 'done' : 'waiting';
    if (i === at) {
      state = 'current';
      if (undoing || operation.state === 'failed') {
        state = 'failed';
      } else if (isOver && operation.state === 'succeeded') {
        state = 'done';
      }
    } else if (isOver && operation.state === 'succeeded') {
      state = 'done';
    }
    return {
      id,
      state,
      ...(counts[id] && { count: counts[id] }),
      startedAt: iso(entered[id]),
    };
  });
  return undoing
    ? [
        ...steps,
        {
          id: 'undo',
          state: isOver ? 'done' : 'current',
          startedAt: iso(entered.undo),
        },
      ]
    : steps;
}
