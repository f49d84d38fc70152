// SPDX-License-Identifier: Apache-2.0
import {
  checkRetention,
  checkRule,
  DEADLINE_SECONDS,
  MAX_RETENTION,
  removesSnapshots,
  RETENTION_FIELDS,
  shortestInterval,
  type RetentionField,
  type RetentionRule,
  type ScheduleAnswer,
  type ScheduledItem,
  type SchedulePreset,
  type ScheduleSettings,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useMemo, useRef, useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import {
  useScheduleAct,
  useScheduleLimits,
  useSchedulePreview,
} from '../../hooks/scheduleQueries';
import { useActId } from '../../hooks/useActId';
import { useDebounced } from '../../hooks/useDebounced';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { fromLocalInput, toLocalInput } from '../../utils/localTime';
import {
  draftOfRule,
  newRuleDraft,
  ruleOfDraft,
  type RuleDraft,
  type RuleKind,
} from './ruleDraft';

const MAX_NAME = 63;
const MAX_DESCRIPTION = 1000;
const MAX_LABELS = 10;

/** Everything that one can enter; an empty number is NaN. */
export interface ScheduleValues {
  name: string;
  description: string;
  timeZone: string;
  draft: RuleDraft;
  retention: Record<RetentionField, number>;
  minutes: number;
  snapshotDescription: string;
  labels: string;
  overlap: 'wait' | 'skip';
  catchUp: number;
  suspendAfter: number;
  startAt: string;
  endAt: string;
}

/** Fields of the form that can have a problem. */
export type ScheduleField =
  | Exclude<keyof ScheduleValues, 'draft' | 'retention'>
  | 'rule'
  | RetentionField;

function numbersOf(rule: RetentionRule): Record<RetentionField, number> {
  const numbers = {} as Record<RetentionField, number>;
  RETENTION_FIELDS.forEach(field => {
    numbers[field] = rule[field] ?? NaN;
  });
  return numbers;
}

/** What was entered; without a name it is called after its kind. */
type Entered = Omit<ScheduleValues, 'name'> & { name?: string };

function initialValues(existing: ScheduledItem | undefined): Entered {
  const snapshots = existing?.snapshots;
  return {
    name: existing?.name,
    description: existing?.description ?? '',
    timeZone: existing?.timeZone ?? viewerTimeZone(),
    draft: existing ? draftOfRule(existing.rule) : newRuleDraft(),
    retention: numbersOf(existing ? existing.retention : { keepLast: 7 }),
    minutes: (snapshots?.deadlineSeconds ?? DEADLINE_SECONDS.default) / 60,
    snapshotDescription: snapshots?.description ?? '',
    labels: Object.entries(snapshots?.labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join('\n'),
    overlap: existing?.overlap ?? 'wait',
    catchUp: existing?.catchUpMinutes ?? NaN,
    suspendAfter: existing?.suspendAfterFailures ?? 3,
    startAt: toLocalInput(existing?.startAt),
    endAt: toLocalInput(existing?.endAt),
  };
}

function labelsOf(text: string): Record<string, string> | undefined {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const labels: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at < 1) {
      return undefined;
    }
    labels[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return lines.length > MAX_LABELS ? undefined : labels;
}

function retentionOf(numbers: Record<RetentionField, number>): RetentionRule {
  return Object.fromEntries(
    RETENTION_FIELDS.filter(field => !Number.isNaN(numbers[field])).map(
      field => [field, numbers[field]],
    ),
  );
}

const isWhole = (value: number, min: number, max: number) =>
  Number.isInteger(value) && value >= min && value <= max;

const FIELDS: Record<string, ScheduleField> = {
  name: 'name',
  description: 'description',
  rule: 'rule',
  timeZone: 'timeZone',
  retention: 'keepLast',
  snapshots: 'labels',
  'snapshots.description': 'snapshotDescription',
  'snapshots.deadlineSeconds': 'minutes',
  overlap: 'overlap',
  catchUpMinutes: 'catchUp',
  suspendAfterFailures: 'suspendAfter',
  startAt: 'startAt',
  endAt: 'endAt',
};

/** Field of the form for a field of the settings, if there is one. */
function fieldOf(name: string): ScheduleField | undefined {
  const [group, part] = name.split('.');
  const kept = RETENTION_FIELDS.find(field => field === part);
  return (group === 'retention' && kept) || FIELDS[name] || FIELDS[group];
}

/** State and rules of the form of a schedule; it outlives every error. */
export function useScheduleForm(options: {
  entity: EntityKey;
  vm: Pick<VmView, 'uid'>;
  kind: RuleKind | 'single';
  existing?: ScheduledItem;
  onSaved: (answer: ScheduleAnswer) => void;
  /**
   * Gets the settings instead of their being saved for this VM: they are for
   * many, of which each is asked about by itself.
   */
  onSettings?: (settings: ScheduleSettings) => void;
}) {
  const { entity, vm, existing, onSaved, onSettings } = options;
  const active = options.kind !== 'single';
  const kind = options.kind === 'single' ? 'daily' : options.kind;
  const t = useTexts();
  const actId = useActId();
  const [entered, setEntered] = useState(() => initialValues(existing));
  const values: ScheduleValues = {
    ...entered,
    name: entered.name ?? t(`schedule.${kind}` as const),
  };
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<{
    field: ScheduleField;
    text: string;
  }>();
  const sending = useRef(false);
  const limits = useScheduleLimits(entity, active).data;

  const set = useCallback((patch: Partial<ScheduleValues>) => {
    setEntered(current => ({ ...current, ...patch }));
    setRefused(undefined);
  }, []);
  const rule = useMemo(
    () => ruleOfDraft(kind, values.draft),
    [kind, values.draft],
  );
  const check = useMemo(
    () => checkRule(rule, values.timeZone),
    [rule, values.timeZone],
  );
  const retention = useMemo(
    () => retentionOf(values.retention),
    [values.retention],
  );
  const untouched = (text: string, was: string | undefined) =>
    text === toLocalInput(was) ? was : fromLocalInput(text);
  const startAt = untouched(values.startAt, existing?.startAt);
  const endAt = untouched(values.endAt, existing?.endAt);
  const labels = labelsOf(values.labels);
  const retentionIsFine = checkRetention(retention).ok;

  const request =
    active && check.ok && retentionIsFine
      ? {
          rule,
          timeZone: values.timeZone,
          retention,
          startAt,
          endAt,
          scheduleId: existing?.id,
        }
      : undefined;
  const settled = useDebounced(JSON.stringify(request), 400);
  const preview = useSchedulePreview(
    entity,
    useMemo(
      () => (settled === undefined ? undefined : JSON.parse(settled)),
      [settled],
    ),
  );
  // What the backend found about settings that are still the ones it saw.
  const found =
    request && settled === JSON.stringify(request) && !preview.isPlaceholderData
      ? preview.data?.problems ?? []
      : [];

  const interval = check.ok ? shortestInterval(rule) : undefined;
  const minimum = limits?.minimumIntervalMinutes;

  /** Problems that forbid to send. */
  const problems: Partial<Record<ScheduleField, string>> = {};
  const tooLong = (text: string, max: number) =>
    text.trim().length > max
      ? t('schedule.tooLong', {
          max: String(max),
          length: String(text.trim().length),
        })
      : undefined;
  const note = (field: ScheduleField, text: string | undefined) => {
    if (text && !problems[field]) {
      problems[field] = text;
    }
  };
  note('name', values.name.trim() ? undefined : t('schedule.nameEmpty'));
  note('name', tooLong(values.name, MAX_NAME));
  note('description', tooLong(values.description, MAX_DESCRIPTION));
  note(
    'snapshotDescription',
    tooLong(values.snapshotDescription, MAX_DESCRIPTION),
  );
  if (!check.ok) {
    note(check.code === 'time-zone' ? 'timeZone' : 'rule', check.reason);
  }
  if (minimum !== undefined && interval !== undefined && interval < minimum) {
    note('rule', t('schedule.tooOften', { count: minimum }));
  }
  RETENTION_FIELDS.forEach(field => {
    const value = values.retention[field];
    if (!Number.isNaN(value) && !isWhole(value, 1, MAX_RETENTION[field])) {
      note(
        field,
        t('schedule.countInvalid', { max: String(MAX_RETENTION[field]) }),
      );
    }
  });
  if (
    !onSettings &&
    limits &&
    !limits.retention.allowed &&
    removesSnapshots(retention)
  ) {
    note('keepLast', limits.retention.reason);
  }
  const minuteLimits = {
    min: Math.ceil(DEADLINE_SECONDS.min / 60),
    max: DEADLINE_SECONDS.max / 60,
  };
  if (!isWhole(values.minutes, minuteLimits.min, minuteLimits.max)) {
    note(
      'minutes',
      t('take.deadlineInvalid', {
        min: String(minuteLimits.min),
        max: String(minuteLimits.max),
      }),
    );
  }
  note('labels', labels ? undefined : t('schedule.labelsInvalid'));
  if (!Number.isNaN(values.catchUp) && !isWhole(values.catchUp, 0, 10_080)) {
    note('catchUp', t('schedule.catchUpInvalid'));
  }
  if (!isWhole(values.suspendAfter, 1, 100)) {
    note('suspendAfter', t('schedule.suspendAfterInvalid'));
  }
  if (startAt && endAt && Date.parse(endAt) <= Date.parse(startAt)) {
    note('endAt', t('schedule.endBeforeStart'));
  }
  const invalid = Object.keys(problems).length > 0;

  const errors = { ...problems };
  found.forEach(({ field, message }) => {
    const at = fieldOf(field) ?? 'rule';
    errors[at] = errors[at] ?? message;
  });
  if (refused) {
    errors[refused.field] = errors[refused.field] ?? refused.text;
  }

  const act = useScheduleAct<ScheduleSettings>(entity, (api, settings) => {
    const common = {
      operationId: actId({ ...settings, id: existing?.id }),
      vmUid: vm.uid,
      ...settings,
    };
    return existing
      ? api.updateSchedule(entity, existing.id, {
          ...common,
          revision: existing.revision,
        })
      : api.createSchedule(entity, common);
  });
  const verdict = existing
    ? existing.allowed.update
    : (!onSettings && limits?.create) || { allowed: true as const };

  const submit = () => {
    setTried(true);
    if (sending.current || invalid || !verdict.allowed || !labels) {
      return;
    }
    const settings: ScheduleSettings = {
      name: values.name.trim(),
      description: values.description.trim() || undefined,
      rule,
      timeZone: values.timeZone,
      retention,
      snapshots: {
        description: values.snapshotDescription.trim() || undefined,
        deadlineSeconds: values.minutes * 60,
        labels: Object.keys(labels).length > 0 ? labels : undefined,
        configurationOnly: existing?.snapshots?.configurationOnly,
      },
      overlap: values.overlap,
      catchUpMinutes: Number.isNaN(values.catchUp) ? undefined : values.catchUp,
      suspendAfterFailures: values.suspendAfter,
      startAt,
      endAt,
    };
    if (onSettings) {
      onSettings(settings);
      return;
    }
    sending.current = true;
    act.mutate(settings, {
      onSuccess: onSaved,
      onError: error => {
        const { field, message } = apiFailure(error);
        const at = fieldOf(field ?? '');
        if (at) {
          setRefused({ field: at, text: message });
        }
      },
      onSettled: () => {
        sending.current = false;
      },
    });
  };

  const usePreset = (preset: SchedulePreset) =>
    set({
      draft: { ...values.draft, ...draftOfRule(preset.rule) },
      retention: numbersOf(preset.retention),
    });

  return {
    kind,
    values,
    set,
    rule,
    check,
    retention,
    bounds: { startAt, endAt },
    limits,
    preview,
    /** A problem is shown once its field can't be empty by chance any more. */
    errors,
    tried,
    verdict,
    minuteLimits,
    pending: act.isPending,
    error: act.error && !refused ? act.error : undefined,
    existing,
    usePreset,
    submit,
  };
}

export type ScheduleFormState = ReturnType<typeof useScheduleForm>;
