// SPDX-License-Identifier: Apache-2.0
import { Link, Text } from '@backstage/ui';
import type {
  ScheduleDetails,
  ScheduleRun,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { formatClock } from '../../utils/format';
import { Section } from '../Drawer';
import { Moment } from '../Moment';
import { Pages } from '../Pages';
import { Person } from '../Person';
import { RunBadge } from '../ScheduleRow';
import surfaces from '../surfaces.module.css';
import styles from './ScheduleDrawer.module.css';

function Due({ run }: { run: ScheduleRun }) {
  const t = useTexts();
  const { missed } = run;
  if (missed) {
    return (
      <Text>
        {t('schedulePage.missedMany', {
          count: missed.count,
          first: <Moment value={missed.firstAt} />,
          last: <Moment value={missed.lastAt} />,
        })}
      </Text>
    );
  }
  return (
    <>
      <Moment value={run.dueAt} />
      {run.trigger === 'manual' && (
        <div>
          {run.by
            ? t('schedulePage.manualBy', {
                person: <Person entityRef={run.by} />,
              })
            : t('schedulePage.manual')}
        </div>
      )}
    </>
  );
}

function Result(props: {
  run: ScheduleRun;
  snapshotHref: (name: string) => string;
}) {
  const { run, snapshotHref } = props;
  const t = useTexts();
  return (
    <>
      <RunBadge run={run} />
      {run.reason && <p className={surfaces.problem}>{run.reason}</p>}
      {run.state === 'blocked' && run.deadlineAt && (
        <div>
          {t('schedulePage.waitsUntil', {
            time: <Moment value={run.deadlineAt} />,
          })}
        </div>
      )}
      {run.state === 'succeeded' && run.snapshotName && (
        <div>
          <Link href={snapshotHref(run.snapshotName)}>{run.snapshotName}</Link>
        </div>
      )}
    </>
  );
}

/** What became of each run, newest first. */
export function RunsSection(props: {
  details: ScheduleDetails;
  page: number;
  onPage: (page: number) => void;
  snapshotHref: (name: string) => string;
}) {
  const { details, page, onPage, snapshotHref } = props;
  const t = useTexts();
  const { runs, totalRuns, offset, limit } = details;
  return (
    <Section title={t('schedulePage.runs')}>
      {runs.length === 0 && offset === 0 ? (
        <Text as="p">{t('schedulePage.runsNone')}</Text>
      ) : (
        // It scrolls sideways on a narrow screen.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={styles.scroll} tabIndex={0}>
          <table className={styles.runs}>
            <thead>
              <tr>
                <th scope="col">{t('schedulePage.due')}</th>
                <th scope="col">{t('schedulePage.started')}</th>
                <th scope="col">{t('schedulePage.delay')}</th>
                <th scope="col">{t('schedulePage.result')}</th>
              </tr>
            </thead>
            <tbody>
              {runs.map(run => (
                <tr key={run.id}>
                  <td>
                    <Due run={run} />
                  </td>
                  <td>{run.startedAt && <Moment value={run.startedAt} />}</td>
                  <td>
                    {run.delayMs !== undefined && formatClock(run.delayMs)}
                  </td>
                  <td>
                    <Result run={run} snapshotHref={snapshotHref} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pages
        offset={offset}
        limit={limit}
        totalItems={totalRuns}
        page={page}
        onPage={onPage}
      />
    </Section>
  );
}
