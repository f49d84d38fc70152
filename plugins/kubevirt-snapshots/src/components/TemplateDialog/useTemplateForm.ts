// SPDX-License-Identifier: Apache-2.0
import {
  checkParameterName,
  MAX_DESCRIPTION_LENGTH,
  MAX_TEMPLATE_NAME_LENGTH,
  type OperationView,
  type ParameterNameProblem,
  type TemplateRequest,
  type TemplateReview,
  type TemplateSlot,
  type TemplateUserData,
  type TemplateUserDataAction,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useOperationAct } from '../../hooks/queries';
import { useNewName, useTemplateReview } from '../../hooks/restoreQueries';
import { useActId } from '../../hooks/useActId';
import { useReviewed } from '../../hooks/useReviewed';
import { useTexts } from '../../translations';
import { newNameProblem } from '../NewNameField';

const PARAMETER_TEXTS = {
  empty: 'create.parameterEmpty',
  'too-long': 'create.parameterTooLong',
  'bad-character': 'create.parameterBad',
  reserved: 'create.parameterReserved',
} as const satisfies Record<ParameterNameProblem, string>;

/** A parameter as it is entered; its slot is chosen by a tick. */
export interface ParameterEntry {
  name: string;
  value: string;
  required: boolean;
}

/** What is entered about a volume with data for the first boot. */
export interface UserDataEntry {
  action: TemplateUserDataAction;
  parameterName: string;
  secretName: string;
}

interface Entries {
  /** Undefined: as it is proposed. */
  name?: string;
  description: string;
  parameters: Record<string, ParameterEntry>;
  userData: Record<string, UserDataEntry>;
  acknowledged: boolean;
}

const NOTHING: Entries = {
  description: '',
  parameters: {},
  userData: {},
  acknowledged: false,
};

/** Fields of the request that the form has a place for. */
const FIELDS = [
  'name',
  'description',
  'parameters',
  'userData',
  'notGeneralisedAcknowledged',
];

/** What a slot's parameter is when it is ticked. */
export function parameterOf({
  name,
  value = '',
}: TemplateSlot): ParameterEntry {
  return { name, value, required: false };
}

/** What becomes of the data when nothing is said. */
export function userDataOf({
  volume,
  secretName = '',
}: TemplateUserData): UserDataEntry {
  return {
    action: 'drop',
    parameterName: `${volume.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_DATA`,
    secretName,
  };
}

function parametersOf(review: TemplateReview, entries: Entries) {
  return review.slots.flatMap(({ slot, value = '' }) => {
    const entry = entries.parameters[slot];
    return entry
      ? [
          {
            slot,
            name: entry.name,
            value: entry.value === value ? undefined : entry.value,
            required: entry.required || undefined,
          },
        ]
      : [];
  });
}

function choicesOf(review: TemplateReview, entries: Entries) {
  return review.userData.flatMap(({ volume }) => {
    const entry = entries.userData[volume];
    if (!entry || entry.action === 'drop') {
      return [];
    }
    return [
      entry.action === 'parameter'
        ? {
            volume,
            action: entry.action,
            parameterName: entry.parameterName,
          }
        : { volume, action: entry.action, secretName: entry.secretName },
    ];
  });
}

/** State and rules of the form; it survives every error and every new review. */
export function useTemplateForm(options: {
  entity: EntityKey;
  snapshotName: string;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, snapshotName, onAccepted } = options;
  const t = useTexts();
  const actId = useActId();
  const query = useTemplateReview(entity, snapshotName);
  const review = query.data;
  const [entries, setEntries] = useState(NOTHING);
  // The first proposal stays: it must not turn into another while one reads.
  const [proposed, setProposed] = useState<string>();
  if (review && proposed === undefined) {
    setProposed(review.suggestedName);
  }
  const name = entries.name ?? proposed ?? '';
  const check = useNewName(entity, 'template', name);
  const make = useOperationAct<TemplateRequest>(entity, (api, request) =>
    api.makeTemplate(entity, snapshotName, request),
  );
  const failure = make.error ? apiFailure(make.error) : undefined;
  const [refusedName, setRefusedName] = useState<string>();
  const [tried, setTried] = useState(false);
  const enter = (patch: Partial<Entries>) =>
    setEntries(current => ({ ...current, ...patch }));
  const reviewed = useReviewed({
    hash: review?.planHash,
    refused: failure?.code === 'plan-changed',
    onChange: () => enter({ acknowledged: false }),
  });
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;

  const parameters = review ? parametersOf(review, entries) : [];
  const userData = review ? choicesOf(review, entries) : [];
  const names = [
    ...parameters.map(parameter => parameter.name),
    ...userData.flatMap(({ parameterName }) =>
      parameterName === undefined ? [] : [parameterName],
    ),
  ];
  const parameterProblem = (parameter: string) => {
    const problem = checkParameterName(parameter);
    if (problem) {
      return t(PARAMETER_TEXTS[problem]);
    }
    return names.filter(one => one === parameter).length > 1
      ? t('create.parameterTwice')
      : undefined;
  };
  const secretProblem = (secretName: string) =>
    secretName.trim() ? undefined : t('create.secretEmpty');
  const own = {
    name: newNameProblem(t, { name, check, max: MAX_TEMPLATE_NAME_LENGTH }),
    description:
      entries.description.length > MAX_DESCRIPTION_LENGTH
        ? t('take.descriptionTooLong', {
            max: String(MAX_DESCRIPTION_LENGTH),
            length: String(entries.description.length),
          })
        : undefined,
  };

  const submit = () => {
    setTried(true);
    if (
      !review ||
      !entries.acknowledged ||
      Object.values(own).some(Boolean) ||
      names.some(parameterProblem) ||
      userData.some(
        ({ secretName }) =>
          secretName !== undefined && secretProblem(secretName),
      )
    ) {
      return;
    }
    const content = {
      vmUid: review.vmUid,
      snapshotUid: review.snapshotUid,
      planHash: review.planHash,
      name,
      description: entries.description.trim() || undefined,
      parameters: parameters.length > 0 ? parameters : undefined,
      userData: userData.length > 0 ? userData : undefined,
      notGeneralisedAcknowledged: true,
    };
    make.mutate(
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
    enter,
    check,
    reviewChanged: reviewed.changed,
    verdict: (review && !review.verdict.allowed
      ? review.verdict
      : impossible ?? { allowed: true }) as Verdict,
    parameterProblem,
    /** An empty field complains only once it was tried to go on. */
    secretProblem: (secretName: string) =>
      tried ? secretProblem(secretName) : undefined,
    problems: {
      name:
        own.name ??
        (nameRefused && refusedName === name ? failure?.message : undefined),
      description: own.description ?? refusal('description'),
      parameters: refusal('parameters'),
      userData: refusal('userData'),
      acknowledged:
        tried && !entries.acknowledged
          ? t('review.tick')
          : refusal('notGeneralisedAcknowledged'),
    },
    pending: make.isPending,
    error:
      failure?.code === 'plan-changed' ||
      nameRefused ||
      FIELDS.some(field => refusal(field))
        ? undefined
        : make.error ?? undefined,
    submit,
  };
}

/** What {@link useTemplateForm} gives. */
export type TemplateForm = ReturnType<typeof useTemplateForm>;
