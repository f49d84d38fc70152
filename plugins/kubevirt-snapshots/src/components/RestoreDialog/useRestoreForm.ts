// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  RestoreChoices,
  RestorePlan,
  RestoreSnapshotRequest,
  Verdict,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useOperationAct } from '../../hooks/queries';
import { useRestorePlan } from '../../hooks/restoreQueries';
import { useActId } from '../../hooks/useActId';
import { useReviewed } from '../../hooks/useReviewed';
import { useTexts } from '../../translations';
import { reasonProblem } from '../ReasonField';

/** What the person has entered; it survives every error and every new plan. */
function useEntries(initial: Partial<RestoreChoices> | undefined) {
  const [chosen, setChosen] = useState<Partial<RestoreChoices>>(initial ?? {});
  const [typedName, setTypedName] = useState('');
  const [acknowledged, setAcknowledged] = useState(false);
  const [reason, setReason] = useState('');
  return {
    chosen,
    choose: (patch: Partial<RestoreChoices>) =>
      setChosen(current => ({ ...current, ...patch })),
    typedName,
    setTypedName,
    acknowledged,
    setAcknowledged,
    reason,
    setReason,
    /** What was confirmed of a plan isn't confirmed of another. */
    unconfirm: () => {
      setTypedName('');
      setAcknowledged(false);
    },
  };
}

/** The names that have to be committed outside; none when none change. */
export function namesToCommit(plan: RestorePlan, choices: RestoreChoices) {
  return choices.volumes === 'new-names' ? plan.gitOps?.names ?? [] : [];
}

/** Why the plan can't be carried out with these choices. */
function refusalOf(plan: RestorePlan, choices: RestoreChoices) {
  const of = <T extends string>(
    options: readonly { value: T; verdict: Verdict }[],
    value: T,
  ) => options.find(option => option.value === value)?.verdict;
  const verdicts = [
    plan.allowed,
    plan.power.running ? of(plan.power.options, choices.power) : undefined,
    of(plan.volumes.options, choices.volumes),
  ];
  return verdicts.find(verdict => verdict && !verdict.allowed);
}

/** State and rules of the form. */
export function useRestoreForm(options: {
  entity: EntityKey;
  vm: VmView;
  snapshotName: string;
  /** Of an earlier try. */
  choices?: RestoreChoices;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, vm, snapshotName, onAccepted } = options;
  const t = useTexts();
  const actId = useActId();
  const query = useRestorePlan(entity, snapshotName);
  const plan = query.data;
  const entries = useEntries(options.choices);
  const [tried, setTried] = useState(false);
  const restore = useOperationAct<RestoreSnapshotRequest>(
    entity,
    (api, request) => api.restoreSnapshot(entity, snapshotName, request),
  );
  const failure = restore.error ? apiFailure(restore.error) : undefined;
  const reviewed = useReviewed({
    hash: plan?.hash,
    refused: failure?.code === 'plan-changed',
    onChange: entries.unconfirm,
  });

  const choices = plan && { ...plan.defaults, ...entries.chosen };
  if (choices && plan) {
    // What can't be is not asked for, whatever was chosen before.
    choices.safetySnapshot &&= plan.safety.verdict.allowed;
    choices.startAfterwards &&= plan.power.start.allowed;
  }
  const names = plan && choices ? namesToCommit(plan, choices) : [];
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;
  const wrongName =
    plan?.typedNameRequired === true && entries.typedName !== vm.ref.name;
  const unread = names.length > 0 && !entries.acknowledged;

  const submit = () => {
    setTried(true);
    if (
      !plan ||
      !choices ||
      wrongName ||
      unread ||
      reasonProblem(t, entries.reason, plan.reasonRequired)
    ) {
      return;
    }
    const content = {
      ...choices,
      vmUid: plan.vmUid,
      snapshotUid: plan.snapshot.uid,
      planHash: plan.hash,
      typedName: plan.typedNameRequired ? entries.typedName : undefined,
      acknowledgedNames:
        names.length > 0 ? names.map(({ claim }) => claim) : undefined,
      reason: entries.reason.trim() || undefined,
    };
    restore.mutate(
      { operationId: actId(content), ...content },
      { onSuccess: onAccepted },
    );
  };

  const fieldRefused = ['typedName', 'acknowledgedNames', 'reason'].some(
    field => refusal(field),
  );
  return {
    query,
    plan,
    choices,
    entries,
    names,
    tried,
    /** The plan is another one than that which was shown first. */
    planChanged: reviewed.changed,
    verdict:
      (plan && choices && refusalOf(plan, choices)) ??
      ({ allowed: true } as const),
    problems: {
      typedName:
        tried && wrongName ? t('restore.wrongName') : refusal('typedName'),
      acknowledged:
        tried && unread ? t('review.tick') : refusal('acknowledgedNames'),
      reason: refusal('reason'),
    },
    pending: restore.isPending,
    /** An error that belongs to no field and isn't told otherwise. */
    error:
      fieldRefused || failure?.code === 'plan-changed'
        ? undefined
        : restore.error ?? undefined,
    submit,
  };
}

/** What {@link useRestoreForm} gives. */
export type RestoreForm = ReturnType<typeof useRestoreForm>;
