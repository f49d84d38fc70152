// SPDX-License-Identifier: Apache-2.0
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_TEMPLATE_NAME_LENGTH,
  MAX_VM_NAME_LENGTH,
  type OperationView,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import {
  apiFailure,
  type EntityKey,
  type KubevirtSnapshotsApi,
} from '../../api';
import { useOperationAct } from '../../hooks/queries';
import { useNewName, type NewNameKind } from '../../hooks/restoreQueries';
import { useActId } from '../../hooks/useActId';
import { useReviewed } from '../../hooks/useReviewed';
import { useTexts } from '../../translations';
import { newNameProblem } from '../NewNameField';

const MAX_NAME_LENGTH: Record<NewNameKind, number> = {
  vm: MAX_VM_NAME_LENGTH,
  template: MAX_TEMPLATE_NAME_LENGTH,
};

/** What the reviews have in common. */
interface Review {
  vmUid: string;
  snapshotUid: string;
  planHash: string;
  suggestedName: string;
  verdict: Verdict;
  problems: { message: string }[];
}

/** What the requests have in common. */
interface NewRequest {
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  planHash: string;
  name: string;
  description?: string;
}

/** What a request has besides. */
export type NewOptions<Request> = Omit<Request, keyof NewRequest>;

/** What a form of something new begins with. */
export interface NewEntries {
  /** Undefined: as it is proposed. */
  name?: string;
  description: string;
}

/**
 * What the forms of a new VM and of a template have in common: the review, a
 * name and a description, and asking for it.
 *
 * @param options - `fields`: those of the request that the form has a place
 * for, besides name and description
 */
export function useNewFromSnapshot<Options extends object>(options: {
  entity: EntityKey;
  kind: NewNameKind;
  review: Review | undefined;
  entries: NewEntries;
  fields: readonly string[];
  act: (
    api: KubevirtSnapshotsApi,
    request: NewRequest & Options,
  ) => Promise<OperationView>;
  onAccepted: (operation: OperationView) => void;
  onReviewChanged?: () => void;
}) {
  const { entity, kind, review, entries, onReviewChanged = () => {} } = options;
  const t = useTexts();
  const actId = useActId();
  // The first proposal stays: it must not turn into another while one reads.
  const [proposed, setProposed] = useState<string>();
  if (review && proposed === undefined) {
    setProposed(review.suggestedName);
  }
  const name = entries.name ?? proposed ?? '';
  const max = MAX_NAME_LENGTH[kind];
  const check = useNewName(entity, kind, name);
  const act = useOperationAct<NewRequest & Options>(entity, options.act);
  const failure = act.error ? apiFailure(act.error) : undefined;
  const [refusedName, setRefusedName] = useState<string>();
  const reviewed = useReviewed({
    hash: review?.planHash,
    refused: failure?.code === 'plan-changed',
    onChange: onReviewChanged,
  });
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;
  const nameRefused = failure?.code === 'name-taken' || refusal('name');

  const own = {
    name: newNameProblem(t, { name, check, max }),
    description:
      entries.description.length > MAX_DESCRIPTION_LENGTH
        ? t('take.descriptionTooLong', {
            max: String(MAX_DESCRIPTION_LENGTH),
            length: String(entries.description.length),
          })
        : undefined,
  };
  const impossible: Verdict | undefined =
    review && review.problems.length > 0
      ? {
          allowed: false,
          code: 'snapshot-not-ready',
          reason: review.problems[0].message,
        }
      : undefined;
  const verdict: Verdict =
    review && !review.verdict.allowed
      ? review.verdict
      : impossible ?? { allowed: true };

  /** Asks for it, unless name or description forbid to. */
  const send = (chosen: Options) => {
    if (!review || own.name || own.description) {
      return;
    }
    const request = {
      vmUid: review.vmUid,
      snapshotUid: review.snapshotUid,
      planHash: review.planHash,
      name,
      description: entries.description.trim() || undefined,
      ...chosen,
    };
    act.mutate(
      { operationId: actId(request), ...request },
      { onSuccess: options.onAccepted, onError: () => setRefusedName(name) },
    );
  };

  return {
    name,
    max,
    check,
    refusal,
    reviewChanged: reviewed.changed,
    verdict,
    problems: {
      name:
        own.name ??
        (nameRefused && refusedName === name ? failure?.message : undefined),
      description: own.description ?? refusal('description'),
    },
    pending: act.isPending,
    error:
      failure?.code === 'plan-changed' ||
      nameRefused ||
      ['description', ...options.fields].some(field => refusal(field))
        ? undefined
        : act.error ?? undefined,
    send,
  };
}
