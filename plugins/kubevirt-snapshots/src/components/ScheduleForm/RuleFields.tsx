// SPDX-License-Identifier: Apache-2.0
import {
  Checkbox,
  CheckboxGroup,
  NumberField,
  Radio,
  RadioGroup,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import { memo, useMemo } from 'react';
import { useLocale } from '../../hooks/useLocale';
import { useRuleText } from '../../hooks/useRuleText';
import { useTexts } from '../../translations';
import { weekdayNames } from '../../utils/lists';
import type { RuleDraft } from './ruleDraft';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';

/** Monday first; Sunday is 0. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];

const NTHS = ['1', '2', '3', '4', '-1'] as const;
const ONS = ['day', 'last-day', 'weekday'] as const;

interface PartProps {
  form: ScheduleFormState;
  draft: RuleDraft;
  change: (patch: Partial<RuleDraft>) => void;
}

function TimeField({ form, draft, change }: PartProps) {
  const t = useTexts();
  return (
    <TextField
      className={styles.short}
      label={t('schedule.time')}
      description={t('schedule.timeHint', { zone: form.values.timeZone })}
      isRequired
      // BUI's own list of types leaves it out; the field passes it on as it is.
      type={'time' as 'text'}
      validationBehavior="aria"
      value={draft.time}
      onChange={time => change({ time })}
      validate={() => (draft.time ? null : t('schedule.timeEmpty'))}
    />
  );
}

function DayFields({ draft, change }: PartProps) {
  const t = useTexts();
  const names = weekdayNames(useLocale());
  const empty = draft.days.length === 0;
  return (
    <CheckboxGroup
      label={t('schedule.days')}
      orientation="horizontal"
      className={styles.days}
      value={draft.days.map(String)}
      onChange={days => change({ days: days.map(Number) })}
      isInvalid={empty}
      description={empty ? t('schedule.daysEmpty') : undefined}
    >
      {WEEK.map(day => (
        <Checkbox key={day} value={String(day)}>
          {names[day]}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}

function MonthlyFields({ draft, change }: PartProps) {
  const t = useTexts();
  const names = weekdayNames(useLocale());
  const labels = {
    day: t('schedule.monthDay'),
    'last-day': t('schedule.lastDay'),
    weekday: t('schedule.monthWeekday'),
  };
  return (
    <>
      <RadioGroup
        label={t('schedule.monthlyOn')}
        value={draft.on}
        onChange={on => change({ on: on as RuleDraft['on'] })}
      >
        {ONS.map(on => (
          <Radio key={on} value={on}>
            {labels[on]}
          </Radio>
        ))}
      </RadioGroup>
      {draft.on === 'day' && (
        <NumberField
          className={styles.short}
          label={t('schedule.monthDayNumber')}
          description={
            draft.monthDay > 28
              ? t('schedule.standIn', { day: String(draft.monthDay) })
              : undefined
          }
          minValue={1}
          maxValue={31}
          value={draft.monthDay}
          onChange={monthDay => change({ monthDay })}
        />
      )}
      {draft.on === 'weekday' && (
        <div className={styles.row}>
          <Select
            label={t('schedule.nth')}
            options={NTHS.map(nth => ({
              value: nth,
              label: t(`schedule.nth_${nth === '-1' ? 'last' : nth}` as const),
            }))}
            value={String(draft.nth)}
            onChange={nth => change({ nth: Number(nth) as RuleDraft['nth'] })}
          />
          <Select
            label={t('schedule.weekday')}
            options={WEEK.map(day => ({
              value: String(day),
              label: names[day],
            }))}
            value={String(draft.weekday)}
            onChange={day => change({ weekday: Number(day) })}
          />
        </div>
      )}
    </>
  );
}

function CronField({ form, draft, change }: PartProps) {
  const t = useTexts();
  return (
    <TextField
      label={t('schedule.expression')}
      description={t('schedule.expressionHint')}
      isRequired
      validationBehavior="aria"
      value={draft.expression}
      onChange={expression => change({ expression })}
      validate={() => form.errors.rule ?? null}
      autoComplete="off"
      spellCheck="false"
    />
  );
}

/**
 * The time zone of the schedule, among all that the browser knows. Memorized:
 * there are hundreds of them, and typing elsewhere must not draw them anew.
 */
const ZoneField = memo(
  (props: {
    timeZone: string;
    problem?: string;
    set: ScheduleFormState['set'];
  }) => {
    const { timeZone, problem, set } = props;
    const t = useTexts();
    const options = useMemo(() => {
      const names = new Set([
        'UTC',
        timeZone,
        ...Intl.supportedValuesOf('timeZone'),
      ]);
      return [...names].map(value => ({ value, label: value }));
    }, [timeZone]);
    return (
      <Select
        label={t('schedule.timeZone')}
        description={problem}
        search={{ placeholder: t('schedule.timeZoneSearch') }}
        options={options}
        value={timeZone}
        onChange={zone => zone && set({ timeZone: String(zone) })}
      />
    );
  },
);
ZoneField.displayName = 'ZoneField';

/** What the rule says, in words. */
function Echo({ form }: { form: ScheduleFormState }) {
  const { text, clock } = useRuleText()(form.rule);
  return (
    <div role="status" className={styles.echo}>
      {form.check.ok && (
        <>
          <Text as="p" weight="bold">
            {text}
          </Text>
          <Text as="p" variant="body-small" color="secondary">
            {clock}
          </Text>
        </>
      )}
      {!form.check.ok && form.kind !== 'cron' && (
        <Text as="p">{form.check.reason}</Text>
      )}
      {form.check.ok && form.kind !== 'cron' && form.errors.rule && (
        <Text as="p" color="danger">
          {form.errors.rule}
        </Text>
      )}
    </div>
  );
}

/** When snapshots are taken. */
export function RuleFields({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const { kind, values } = form;
  const { draft } = values;
  const change = (patch: Partial<RuleDraft>) =>
    form.set({ draft: { ...draft, ...patch } });
  const part = { form, draft, change };
  return (
    <>
      {kind === 'hourly' && (
        <NumberField
          className={styles.short}
          label={t('schedule.minute')}
          description={form.existing ? undefined : t('schedule.minuteHint')}
          minValue={0}
          maxValue={59}
          value={draft.minute}
          onChange={minute => change({ minute })}
        />
      )}
      {kind === 'weekly' && <DayFields {...part} />}
      {kind === 'monthly' && <MonthlyFields {...part} />}
      {kind === 'cron' ? <CronField {...part} /> : null}
      {kind !== 'hourly' && kind !== 'cron' && <TimeField {...part} />}
      <ZoneField
        timeZone={values.timeZone}
        problem={form.errors.timeZone}
        set={form.set}
      />
      <Echo form={form} />
    </>
  );
}
