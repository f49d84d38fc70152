// SPDX-License-Identifier: Apache-2.0
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  NumberField,
  Text,
} from '@backstage/ui';
import {
  MAX_RETENTION,
  type RetentionField,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure } from '../../api';
import { useTexts } from '../../translations';
import { PlanLists } from './PlanLists';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';
import { YearPicture } from './YearPicture';

const MORE = ['maxAgeDays', 'daily', 'weekly', 'monthly', 'yearly'] as const;

const LABELS = {
  keepLast: 'schedule.keepLast',
  maxAgeDays: 'schedule.maxAgeDays',
  daily: 'schedule.perDay',
  weekly: 'schedule.perWeek',
  monthly: 'schedule.perMonth',
  yearly: 'schedule.perYear',
} as const satisfies Record<RetentionField, string>;

function CountField(props: {
  form: ScheduleFormState;
  field: RetentionField;
  description?: string;
}) {
  const { form, field, description } = props;
  const t = useTexts();
  const { retention } = form.values;
  return (
    <NumberField
      className={styles.short}
      label={t(LABELS[field])}
      description={description}
      minValue={1}
      maxValue={MAX_RETENTION[field]}
      step={1}
      validationBehavior="aria"
      value={retention[field]}
      onChange={value =>
        form.set({ retention: { ...retention, [field]: value } })
      }
      validate={() => form.errors[field] ?? null}
    />
  );
}

/** What would be kept and removed at this moment. */
function Plan({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const { data, error } = form.preview;
  if (!form.existing) {
    return null;
  }
  return (
    <div role="status">
      <Text as="h3" variant="body-medium" weight="bold">
        {t('schedule.plan')}
      </Text>
      {data && <PlanLists plan={data.plan} />}
      {!data && (
        <Text as="p">
          {error
            ? t('schedule.planFailed', { message: apiFailure(error).message })
            : t('schedule.planLoading')}
        </Text>
      )}
    </div>
  );
}

/** What is kept of the snapshots that the schedule takes. */
export function RetentionFields({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const { retention } = form.values;
  return (
    <div className={styles.fields}>
      <Text as="h3" variant="title-x-small">
        {t('schedule.retention')}
      </Text>
      <CountField
        form={form}
        field="keepLast"
        description={t('schedule.keepLastHint')}
      />
      <Accordion defaultExpanded={MORE.some(f => retention[f] >= 1)}>
        <AccordionTrigger title={t('schedule.more')} />
        <AccordionPanel>
          <div className={styles.panel}>
            <div className={styles.grid}>
              {MORE.map(field => (
                <CountField
                  key={field}
                  form={form}
                  field={field}
                  description={
                    field === 'maxAgeDays'
                      ? t('schedule.maxAgeHint')
                      : undefined
                  }
                />
              ))}
            </div>
          </div>
        </AccordionPanel>
      </Accordion>
      <Text as="p" variant="body-small" color="secondary">
        {t('schedule.safe')}
      </Text>
      <Plan form={form} />
      <YearPicture form={form} />
    </div>
  );
}
