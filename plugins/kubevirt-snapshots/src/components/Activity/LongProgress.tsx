// SPDX-License-Identifier: Apache-2.0
import {
  RiCheckboxBlankCircleLine,
  RiCheckboxCircleLine,
} from '@remixicon/react';
import type {
  OperationView,
  RestoreProgress,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import { Elapsed, StepList, useTimeLeft } from '../StepList';
import surfaces from '../surfaces.module.css';
import styles from './Activity.module.css';

/** Per disk, once the cluster has told what the disks will be. */
function Disks({ disks }: { disks: RestoreProgress['disks'] }) {
  const t = useTexts();
  return (
    <ul className={styles.disks} aria-label={t('activity.disks')}>
      {disks.map(({ name, state }) => {
        const bound = state === 'bound';
        const Icon = bound ? RiCheckboxCircleLine : RiCheckboxBlankCircleLine;
        return (
          <li key={name}>
            <Icon size={14} aria-hidden="true" />
            {t('activity.disk', {
              name,
              state: bound
                ? t('activity.diskBound')
                : t('activity.diskWaiting'),
            })}
          </li>
        );
      })}
    </ul>
  );
}

/** What happens when the time of the step is over, in words. */
function useLimit(operation: OperationView): string | undefined {
  const t = useTexts();
  const left = useTimeLeft(operation.deadlineAt);
  if (!operation.deadlineAt || operation.finishedAt) {
    return undefined;
  }
  if (!left) {
    return t('activity.overdue');
  }
  const step = operation.steps?.find(({ state }) => state === 'current')?.id;
  if (step !== 'wait-off') {
    return t('activity.stepLimit', { time: left });
  }
  return operation.restore?.choices.power === 'five-minutes'
    ? t('activity.stopVmWithin', { time: left })
    : t('activity.waitsFor', { time: left });
}

/** Name of an operation while it runs. */
export function activityText(
  t: Texts,
  { type, target = '', power }: OperationView,
): string {
  switch (type) {
    case 'restore':
      return t('activity.restore');
    case 'clone':
      return t('activity.clone', { name: target });
    case 'template':
      return t('activity.template', { name: target });
    default:
      return power === 'stop' ? t('activity.stop') : t('activity.start');
  }
}

/** How far something that takes long is, and what is wrong with it. */
export function LongProgress({ operation }: { operation: OperationView }) {
  const t = useTexts();
  const { steps = [], restore, retrying, error } = operation;
  const limit = useLimit(operation);
  return (
    <div className={styles.progress}>
      {steps.length > 0 && (
        <StepList
          label={t('activity.steps')}
          steps={steps.map(step => ({
            ...step,
            label: t(`step.${step.id}` as const),
            details:
              step.id === 'claims' && restore && restore.disks.length > 0 ? (
                <Disks disks={restore.disks} />
              ) : undefined,
          }))}
        />
      )}
      <Elapsed since={operation.createdAt} limit={limit} />
      {restore?.safetySnapshot && (
        <p className={styles.line}>
          {t('activity.safety', { name: restore.safetySnapshot })}
        </p>
      )}
      {restore?.needsAttention && (
        <p className={surfaces.problem}>
          {t('activity.attention', { text: restore.needsAttention })}
        </p>
      )}
      {retrying && <p className={surfaces.problem}>{t('progress.retrying')}</p>}
      {error && <p className={surfaces.problem}>{error.message}</p>}
    </div>
  );
}
