// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type {
  ScheduledItem,
  ScheduleRun,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { ToneBadge } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import { runLook, scheduleLook } from './scheduleLooks';
import styles from './ScheduleRow.module.css';

/** State of a run as icon, colour and words. */
export function RunBadge({ run }: { run: ScheduleRun }) {
  const t = useTexts();
  const { icon, tone, label } = runLook(run.state);
  return (
    <ToneBadge icon={icon} tone={tone}>
      {t(label)}
    </ToneBadge>
  );
}

/** A run in one line: what became of it, and when it was due. */
export function RunLine(props: {
  run: ScheduleRun;
  which: 'scheduleState.last' | 'scheduleState.now';
  /** What stands above it and needs no repeating. */
  said?: string;
}) {
  const { run, which, said } = props;
  const t = useTexts();
  const { icon, tone, label } = runLook(run.state);
  return (
    <div>
      <div className={styles.line}>
        <ToneBadge icon={icon} tone={tone}>
          {t(which, { state: t(label) })}
        </ToneBadge>
        <Moment value={run.dueAt} />
      </div>
      {run.reason && !said?.includes(run.reason) && (
        <p className={surfaces.problem}>{run.reason}</p>
      )}
    </div>
  );
}

/** State of a schedule, why it is so, and how its last run went. */
export function ScheduleStatus({ item }: { item: ScheduledItem }) {
  const t = useTexts();
  const { icon, tone, label } = scheduleLook(item.state);
  const { reason, authorProblem, currentRun, lastRun } = item;
  return (
    <>
      <ToneBadge icon={icon} tone={tone}>
        {t(label)}
      </ToneBadge>
      {reason && (
        <div>
          {/* What a person has paused on purpose is no problem. */}
          <p
            className={
              item.state === 'suspended' ? surfaces.problem : styles.reason
            }
          >
            {reason.message}
          </p>
          {reason.by && (
            <Text as="p">
              {t('scheduleState.by', {
                person: <Person entityRef={reason.by} />,
              })}
            </Text>
          )}
          {reason.until && (
            <Text as="p">
              {t('scheduleState.until', {
                time: <Moment value={reason.until} />,
              })}
            </Text>
          )}
        </div>
      )}
      {authorProblem && (
        <div>
          <p className={surfaces.problem}>{authorProblem.message}</p>
          <Text as="p">
            {t('scheduleState.suspendedAt', {
              time: <Moment value={authorProblem.suspendedAt} />,
            })}
          </Text>
        </div>
      )}
      {currentRun && <RunLine run={currentRun} which="scheduleState.now" />}
      {lastRun && (
        <RunLine
          run={lastRun}
          which="scheduleState.last"
          said={reason?.message}
        />
      )}
      {item.failuresInRow > 0 && (
        <Text as="p">
          {t('scheduleState.failures', { count: item.failuresInRow })}
        </Text>
      )}
    </>
  );
}
