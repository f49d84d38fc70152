// SPDX-License-Identifier: Apache-2.0
import { Text, VisuallyHidden } from '@backstage/ui';
import {
  simulateYear,
  type SimulatedYear,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useDeferredValue, useMemo } from 'react';
import { useLocale } from '../../hooks/useLocale';
import { useNow } from '../../hooks/useNow';
import { useTexts } from '../../translations';
import styles from './ScheduleForm.module.css';
import type { ScheduleFormState } from './useScheduleForm';

type KeptRule = SimulatedYear['moments'][number]['kept'][number]['rule'];

const WIDTH = 520;
const LEFT = 62;
const RIGHT = 38;
const ROW = 17;

/** The coarser the part that keeps it, the taller the mark. */
const HEIGHTS: Record<KeptRule, number> = {
  keepLast: 6,
  everything: 6,
  maxAgeDays: 6,
  daily: 8,
  weekly: 10,
  monthly: 12,
  yearly: 14,
};

const HOUR = 3_600_000;

function Legend({ rules }: { rules: KeptRule[] }) {
  const t = useTexts();
  return (
    <ul className={styles.legend}>
      {rules.map(rule => (
        <li key={rule}>
          <svg
            width="6"
            height="14"
            aria-hidden="true"
            className={styles[rule]}
          >
            <rect
              className={styles.mark}
              x="1"
              width="4"
              y={14 - HEIGHTS[rule]}
              height={HEIGHTS[rule]}
            />
          </svg>
          {t(`schedule.keptBy_${rule}` as const)}
        </li>
      ))}
    </ul>
  );
}

/** A month on each line, and on it the snapshots that are there then. */
function Picture({ year }: { year: SimulatedYear }) {
  const locale = useLocale();
  const width = WIDTH - LEFT - RIGHT;
  const x = (at: number) =>
    LEFT + ((at - year.from) / (year.until - year.from)) * width;
  const month = new Intl.DateTimeFormat(locale, {
    month: 'short',
    year: '2-digit',
  });
  const height = year.moments.length * ROW + 6;
  return (
    <svg
      className={styles.picture}
      viewBox={`0 0 ${WIDTH} ${height}`}
      aria-hidden="true"
    >
      {year.moments.map(({ at, kept }, i) => {
        const base = (i + 1) * ROW;
        return (
          <g key={at}>
            <text x={LEFT - 6} y={base} textAnchor="end">
              {month.format(at)}
            </text>
            <line
              className={styles.axis}
              x1={LEFT}
              x2={Math.max(LEFT + 1, x(at))}
              y1={base + 0.5}
              y2={base + 0.5}
            />
            {kept.map(each => (
              <rect
                key={each.at}
                className={`${styles.mark} ${styles[each.rule]}`}
                x={x(each.at) - 1}
                width="2"
                y={base - HEIGHTS[each.rule]}
                height={HEIGHTS[each.rule]}
              />
            ))}
            <text x={x(at) + 5} y={base}>
              {kept.length}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Table({ year }: { year: SimulatedYear }) {
  const t = useTexts();
  const locale = useLocale();
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  return (
    <VisuallyHidden>
      <table>
        <caption>{t('schedule.yearTable')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('schedule.yearOn')}</th>
            <th scope="col">{t('schedule.yearCount')}</th>
          </tr>
        </thead>
        <tbody>
          {year.moments.map(({ at, kept }) => (
            <tr key={at}>
              <th scope="row">{date.format(at)}</th>
              <td>{kept.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}

/** What the coming year would look like if every run succeeded. */
export function YearPicture({ form }: { form: ScheduleFormState }) {
  const t = useTexts();
  const locale = useLocale();
  const { rule, retention, values, check, bounds } = form;
  const { timeZone } = values;
  // Typing comes first; the picture follows.
  const wanted = useDeferredValue(
    JSON.stringify({ rule, retention, timeZone, ok: check.ok }),
  );
  const hour = Math.floor(useNow(60_000).getTime() / HOUR) * HOUR;
  const from = Math.max(hour, Date.parse(bounds.startAt ?? '') || 0);
  const year = useMemo(() => {
    const { ok, ...options } = JSON.parse(wanted);
    return ok ? simulateYear({ ...options, from }) : undefined;
  }, [wanted, from]);

  if (!year || year.runs === 0) {
    return null;
  }
  const number = new Intl.NumberFormat(locale);
  const last = year.moments[year.moments.length - 1].kept.length;
  const rules = [
    ...new Set(year.moments.flatMap(({ kept }) => kept.map(k => k.rule))),
  ];
  return (
    <div>
      <Text as="h3" variant="body-medium" weight="bold">
        {t('schedule.year')}
      </Text>
      <Text as="p" role="status">
        {year.cut
          ? t('schedule.yearCut', {
              date: new Intl.DateTimeFormat(locale, {
                dateStyle: 'long',
              }).format(year.until),
            })
          : t('schedule.yearText', {
              runs: number.format(year.runs),
              most: number.format(year.most),
              last: number.format(last),
            })}
      </Text>
      <Picture year={year} />
      <Legend rules={rules} />
      <Text as="p" variant="body-small" color="secondary">
        {t('schedule.yearPicture')}
      </Text>
      <Table year={year} />
    </div>
  );
}
