// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import {
  nextRuns,
  type ScheduledRun,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId, useMemo } from 'react';
import { useLocale } from '../../hooks/useLocale';
import { useNow } from '../../hooks/useNow';
import { useTexts } from '../../translations';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';

const COUNT = 5;

/** Weekday, date, time and zone of an instant, in a zone. */
export function formatRun(at: number, locale: string, timeZone: string) {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(at);
}

function Notes({ run }: { run: ScheduledRun }) {
  const t = useTexts();
  const locale = useLocale();
  const [date, time] = run.intended.split('T');
  const day = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(Date.parse(`${date}T00:00Z`));
  return (
    <>
      {run.notes.map(note => (
        <span key={note} className={styles.note}>
          {t(`runNote.${note}` as const, { time, date: day })}
        </span>
      ))}
    </>
  );
}

/** The next five runs, by the same function that the runner uses. */
export function NextRuns({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const locale = useLocale();
  const id = useId();
  const { rule, check, values, bounds } = form;
  const { timeZone } = values;
  // A minute is the least that a rule can tell apart.
  const minute = Math.floor(useNow(30_000).getTime() / 60_000) * 60_000;
  const runs = useMemo(() => {
    if (!check.ok) {
      return [];
    }
    const start = bounds.startAt ? Date.parse(bounds.startAt) - 1 : 0;
    const end = bounds.endAt ? Date.parse(bounds.endAt) : Infinity;
    return nextRuns(rule, timeZone, Math.max(minute, start), COUNT).filter(
      run => run.at < end,
    );
  }, [rule, check.ok, timeZone, bounds.startAt, bounds.endAt, minute]);

  if (!check.ok) {
    return null;
  }
  return (
    <div>
      <Text as="h3" variant="body-medium" weight="bold" id={id}>
        {t('schedule.nextRuns')}
      </Text>
      {runs.length === 0 ? (
        <Text as="p">{t('schedule.noRuns')}</Text>
      ) : (
        <ol className={styles.runs} aria-labelledby={id}>
          {runs.map(run => (
            <li key={run.at}>
              <time dateTime={new Date(run.at).toISOString()}>
                {formatRun(run.at, locale, timeZone)}
              </time>
              <Notes run={run} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
