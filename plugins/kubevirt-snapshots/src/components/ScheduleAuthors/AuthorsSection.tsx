// SPDX-License-Identifier: Apache-2.0
import {
  Cell,
  Column,
  Row,
  Skeleton,
  TableBody,
  TableHeader,
  TableRoot,
  Text,
  useBreakpoint,
  VisuallyHidden,
} from '@backstage/ui';
import type {
  ScheduleAuthorSummary,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, useState } from 'react';
import { apiFailure } from '../../api';
import { useScheduleAuthors } from '../../hooks/scheduleQueries';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import clusters from '../ClustersPage/ClustersPage.module.css';
import { ErrorState } from '../ErrorState';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { AuthorDialog } from './AuthorDialog';

type ColumnId = 'author' | 'schedules' | 'state' | 'action';

const WIDE: readonly ColumnId[] = ['author', 'schedules', 'state', 'action'];

/** On a narrow screen the rest moves under the person. */
const NARROW: readonly ColumnId[] = ['author', 'action'];

function State({ one }: { one: ScheduleAuthorSummary }) {
  const t = useTexts();
  const { paused } = one;
  if (!paused) {
    return null;
  }
  return (
    <>
      <Text as="p" weight="bold">
        {t('authors.paused')}
      </Text>
      <Text as="p">{paused.reason}</Text>
      <Text as="p" color="secondary">
        {t('authors.pausedBy', {
          person: <Person entityRef={paused.by} />,
          time: <Moment value={paused.since} />,
        })}
      </Text>
    </>
  );
}

function Counts({ one }: { one: ScheduleAuthorSummary }) {
  const t = useTexts();
  return (
    <Text>
      {t('authors.counts', {
        count: one.schedules,
        active: String(one.active),
      })}
    </Text>
  );
}

function Content(props: {
  column: ColumnId;
  one: ScheduleAuthorSummary;
  wide: boolean;
  verdict: Verdict;
  onAct: (one: ScheduleAuthorSummary) => void;
}) {
  const { column, one, wide, verdict, onAct } = props;
  const t = useTexts();
  switch (column) {
    case 'author':
      return (
        <>
          <Person entityRef={one.author} />
          {!wide && (
            <>
              <Counts one={one} />
              <State one={one} />
            </>
          )}
        </>
      );
    case 'schedules':
      return <Counts one={one} />;
    case 'state':
      return <State one={one} />;
    default:
      return (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={verdict}
          // The name tells one button of many from the others.
          aria-label={t(one.paused ? 'authors.resumeOf' : 'authors.pauseOf', {
            person: one.author,
          })}
          onPress={() => onAct(one)}
        >
          {t(one.paused ? 'authors.resume' : 'authors.pause')}
        </ActionButton>
      );
  }
}

/**
 * Who answers for schedules, and the stop for all schedules of somebody: for
 * the people who operate the portal.
 */
export function AuthorsSection() {
  const t = useTexts();
  const { data, error, refetch } = useScheduleAuthors();
  const [open, setOpen] = useState<ScheduleAuthorSummary>();
  const wide = useBreakpoint().up('sm');
  const columns = useMemo(
    () => (wide ? WIDE : NARROW).map(id => ({ id })),
    [wide],
  );
  const rows = (data?.authors ?? []).map(one => ({ id: one.author, one }));
  return (
    <section aria-label={t('authors.title')} className={clusters.list}>
      <Text as="h2" variant="title-x-small">
        {t('authors.title')}
      </Text>
      <Text as="p">{t('authors.intro')}</Text>
      {Boolean(error) && (
        <ErrorState
          error={error}
          onRetry={refetch}
          title={t('authors.failed')}
          description={apiFailure(error).message}
        />
      )}
      {!data && !error && (
        <div role="status" aria-busy="true">
          <VisuallyHidden>{t('authors.loading')}</VisuallyHidden>
          <Skeleton width="100%" height={120} />
        </div>
      )}
      {data && rows.length === 0 && <Text as="p">{t('authors.none')}</Text>}
      {data && rows.length > 0 && (
        <div className={clusters.scroll}>
          <TableRoot aria-label={t('authors.title')}>
            <TableHeader columns={columns}>
              {({ id }) => (
                <Column id={id} isRowHeader={id === 'author'}>
                  {id === 'action' ? (
                    <VisuallyHidden>{t('authors.action')}</VisuallyHidden>
                  ) : (
                    t(`authors.${id}` as const)
                  )}
                </Column>
              )}
            </TableHeader>
            <TableBody items={rows} dependencies={[columns, data]}>
              {({ id: rowId, one }) => (
                <Row id={rowId} columns={columns} textValue={one.author}>
                  {({ id }: { id: ColumnId }) => (
                    <Cell className={clusters.cell}>
                      <div className={clusters.stack}>
                        <Content
                          column={id}
                          one={one}
                          wide={wide}
                          verdict={data.allowed}
                          onAct={setOpen}
                        />
                      </div>
                    </Cell>
                  )}
                </Row>
              )}
            </TableBody>
          </TableRoot>
        </div>
      )}
      {data && open && (
        <AuthorDialog
          one={open}
          verdict={data.allowed}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}
