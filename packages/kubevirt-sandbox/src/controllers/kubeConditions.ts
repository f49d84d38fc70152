// SPDX-License-Identifier: Apache-2.0

/** An entry of `status.conditions`. */
export type KubeCondition = {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastProbeTime: string | null;
  lastTransitionTime: string | null;
};

/** Replaces the condition of that type when its status or reason differs, as KubeVirt's updateCondition does. */
export function withCondition(
  conditions: KubeCondition[] | undefined,
  type: string,
  status: 'True' | 'False',
  reason: string,
  now: string,
): KubeCondition[] {
  const next: KubeCondition = {
    type,
    status,
    reason,
    lastProbeTime: null,
    lastTransitionTime: now,
  };
  const list = [...(conditions ?? [])];
  const index = list.findIndex(condition => condition.type === type);
  if (index < 0) {
    return [...list, next];
  }
  if (list[index].status !== status || list[index].reason !== reason) {
    list[index] = next;
  }
  return list;
}

export function conditionOf(
  object: { status?: any } | undefined,
  type: string,
): KubeCondition | undefined {
  return (object?.status?.conditions ?? []).find(
    (condition: KubeCondition) => condition.type === type,
  );
}

export function isTrue(
  object: { status?: any } | undefined,
  type: string,
): boolean {
  return conditionOf(object, type)?.status === 'True';
}
