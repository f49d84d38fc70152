// SPDX-License-Identifier: Apache-2.0
import {
  Alert,
  Button,
  Container,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import type { QueryClient } from '@tanstack/react-query';
import { auditReadPermission } from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useMemo } from 'react';
import { apiFailure, revokesView } from '../../api';
import {
  auditFilters,
  NO_AUDIT_FILTER,
  type AuditUrlState,
} from '../../hooks/auditUrlState';
import { useAudit } from '../../hooks/queries';
import { useAuditUrlState } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { Announcer } from '../Announcer';
import { AuditTable, Paging } from '../AuditEntries';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';
import { Providers } from '../Providers';
import { AuditFilters } from './AuditFilters';
import styles from './AuditPage.module.css';
import { EntryDrawer } from './EntryDrawer';
import { ExportButtons } from './ExportButtons';
import { VerificationPanel } from './VerificationPanel';

/** Entries of a page. */
const PAGE = 50;

function isFiltered(state: AuditUrlState): boolean {
  const { vm, actor, actions, outcomes, origins, from, to } = state;
  return [vm, actor, actions, outcomes, origins, from, to].some(
    filter => filter.length > 0,
  );
}

function Nothing(props: {
  state: AuditUrlState;
  onChange: (patch: Partial<AuditUrlState>) => void;
}) {
  const { state, onChange } = props;
  const t = useTexts();
  if (state.before !== undefined) {
    return <EmptyState title={t('audit.noOlder')} />;
  }
  return isFiltered(state) ? (
    <EmptyState title={t('audit.noMatch')}>
      <Button variant="secondary" onPress={() => onChange(NO_AUDIT_FILTER)}>
        {t('audit.reset')}
      </Button>
    </EmptyState>
  ) : (
    <EmptyState title={t('audit.empty')} text={t('audit.emptyText')} />
  );
}

function Failed(props: { error: unknown; onRetry: () => void }) {
  const { error, onRetry } = props;
  const t = useTexts();
  const { status, message } = apiFailure(error);
  if (status === 403) {
    return (
      <ErrorState
        error={error}
        onRetry={onRetry}
        title={t('audit.denied')}
        description={t('audit.deniedText', {
          permission: auditReadPermission.name,
        })}
      />
    );
  }
  return (
    <ErrorState
      error={error}
      onRetry={onRetry}
      title={t('audit.failed')}
      description={status === undefined ? t('error.networkText') : message}
    />
  );
}

function Trail() {
  const t = useTexts();
  const { state, update, href } = useAuditUrlState();
  const filters = useMemo(() => auditFilters(state), [state]);
  const { data, error, isPlaceholderData, refetch } = useAudit({
    ...filters,
    before: state.before,
    limit: PAGE,
  });
  const trail = error && revokesView(error) ? undefined : data;
  const detailsHref = useCallback(
    (seq: number) => href({ entry: seq }),
    [href],
  );

  if (!trail && !error) {
    return (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('audit.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={200} />
      </div>
    );
  }
  const denied = !trail && revokesView(error);
  if (denied) {
    return <Failed error={error} onRetry={refetch} />;
  }
  return (
    <div className={styles.page}>
      <Text as="p">{t('audit.intro')}</Text>
      <VerificationPanel
        rowHref={detailsHref}
        partial={trail?.everything === false}
      />
      <AuditFilters state={state} onChange={update} />
      <ExportButtons filters={filters} />
      {trail && error && (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('audit.refreshFailed', {
            message: apiFailure(error).message,
          })}
          customActions={
            <Button variant="secondary" size="small" onPress={() => refetch()}>
              {t('notice.retry')}
            </Button>
          }
        />
      )}
      {/* The filters stay: one of them may be what was refused. */}
      {!trail && <Failed error={error} onRetry={refetch} />}
      {trail && trail.items.length > 0 && (
        <AuditTable
          label={t('audit.label')}
          entries={trail.items}
          stale={isPlaceholderData}
          detailsHref={detailsHref}
        />
      )}
      {trail && trail.items.length === 0 && (
        <Nothing state={state} onChange={update} />
      )}
      <Paging
        before={state.before}
        next={trail?.next}
        stale={isPlaceholderData}
        onChange={before => update({ before }, { push: true })}
      />
      {state.entry !== undefined && (
        <EntryDrawer
          seq={state.entry}
          onClose={() => update({ entry: undefined })}
        />
      )}
    </div>
  );
}

/**
 * The audit trail, as far as the person may see it, and whether it is intact.
 * The page around it brings the title.
 */
export function AuditPage(props: { queryClient?: QueryClient }) {
  return (
    <Providers queryClient={props.queryClient}>
      <Announcer>
        {/* The page around it has no main landmark. */}
        <main>
          <Container>
            <Trail />
          </Container>
        </main>
      </Announcer>
    </Providers>
  );
}
