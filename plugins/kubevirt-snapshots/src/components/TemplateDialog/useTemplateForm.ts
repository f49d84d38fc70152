// SPDX-License-Identifier: Apache-2.0
import {
  checkParameterName,
  type OperationView,
  type ParameterNameProblem,
  type TemplateRequest,
  type TemplateReview,
  type TemplateSlot,
  type TemplateUserData,
  type TemplateUserDataAction,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import type { EntityKey } from '../../api';
import { useTemplateReview } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import {
  useNewFromSnapshot,
  type NewEntries,
  type NewOptions,
} from '../CreateDialog';

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

interface Entries extends NewEntries {
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

const FIELDS = ['parameters', 'userData', 'notGeneralisedAcknowledged'];

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
  const query = useTemplateReview(entity, snapshotName);
  const review = query.data;
  const [entries, setEntries] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const enter = (patch: Partial<Entries>) =>
    setEntries(current => ({ ...current, ...patch }));
  const { send, refusal, name, ...made } = useNewFromSnapshot<
    NewOptions<TemplateRequest>
  >({
    entity,
    kind: 'template',
    review,
    entries,
    fields: FIELDS,
    act: (api, request) => api.makeTemplate(entity, snapshotName, request),
    onAccepted,
    onReviewChanged: () => enter({ acknowledged: false }),
  });

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

  const submit = () => {
    setTried(true);
    if (
      !entries.acknowledged ||
      names.some(parameterProblem) ||
      userData.some(
        ({ secretName }) =>
          secretName !== undefined && secretProblem(secretName),
      )
    ) {
      return;
    }
    send({
      parameters: parameters.length > 0 ? parameters : undefined,
      userData: userData.length > 0 ? userData : undefined,
      notGeneralisedAcknowledged: true,
    });
  };

  return {
    ...made,
    query,
    review,
    entries: { ...entries, name },
    enter,
    parameterProblem,
    /** An empty field complains only once it was tried to go on. */
    secretProblem: (secretName: string) =>
      tried ? secretProblem(secretName) : undefined,
    problems: {
      ...made.problems,
      parameters: refusal('parameters'),
      userData: refusal('userData'),
      acknowledged:
        tried && !entries.acknowledged
          ? t('review.tick')
          : refusal('notGeneralisedAcknowledged'),
    },
    submit,
  };
}

/** What {@link useTemplateForm} gives. */
export type TemplateForm = ReturnType<typeof useTemplateForm>;
