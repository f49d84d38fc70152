// SPDX-License-Identifier: Apache-2.0
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  NumberField,
  Radio,
  RadioGroup,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { DateTimeField } from '../DateTimeField';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';

/** What one rarely changes, with defaults that are fine. */
export function OptionFields({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const { values, errors, set, minuteLimits, existing } = form;
  const boundsHint = t('schedule.boundsHint', { zone: viewerTimeZone() });
  const touched = Boolean(
    existing &&
      (existing.startAt ||
        existing.endAt ||
        existing.snapshots?.labels ||
        existing.overlap === 'skip'),
  );
  return (
    <Accordion defaultExpanded={touched}>
      <AccordionTrigger title={t('schedule.options')} />
      <AccordionPanel>
        <div className={styles.panel}>
          <TextAreaField
            label={t('schedule.description')}
            rows={2}
            validationBehavior="aria"
            value={values.description}
            onChange={description => set({ description })}
            validate={() => errors.description ?? null}
          />
          <TextField
            label={t('schedule.snapshotDescription')}
            validationBehavior="aria"
            value={values.snapshotDescription}
            onChange={snapshotDescription => set({ snapshotDescription })}
            validate={() => errors.snapshotDescription ?? null}
          />
          <NumberField
            className={styles.short}
            label={t('schedule.deadline')}
            minValue={minuteLimits.min}
            maxValue={minuteLimits.max}
            step={1}
            validationBehavior="aria"
            value={values.minutes}
            onChange={minutes => set({ minutes })}
            validate={() => errors.minutes ?? null}
          />
          <TextAreaField
            label={t('schedule.labels')}
            description={t('schedule.labelsHint')}
            rows={2}
            validationBehavior="aria"
            value={values.labels}
            onChange={labels => set({ labels })}
            validate={() => errors.labels ?? null}
          />
          <RadioGroup
            label={t('schedule.overlap')}
            value={values.overlap}
            onChange={overlap =>
              set({ overlap: overlap === 'skip' ? 'skip' : 'wait' })
            }
          >
            <Radio value="wait">{t('schedule.overlapWait')}</Radio>
            <Radio value="skip">{t('schedule.overlapSkip')}</Radio>
          </RadioGroup>
          <NumberField
            className={styles.short}
            label={t('schedule.catchUp')}
            description={t('schedule.catchUpHint')}
            minValue={0}
            maxValue={10_080}
            step={1}
            validationBehavior="aria"
            value={values.catchUp}
            onChange={catchUp => set({ catchUp })}
            validate={() => errors.catchUp ?? null}
          />
          <NumberField
            className={styles.short}
            label={t('schedule.suspendAfter')}
            minValue={1}
            maxValue={100}
            step={1}
            validationBehavior="aria"
            value={values.suspendAfter}
            onChange={suspendAfter => set({ suspendAfter })}
            validate={() => errors.suspendAfter ?? null}
          />
          <div className={styles.grid}>
            <DateTimeField
              label={t('schedule.startAt')}
              description={boundsHint}
              value={values.startAt}
              onChange={startAt => set({ startAt })}
              problem={errors.startAt}
            />
            <DateTimeField
              label={t('schedule.endAt')}
              description={boundsHint}
              value={values.endAt}
              onChange={endAt => set({ endAt })}
              problem={errors.endAt}
            />
          </div>
        </div>
      </AccordionPanel>
    </Accordion>
  );
}
