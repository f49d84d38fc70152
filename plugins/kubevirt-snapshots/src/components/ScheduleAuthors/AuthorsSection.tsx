// SPDX-License-Identifier: Apache-2.0
import { Text, VisuallyHidden } from '@backstage/ui';
import type {
  ScheduleAuthorSummary,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { useScheduleAuthors } from '../../hooks/scheduleQueries';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { Moment } from '../Moment';
import { OperatorSection } from '../OperatorSection';
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
  const query = useScheduleAuthors();
  const { data } = query;
  const [open, setOpen] = useState<ScheduleAuthorSummary>();
  return (
    <OperatorSection
      title={t('authors.title')}
      intro={t('authors.intro')}
      loading={t('authors.loading')}
      failed={t('authors.failed')}
      query={query}
      summary={data?.authors.length === 0 && t('authors.none')}
      columns={{
        wide: WIDE,
        narrow: NARROW,
        title: id =>
          id === 'action' ? (
            <VisuallyHidden>{t('authors.action')}</VisuallyHidden>
          ) : (
            t(`authors.${id}` as const)
          ),
      }}
      rows={(data?.authors ?? []).map(item => ({ id: item.author, item }))}
      cell={(column, one, wide) =>
        data && (
          <Content
            column={column}
            one={one}
            wide={wide}
            verdict={data.allowed}
            onAct={setOpen}
          />
        )
      }
    >
      {data && open && (
        <AuthorDialog
          one={open}
          verdict={data.allowed}
          onClose={() => setOpen(undefined)}
        />
      )}
    </OperatorSection>
  );
}
