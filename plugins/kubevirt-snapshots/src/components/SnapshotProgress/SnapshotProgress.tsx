// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  type SnapshotItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { Elapsed, StepList, useTimeLeft } from '../StepList';
import styles from '../StepList/StepList.module.css';
import surfaces from '../surfaces.module.css';

function Clocks({ item }: { item: SnapshotItem }) {
  const t = useTexts();
  const left = useTimeLeft(item.deadlineAt);
  const deadline = () => {
    // Before, the cluster hasn't got it; afterwards it doesn't count any more.
    if (item.state !== 'waiting' && item.state !== 'creating') {
      return undefined;
    }
    if (!item.deadlineAt) {
      return t('progress.noDeadline');
    }
    return left ? t('progress.left', { time: left }) : t('progress.overdue');
  };
  return (
    <Elapsed
      since={item.operation?.createdAt ?? item.requestedAt}
      limit={deadline()}
    />
  );
}

/** Whether there is progress to show: also while the storage is still busy. */
export function isInProgress(item: SnapshotItem): boolean {
  return isUnfinished(item.state) || item.state === 'taken';
}

/**
 * How far an unfinished snapshot is: its steps, its time, and the cluster's
 * own words when something is wrong.
 */
export function SnapshotProgress({ item }: { item: SnapshotItem }) {
  const t = useTexts();
  return (
    <div className={styles.root}>
      {item.steps && item.steps.length > 0 && (
        <StepList
          label={t('progress.steps', { name: item.name })}
          steps={item.steps.map(step => ({
            ...step,
            label: t(`step.${step.id}` as const),
          }))}
        />
      )}
      <Clocks item={item} />
      {item.operation?.retrying && (
        <p className={surfaces.problem}>{t('progress.retrying')}</p>
      )}
      {item.problem && (
        <p className={surfaces.problem}>
          {t('progress.problem', { text: item.problem })}
        </p>
      )}
    </div>
  );
}
