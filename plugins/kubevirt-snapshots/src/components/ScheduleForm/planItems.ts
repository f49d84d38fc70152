// SPDX-License-Identifier: Apache-2.0
import type {
  KeepReason,
  RetentionPlanView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Texts } from '../../translations';

/** A snapshot of a plan, with what the plan says about it in words. */
export interface PlanItem {
  uid: string;
  name: string;
  /** RFC 3339 */
  at: string;
  ready: boolean;
  partial: boolean;
  reasons: string[];
}

function reasonText(reason: KeepReason, t: Texts): string {
  if (!('number' in reason)) {
    return t(`keepReason.${reason.rule}` as const);
  }
  const { rule, number, bucket } = reason;
  return bucket === undefined
    ? t(`keepReason.${rule}` as const, { number: String(number) })
    : t('keepReason.inBucket', {
        rule: t(`keepReason.${rule}` as const, { number: String(number) }),
        bucket,
      });
}

/** What is kept and what is removed, newest first. */
export function planItems(
  { snapshots, plan }: RetentionPlanView,
  t: Texts,
): { keep: PlanItem[]; remove: PlanItem[] } {
  const byUid = new Map(snapshots.map(one => [one.uid, one]));
  const item = (uid: string, reasons: string[]): PlanItem[] => {
    const found = byUid.get(uid);
    return found
      ? [
          {
            uid,
            name: found.name,
            at: found.at,
            ready: found.state === 'ready',
            partial: !found.complete,
            reasons,
          },
        ]
      : [];
  };
  return {
    keep: plan.keep.flatMap(({ id, reasons }) =>
      item(
        id,
        reasons.map(reason => reasonText(reason, t)),
      ),
    ),
    remove: plan.remove.flatMap(({ id, cause, rule }) =>
      item(id, [
        cause === 'failed'
          ? t('keepReason.failed')
          : t('keepReason.none', { rule }),
      ]),
    ),
  };
}
