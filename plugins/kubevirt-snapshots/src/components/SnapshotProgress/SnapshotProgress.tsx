// SPDX-License-Identifier: Apache-2.0
import { Text, VisuallyHidden } from '@backstage/ui';
import LinearProgress from '@material-ui/core/LinearProgress';
import {
  RiArrowRightCircleLine,
  RiCheckboxCircleLine,
  RiCheckboxBlankCircleLine,
  RiErrorWarningLine,
} from '@remixicon/react';
import {
  isUnfinished,
  type SnapshotItem,
  type StepView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useNow } from '../../hooks/useNow';
import { useTexts } from '../../translations';
import { formatClock } from '../../utils/format';
import surfaces from '../surfaces.module.css';
import styles from './SnapshotProgress.module.css';

const STEP_LOOKS = {
  done: { icon: RiCheckboxCircleLine, word: 'step.stateDone', style: '' },
  current: {
    icon: RiArrowRightCircleLine,
    word: 'step.stateCurrent',
    style: styles.current,
  },
  waiting: {
    icon: RiCheckboxBlankCircleLine,
    word: 'step.stateWaiting',
    style: '',
  },
  failed: {
    icon: RiErrorWarningLine,
    word: 'step.stateFailed',
    style: styles.failed,
  },
} as const;

function Step({ step }: { step: StepView }) {
  const t = useTexts();
  const { icon: Icon, word, style } = STEP_LOOKS[step.state];
  return (
    <li
      className={`${styles.step} ${style}`}
      aria-current={step.state === 'current' ? 'step' : undefined}
    >
      <Icon size={14} aria-hidden="true" />
      <span>
        {t(`step.${step.id}` as const)}
        {step.count &&
          ` (${t('step.count', {
            done: String(step.count.done),
            total: String(step.count.total),
          })})`}
        <VisuallyHidden>: {t(word)}</VisuallyHidden>
        {step.state === 'current' && step.count && (
          // The words beside it say the same.
          <LinearProgress
            aria-hidden="true"
            variant="determinate"
            value={(100 * step.count.done) / step.count.total}
          />
        )}
      </span>
    </li>
  );
}

function useDeadlineText(item: SnapshotItem, now: number) {
  const t = useTexts();
  // Before, the cluster hasn't got it; afterwards it doesn't count any more.
  if (item.state !== 'waiting' && item.state !== 'creating') {
    return undefined;
  }
  if (!item.deadlineAt) {
    return t('progress.noDeadline');
  }
  const left = new Date(item.deadlineAt).getTime() - now;
  return left > 0
    ? t('progress.left', { time: formatClock(left) })
    : t('progress.overdue');
}

function Clocks({ item }: { item: SnapshotItem }) {
  const t = useTexts();
  const now = useNow(1_000).getTime();
  const since = new Date(item.operation?.createdAt ?? item.requestedAt);
  const deadline = useDeadlineText(item, now);
  // A timer announces nothing by itself: it changes each second.
  return (
    <span role="timer" className={styles.clock}>
      <Text as="p" variant="body-small">
        {t('progress.elapsed', { time: formatClock(now - since.getTime()) })}
      </Text>
      {deadline && (
        <Text as="p" variant="body-small">
          {deadline}
        </Text>
      )}
    </span>
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
        <ol
          className={styles.steps}
          aria-label={t('progress.steps', { name: item.name })}
        >
          {item.steps.map(step => (
            <Step key={step.id} step={step} />
          ))}
        </ol>
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
