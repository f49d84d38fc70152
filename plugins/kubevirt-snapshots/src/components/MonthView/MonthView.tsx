// SPDX-License-Identifier: Apache-2.0
import { Button, Link, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import {
  RiArrowLeftSLine,
  RiArrowRightSLine,
  RiCameraLine,
  RiCloseCircleLine,
  RiTimeLine,
} from '@remixicon/react';
import type {
  ScheduleCalendar,
  ScheduledItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo } from 'react';
import { revokesView, type EntityKey } from '../../api';
import { useScheduleCalendar } from '../../hooks/scheduleQueries';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { weekdayNames } from '../../utils/lists';
import { ErrorState } from '../ErrorState';
import { runLook } from '../ScheduleRow';
import { dayKey, monthKey, monthWeeks, shiftMonth } from './monthDays';
import styles from './MonthView.module.css';

/** What a day shows at most of each kind; the rest is counted. */
const SHOWN = 3;

interface Day {
  snapshots: ScheduleCalendar['snapshots'];
  runs: ScheduleCalendar['runs'];
  coming: Map<string, number[]>;
}

function byDay(calendar: ScheduleCalendar): Map<string, Day> {
  const days = new Map<string, Day>();
  const day = (at: string): Day => {
    const key = dayKey(new Date(at));
    const known = days.get(key) ?? {
      snapshots: [],
      runs: [],
      coming: new Map<string, number[]>(),
    };
    days.set(key, known);
    return known;
  };
  calendar.snapshots.forEach(each => day(each.at).snapshots.push(each));
  calendar.runs.forEach(run => day(run.dueAt).runs.push(run));
  calendar.coming.forEach(({ scheduleId, at }) => {
    const { coming } = day(at);
    coming.set(scheduleId, [...(coming.get(scheduleId) ?? []), Date.parse(at)]);
  });
  return days;
}

function DayContent(props: {
  day: Day;
  names: Map<string, string>;
  snapshotHref: (name: string) => string;
  scheduleHref: (id: string) => string;
}) {
  const { day, names, snapshotHref, scheduleHref } = props;
  const t = useTexts();
  const locale = useLocale();
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const nameOf = (id: string) => names.get(id) ?? t('month.unknownSchedule');
  const more = (count: number) =>
    count > SHOWN && <li>{t('month.more', { count: count - SHOWN })}</li>;
  return (
    <ul className={styles.items}>
      {day.snapshots.slice(0, SHOWN).map(snapshot => (
        <li key={snapshot.name} className={styles.past}>
          <RiCameraLine size={14} aria-hidden="true" />
          <Link href={snapshotHref(snapshot.name)}>
            <VisuallyHidden>
              {t('month.taken', { name: snapshot.name })}{' '}
            </VisuallyHidden>
            {time.format(new Date(snapshot.at))}
            {snapshot.scheduleId ? ` ${nameOf(snapshot.scheduleId)}` : ''}
          </Link>
        </li>
      ))}
      {more(day.snapshots.length)}
      {day.runs.slice(0, SHOWN).map(run => (
        <li key={run.id} className={styles.run}>
          <RiCloseCircleLine size={14} aria-hidden="true" />
          <Link href={scheduleHref(run.scheduleId)}>
            {time.format(new Date(run.dueAt))}{' '}
            {t('month.run', {
              state: t(runLook(run.state).label),
              name: nameOf(run.scheduleId),
            })}
          </Link>
        </li>
      ))}
      {more(day.runs.length)}
      {[...day.coming].map(([id, times]) => (
        <li key={id} className={styles.coming}>
          <RiTimeLine size={14} aria-hidden="true" />
          <Link href={scheduleHref(id)}>
            {times.length === 1
              ? t('month.comingOne', {
                  time: time.format(times[0]),
                  name: nameOf(id),
                })
              : t('month.comingMany', {
                  count: times.length,
                  name: nameOf(id),
                })}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Legend() {
  const t = useTexts();
  return (
    <ul className={styles.legend}>
      <li>
        <RiCameraLine size={14} aria-hidden="true" /> {t('month.legendPast')}
      </li>
      <li>
        <RiCloseCircleLine size={14} aria-hidden="true" />{' '}
        {t('month.legendRun')}
      </li>
      <li>
        <RiTimeLine size={14} aria-hidden="true" /> {t('month.legendComing')}
      </li>
    </ul>
  );
}

/** A month of the VM: its snapshots, and the ones to come. */
export function MonthView(props: {
  entity: EntityKey;
  schedules: ScheduledItem[];
  /** `2026-11`; this month when absent. */
  month?: string;
  onMonth: (month: string | undefined) => void;
  snapshotHref: (name: string) => string;
  scheduleHref: (id: string) => string;
}) {
  const { entity, schedules, onMonth, snapshotHref, scheduleHref } = props;
  const t = useTexts();
  const locale = useLocale();
  const today = new Date();
  const month = props.month ?? monthKey(today);
  const weeks = useMemo(() => monthWeeks(month), [month]);
  const from = weeks[0][0].date;
  const lastDay = weeks[weeks.length - 1][6].date;
  const to = new Date(
    lastDay.getFullYear(),
    lastDay.getMonth(),
    lastDay.getDate() + 1,
  );
  const { data, error, isPlaceholderData, refetch } = useScheduleCalendar(
    entity,
    from.toISOString(),
    to.toISOString(),
  );
  const calendar = error && revokesView(error) ? undefined : data;
  const days = useMemo(
    () => (calendar ? byDay(calendar) : new Map<string, Day>()),
    [calendar],
  );
  const names = useMemo(
    () => new Map(schedules.map(each => [each.id, each.name])),
    [schedules],
  );
  const title = new Intl.DateTimeFormat(locale, {
    month: 'long',
    year: 'numeric',
  }).format(new Date(`${month}-15T12:00`));
  const weekdays = weekdayNames(locale, 'short');

  const body = () => {
    if (!calendar) {
      return error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : (
        <div role="status" aria-busy="true">
          <VisuallyHidden>{t('month.loading')}</VisuallyHidden>
          <Skeleton width="100%" height={320} />
        </div>
      );
    }
    return (
      <>
        <table
          className={styles.month}
          aria-busy={isPlaceholderData}
          aria-label={t('month.label', { month: title })}
        >
          <thead>
            <tr>
              {[1, 2, 3, 4, 5, 6, 0].map(day => (
                <th key={day} scope="col">
                  {weekdays[day]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map(week => (
              <tr key={week[0].key}>
                {week.map(({ key, date, inMonth }) => {
                  const day = days.get(key);
                  return (
                    <td
                      key={key}
                      data-outside={!inMonth || undefined}
                      data-empty={!day || undefined}
                      aria-current={key === dayKey(today) ? 'date' : undefined}
                    >
                      <time dateTime={key} className={styles.date}>
                        <span aria-hidden="true" className={styles.number}>
                          {date.getDate()}
                        </span>
                        <span className={styles.full}>
                          {new Intl.DateTimeFormat(locale, {
                            weekday: 'short',
                            day: 'numeric',
                            month: 'long',
                          }).format(date)}
                        </span>
                      </time>
                      {day && (
                        <DayContent
                          day={day}
                          names={names}
                          snapshotHref={snapshotHref}
                          scheduleHref={scheduleHref}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        {calendar.truncated && (
          <Text as="p" role="status">
            {t('month.truncated')}
          </Text>
        )}
      </>
    );
  };

  return (
    <section
      className={styles.root}
      aria-label={t('month.label', { month: title })}
    >
      <div className={styles.bar}>
        <Button
          variant="secondary"
          size="small"
          aria-label={t('month.previous')}
          iconStart={<RiArrowLeftSLine aria-hidden="true" />}
          onPress={() => onMonth(shiftMonth(month, -1))}
        />
        <div role="status">
          <Text as="h3" variant="title-x-small">
            {title}
          </Text>
        </div>
        <Button
          variant="secondary"
          size="small"
          aria-label={t('month.next')}
          iconStart={<RiArrowRightSLine aria-hidden="true" />}
          onPress={() => onMonth(shiftMonth(month, 1))}
        />
        <Button
          variant="tertiary"
          size="small"
          onPress={() => onMonth(undefined)}
        >
          {t('month.today')}
        </Button>
        <Text color="secondary">
          {t('month.zone', { zone: viewerTimeZone() })}
        </Text>
      </div>
      {body()}
      <Legend />
    </section>
  );
}
