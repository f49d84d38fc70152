// SPDX-License-Identifier: Apache-2.0
import {
  Dialog,
  DialogBody,
  DialogHeader,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import {
  AUDIT_ORIGINS,
  stringifyVmRef,
  type AuditDetails,
  type AuditEntry,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure } from '../../api';
import { useAuditRow } from '../../hooks/queries';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { Actor, actionText, OutcomeText, outcomeHint } from '../AuditEntries';
import { CopyText } from '../CopyText';
import { Fact, Facts, Section } from '../Drawer';
import styles from '../Drawer/Drawer.module.css';
import { ErrorState } from '../ErrorState';
import { Moment } from '../Moment';
import { Person } from '../Person';
import surfaces from '../surfaces.module.css';

/** `deadlineSeconds` as `Deadline seconds`. */
export function wordsOf(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function FactValue({ value }: { value: string | number | boolean }) {
  const t = useTexts();
  const locale = useLocale();
  if (typeof value === 'boolean') {
    return <>{value ? t('auditEntry.yes') : t('auditEntry.no')}</>;
  }
  return (
    <>
      {typeof value === 'number'
        ? new Intl.NumberFormat(locale).format(value)
        : value}
    </>
  );
}

function FactsSection(props: { title: string; facts: AuditEntry['options'] }) {
  const { title, facts } = props;
  const entries = Object.entries(facts ?? {});
  if (entries.length === 0) {
    return null;
  }
  return (
    <Section title={title}>
      <Facts>
        {entries.map(([key, value]) => (
          <Fact key={key} label={wordsOf(key)}>
            <FactValue value={value} />
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

function OverviewSection({ entry }: { entry: AuditEntry }) {
  const t = useTexts();
  const locale = useLocale();
  const { vm, durationMs } = entry;
  return (
    <Section title={t('auditEntry.overview')}>
      <Facts>
        <Fact label={t('auditEntry.action')}>
          {actionText(t, entry.action)}
        </Fact>
        <Fact label={t('entry.result')}>
          <OutcomeText entry={entry} />
          <Text as="p" color="secondary" variant="body-small">
            {outcomeHint(t, entry)}
          </Text>
        </Fact>
        <Fact label={t('entry.reason')}>
          {entry.reason ?? t('entry.noReason')}
        </Fact>
        <Fact label={t('auditEntry.actor')}>
          <Actor actor={entry.actor} />
        </Fact>
        <Fact label={t('auditEntry.onBehalfOf')}>{entry.onBehalfOf}</Fact>
        <Fact label={t('auditEntry.origin')}>
          {AUDIT_ORIGINS.includes(entry.origin)
            ? t(`auditOrigin.${entry.origin}` as const)
            : entry.origin}
        </Fact>
        <Fact label={t('entry.when')}>
          <Moment value={entry.at} />
        </Fact>
        <Fact label={t('auditEntry.finished')}>
          {entry.settledAt && <Moment value={entry.settledAt} />}
        </Fact>
        <Fact label={t('auditEntry.duration')}>
          {durationMs !== undefined &&
            t('auditEntry.durationText', {
              seconds: new Intl.NumberFormat(locale, {
                maximumFractionDigits: 1,
              }).format(durationMs / 1000),
            })}
        </Fact>
        <Fact label={t('entry.vm')}>{vm && stringifyVmRef(vm)}</Fact>
        <Fact label={t('auditEntry.owners')}>
          {vm?.owners?.length ? (
            <ul className={styles.list}>
              {vm.owners.map(owner => (
                <li key={owner}>
                  <Person entityRef={owner} />
                </li>
              ))}
            </ul>
          ) : undefined}
        </Fact>
        <Fact label={t('auditEntry.snapshot')}>{entry.snapshot?.name}</Fact>
        <Fact label={t('auditEntry.error')}>{entry.error?.code}</Fact>
      </Facts>
    </Section>
  );
}

function IdentifiersSection({ entry }: { entry: AuditEntry }) {
  const t = useTexts();
  const { vm } = entry;
  const values: [string, string | undefined][] = [
    [t('auditEntry.operationId'), entry.operationId],
    [t('auditEntry.requestId'), entry.requestId],
    [t('auditEntry.entityRef'), entry.entityRef],
    [t('auditEntry.vmPath'), vm && stringifyVmRef(vm)],
    [t('auditEntry.vmUid'), vm?.uid],
    [t('auditEntry.snapshotUid'), entry.snapshot?.uid],
  ];
  return (
    <Section title={t('auditEntry.identifiers')}>
      <Facts>
        {values.map(([label, value]) => (
          <Fact key={label} label={label}>
            {value && <CopyText label={label} value={value} />}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

function RowsSection({ rows }: { rows: AuditDetails['rows'] }) {
  const t = useTexts();
  return (
    <Section title={t('auditEntry.rows')}>
      <ul className={styles.list}>
        {rows.map(row => {
          const seq = String(row.seq);
          const body = t('auditEntry.body', { seq });
          return (
            <li key={row.seq}>
              <Text weight="bold">
                {t('auditEntry.row', { seq, kind: row.kind })}
              </Text>
              <CopyText
                label={t('auditEntry.rowHash', { seq })}
                value={row.rowHash}
              />
              <CopyText
                label={t('auditEntry.contentDigest', { seq })}
                value={row.contentDigest}
              />
              <details>
                <summary>{body}</summary>
                {/* It scrolls, so the keyboard has to reach it. */}
                <pre
                  className={styles.raw}
                  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                  tabIndex={0}
                  role="region"
                  aria-label={body}
                >
                  {row.body}
                </pre>
              </details>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** Everything about one entry, at the side of the trail. */
export function EntryDrawer(props: { seq: number; onClose: () => void }) {
  const { seq, onClose } = props;
  const t = useTexts();
  const { data, error, refetch } = useAuditRow(seq);
  const failure = error ? apiFailure(error) : undefined;

  const body = () => {
    if (failure?.status === 404) {
      return <Text as="p">{t('auditEntry.gone', { seq: String(seq) })}</Text>;
    }
    if (failure && (failure.status === 403 || !data)) {
      return (
        <ErrorState
          error={error}
          onRetry={refetch}
          title={t('auditEntry.failed')}
          description={
            failure.status === undefined
              ? t('error.networkText')
              : failure.message
          }
        />
      );
    }
    if (!data) {
      return (
        <div role="status" aria-busy="true">
          <VisuallyHidden>{t('auditEntry.loading')}</VisuallyHidden>
          <Skeleton width="100%" height={120} />
        </div>
      );
    }
    return (
      <>
        <OverviewSection entry={data.entry} />
        <FactsSection
          title={t('auditEntry.options')}
          facts={data.entry.options}
        />
        <FactsSection
          title={t('auditEntry.before')}
          facts={data.entry.before}
        />
        <FactsSection title={t('auditEntry.after')} facts={data.entry.after} />
        <IdentifiersSection entry={data.entry} />
        <RowsSection rows={data.rows} />
      </>
    );
  };

  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={open => !open && onClose()}
      className={`${surfaces.dialog} ${styles.drawer}`}
    >
      <DialogHeader>{t('auditEntry.title', { seq: String(seq) })}</DialogHeader>
      <DialogBody>
        <div className={styles.body}>{body()}</div>
      </DialogBody>
    </Dialog>
  );
}
