// SPDX-License-Identifier: Apache-2.0
import {
  DEADLINE_SECONDS,
  MAX_DESCRIPTION_LENGTH,
  MAX_SNAPSHOT_NAME_LENGTH,
  suggestSnapshotName,
  type OperationView,
  type SnapshotNameProblem,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef, useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useAct } from '../../hooks/queries';
import { useNameCheck } from '../../hooks/useNameCheck';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { newOperationId } from '../../utils/operationId';

const MINUTES = {
  min: Math.ceil(DEADLINE_SECONDS.min / 60),
  default: DEADLINE_SECONDS.default / 60,
  max: DEADLINE_SECONDS.max / 60,
};

const NAME_TEXTS = {
  empty: 'take.nameEmpty',
  'too-long': 'take.nameTooLong',
  'upper-case': 'take.nameUpperCase',
  'bad-character': 'take.nameBadCharacter',
  'bad-edge': 'take.nameBadEdge',
} as const satisfies Record<SnapshotNameProblem, string>;

/** Field of the form that an error belongs to. */
type Field = 'name' | 'description' | 'deadline' | 'configurationOnly';

const REQUEST_FIELDS: Record<string, Field> = {
  name: 'name',
  description: 'description',
  deadlineSeconds: 'deadline',
  configurationOnly: 'configurationOnly',
};

/** State and rules of the form; it outlives every error. */
export function useTakeForm(options: {
  entity: EntityKey;
  vm: VmView;
  /** One snapshot is wanted now, rather than a schedule. */
  single: boolean;
  onTaken: (operation: OperationView) => void;
}) {
  const { entity, vm, onTaken } = options;
  const t = useTexts();
  // Made once, so that sending the form again is the same act.
  const [operationId] = useState(newOperationId);
  const [name, setName] = useState(() =>
    suggestSnapshotName(vm.ref.name, new Date(), viewerTimeZone()),
  );
  const [description, setDescription] = useState('');
  const [minutes, setMinutes] = useState(MINUTES.default);
  const [configurationOnly, setConfigurationOnly] = useState(false);
  const [tried, setTried] = useState(false);
  /** What was refused, so that changing it takes the complaint away. */
  const [refused, setRefused] = useState<{ field?: Field; name: string }>();
  const sending = useRef(false);
  // Whoever may only look would get a refusal.
  const check = useNameCheck(entity, name, {
    ask: options.single && vm.allowed.takeSnapshot.allowed,
  });
  const noDisk = !vm.disks.some(disk => disk.captured);

  const take = useAct(entity, operationId, api =>
    api.takeSnapshot(entity, {
      operationId,
      vmUid: vm.uid,
      name,
      description: description.trim() || undefined,
      deadlineSeconds: minutes * 60,
      configurationOnly: (noDisk && configurationOnly) || undefined,
    }),
  );

  const refusal = (field: Field) =>
    refused?.field === field ? apiFailure(take.error).message : undefined;

  const nameError = (): string | undefined => {
    if (check.problem) {
      return t(NAME_TEXTS[check.problem], {
        max: String(MAX_SNAPSHOT_NAME_LENGTH),
        length: String(name.length),
      });
    }
    if (refused?.field === 'name' && refused.name === name) {
      return refusal('name');
    }
    return check.taken && (check.taken.reason ?? t('take.nameTaken'));
  };
  const errors: Record<Field, string | undefined> = {
    name: nameError(),
    description:
      description.length > MAX_DESCRIPTION_LENGTH
        ? t('take.descriptionTooLong', {
            max: String(MAX_DESCRIPTION_LENGTH),
            length: String(description.length),
          })
        : refusal('description'),
    deadline:
      Number.isInteger(minutes) &&
      minutes >= MINUTES.min &&
      minutes <= MINUTES.max
        ? refusal('deadline')
        : t('take.deadlineInvalid', {
            min: String(MINUTES.min),
            max: String(MINUTES.max),
          }),
    configurationOnly:
      noDisk && !configurationOnly
        ? t('take.configurationOnlyNeeded')
        : refusal('configurationOnly'),
  };
  // A refusal by the backend doesn't forbid to send the same again.
  const invalid =
    Boolean(check.problem || check.taken) ||
    description.length > MAX_DESCRIPTION_LENGTH ||
    !Number.isInteger(minutes) ||
    minutes < MINUTES.min ||
    minutes > MINUTES.max ||
    (noDisk && !configurationOnly);

  const submit = () => {
    setTried(true);
    if (sending.current || invalid || !vm.allowed.takeSnapshot.allowed) {
      return;
    }
    sending.current = true;
    setRefused(undefined);
    take.mutate(undefined, {
      onSuccess: onTaken,
      onError: error => {
        const { code, field } = apiFailure(error);
        const at = code === 'name-taken' ? 'name' : REQUEST_FIELDS[field ?? ''];
        setRefused({ field: at, name });
      },
      onSettled: () => {
        sending.current = false;
      },
    });
  };

  return {
    values: { name, description, minutes, configurationOnly },
    set: {
      name: setName,
      description: setDescription,
      minutes: setMinutes,
      configurationOnly: setConfigurationOnly,
    },
    errors,
    /** Whether a submit was tried, so that the rest may complain too. */
    tried,
    check,
    noDisk,
    minuteLimits: MINUTES,
    pending: take.isPending,
    /** An error that belongs to no field. */
    error: take.error && refused && !refused.field ? take.error : undefined,
    submit,
  };
}
