// SPDX-License-Identifier: Apache-2.0
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_VM_NAME_LENGTH,
  normaliseMacAddress,
  type CloneRequest,
  type OperationView,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useOperationAct } from '../../hooks/queries';
import { useCloneReview, useNewName } from '../../hooks/restoreQueries';
import { useActId } from '../../hooks/useActId';
import { useReviewed } from '../../hooks/useReviewed';
import { useTexts } from '../../translations';
import { newNameProblem } from '../NewNameField';
import { readLabels } from './labels';

const SERIAL = /^[-A-Za-z0-9_.]{1,64}$/;

/** What the person has entered. */
interface Entries {
  /** Undefined: as it is proposed. */
  name?: string;
  description: string;
  start: boolean;
  /** By interface; empty: a new one. */
  macs: Record<string, string>;
  serial: string;
  labels: string;
  keepAnnotations: boolean;
  keepInstanceLabels: boolean;
}

const NOTHING: Entries = {
  description: '',
  start: false,
  macs: {},
  serial: '',
  labels: '',
  keepAnnotations: true,
  keepInstanceLabels: false,
};

/** Fields of the request that the form has a place for. */
const FIELDS = ['name', 'description', 'serial', 'labels', 'macAddresses'];

/** State and rules of the form; it survives every error and every new review. */
export function useCloneForm(options: {
  entity: EntityKey;
  snapshotName: string;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, snapshotName, onAccepted } = options;
  const t = useTexts();
  const actId = useActId();
  const query = useCloneReview(entity, snapshotName);
  const review = query.data;
  const [entries, setEntries] = useState(NOTHING);
  // The first proposal stays: it must not turn into another while one reads.
  const [proposed, setProposed] = useState<string>();
  if (review && proposed === undefined) {
    setProposed(review.suggestedName);
  }
  const name = entries.name ?? proposed ?? '';
  const check = useNewName(entity, 'vm', name);
  const clone = useOperationAct<CloneRequest>(entity, (api, request) =>
    api.cloneSnapshot(entity, snapshotName, request),
  );
  const failure = clone.error ? apiFailure(clone.error) : undefined;
  const [refusedName, setRefusedName] = useState<string>();
  const reviewed = useReviewed({
    hash: review?.planHash,
    refused: failure?.code === 'plan-changed',
    onChange: () => {},
  });
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;

  const typedLabels = readLabels(
    t,
    entries.labels,
    Object.keys(review?.labels ?? {}),
  );
  const macs = Object.entries(entries.macs).filter(([, mac]) => mac.trim());
  const macProblem = (mac: string | undefined) =>
    mac?.trim() && !normaliseMacAddress(mac) ? t('create.macBad') : undefined;
  const own = {
    name: newNameProblem(t, { name, check, max: MAX_VM_NAME_LENGTH }),
    description:
      entries.description.length > MAX_DESCRIPTION_LENGTH
        ? t('take.descriptionTooLong', {
            max: String(MAX_DESCRIPTION_LENGTH),
            length: String(entries.description.length),
          })
        : undefined,
    serial:
      entries.serial && !SERIAL.test(entries.serial)
        ? t('create.serialBad')
        : undefined,
    labels: typedLabels.problem,
  };

  const submit = () => {
    if (
      !review ||
      Object.values(own).some(Boolean) ||
      macs.some(([, mac]) => macProblem(mac))
    ) {
      return;
    }
    const content = {
      vmUid: review.vmUid,
      snapshotUid: review.snapshotUid,
      planHash: review.planHash,
      name,
      description: entries.description.trim() || undefined,
      start: entries.start,
      macAddresses:
        macs.length > 0
          ? Object.fromEntries(
              macs.map(([one, mac]) => [one, normaliseMacAddress(mac) ?? '']),
            )
          : undefined,
      serial: entries.serial || undefined,
      labels:
        Object.keys(typedLabels.labels).length > 0
          ? typedLabels.labels
          : undefined,
      keepAnnotations: entries.keepAnnotations,
      keepInstanceLabels: entries.keepInstanceLabels,
    };
    clone.mutate(
      { operationId: actId(content), ...content },
      { onSuccess: onAccepted, onError: () => setRefusedName(name) },
    );
  };

  const nameRefused = failure?.code === 'name-taken' || refusal('name');
  const impossible: Verdict | undefined =
    review && review.problems.length > 0
      ? {
          allowed: false,
          code: 'snapshot-not-ready',
          reason: review.problems[0].message,
        }
      : undefined;
  return {
    query,
    review,
    entries: { ...entries, name },
    enter: (patch: Partial<Entries>) =>
      setEntries(current => ({ ...current, ...patch })),
    check,
    reviewChanged: reviewed.changed,
    verdict: (review && !review.verdict.allowed
      ? review.verdict
      : impossible ?? { allowed: true }) as Verdict,
    macProblem,
    problems: {
      name:
        own.name ??
        (nameRefused && refusedName === name ? failure?.message : undefined),
      description: own.description ?? refusal('description'),
      serial: own.serial ?? refusal('serial'),
      labels: own.labels ?? refusal('labels'),
      macAddresses: refusal('macAddresses'),
    },
    pending: clone.isPending,
    error:
      failure?.code === 'plan-changed' ||
      nameRefused ||
      FIELDS.some(field => refusal(field))
        ? undefined
        : clone.error ?? undefined,
    submit,
  };
}

/** What {@link useCloneForm} gives. */
export type CloneForm = ReturnType<typeof useCloneForm>;
