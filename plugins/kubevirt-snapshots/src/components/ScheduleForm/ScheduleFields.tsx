// SPDX-License-Identifier: Apache-2.0
import { Alert, Select, Text, TextField } from '@backstage/ui';
import type {
  UsageCounter,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { FormError } from '../FormError';
import { NextRuns } from './NextRuns';
import { OptionFields } from './OptionFields';
import { RetentionFields } from './RetentionFields';
import { RuleFields } from './RuleFields';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';

function Counter({ counter }: { counter: UsageCounter }) {
  const t = useTexts();
  const used = String(counter.used);
  return (
    <dd>
      {counter.limit === undefined
        ? t('schedule.noLimit', { used })
        : t('schedule.counter', { used, limit: String(counter.limit) })}
    </dd>
  );
}

/** How much of what the platform allows is used. */
function Counters({ form, vm }: { form: ScheduleFormState; vm: VmView }) {
  const t = useTexts();
  const { limits } = form;
  if (!limits) {
    return null;
  }
  return (
    <div>
      <Text as="h3" variant="body-medium" weight="bold">
        {t('schedule.limits')}
      </Text>
      <dl className={styles.counters}>
        <dt>{t('schedule.ofSchedules')}</dt>
        <Counter counter={limits.schedulesOfVm} />
        <dt>{t('schedule.ofVm')}</dt>
        <Counter counter={limits.snapshotsOfVm} />
        <dt>{t('schedule.ofNamespace', { namespace: vm.ref.namespace })}</dt>
        <Counter counter={limits.snapshotsOfNamespace} />
      </dl>
      {limits.minimumIntervalMinutes !== undefined && (
        <Text as="p" variant="body-small" color="secondary">
          {t('schedule.minimumInterval', {
            count: limits.minimumIntervalMinutes,
          })}
        </Text>
      )}
      {limits.maximumKept !== undefined && (
        <Text as="p" variant="body-small" color="secondary">
          {t('schedule.maximumKept', { max: String(limits.maximumKept) })}
        </Text>
      )}
    </div>
  );
}

/** Settings that the platform team offers by name. */
function Presets(props: {
  form: ScheduleFormState;
  onKind: (kind: ScheduleFormState['kind']) => void;
}) {
  const { form, onKind } = props;
  const t = useTexts();
  const presets = form.limits?.presets ?? [];
  if (presets.length === 0 || form.existing) {
    return null;
  }
  return (
    <Select
      label={t('schedule.preset')}
      placeholder={t('schedule.presetNone')}
      options={presets.map(preset => ({
        value: preset.name,
        label: preset.description
          ? `${preset.title}: ${preset.description}`
          : preset.title,
      }))}
      onChange={name => {
        const preset = presets.find(each => each.name === name);
        if (preset) {
          form.usePreset(preset);
          onKind(preset.rule.kind);
        }
      }}
    />
  );
}

/** Everything that one sets about a schedule, with what will come of it. */
export function ScheduleFields(props: {
  form: ScheduleFormState;
  vm: VmView;
  onKind: (kind: ScheduleFormState['kind']) => void;
}) {
  const { form, vm, onKind } = props;
  const t = useTexts();
  const { verdict, values, errors, tried } = form;
  const nameError =
    tried || values.name.trim() !== '' ? errors.name : undefined;
  return (
    <div className={styles.fields}>
      {form.error && <FormError error={form.error} />}
      {!verdict.allowed && (
        <Alert status="warning" icon title={verdict.reason} role="status" />
      )}
      <Presets form={form} onKind={onKind} />
      <TextField
        label={t('schedule.name')}
        description={t('schedule.nameHint')}
        isRequired
        validationBehavior="aria"
        value={values.name}
        onChange={name => form.set({ name })}
        validate={() => nameError ?? null}
        autoComplete="off"
      />
      <RuleFields form={form} />
      <NextRuns form={form} />
      <RetentionFields form={form} />
      <OptionFields form={form} />
      <Counters form={form} vm={vm} />
    </div>
  );
}
