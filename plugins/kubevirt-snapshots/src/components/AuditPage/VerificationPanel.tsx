// SPDX-License-Identifier: Apache-2.0
import { Alert, Link, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import {
  auditAdministerPermission,
  type AuditVerification,
  type AuditVerificationResult,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId, type ReactNode } from 'react';
import { apiFailure } from '../../api';
import { useVerification } from '../../hooks/queries';
import { usePermitted } from '../../hooks/usePermitted';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { Actor } from '../AuditEntries';
import { ErrorState } from '../ErrorState';
import { Moment } from '../Moment';
import { ToneBadge } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import styles from './AuditPage.module.css';
import { verificationLook } from './verificationLooks';

function Line({ children }: { children: ReactNode }) {
  // Not a paragraph: a moment brings a block for screen readers.
  return <div className={styles.text}>{children}</div>;
}

function Problem(props: {
  result: AuditVerificationResult;
  rowHref: (seq: number) => string;
}) {
  const { result, rowHref } = props;
  const t = useTexts();
  const { problem } = result;
  if (!problem) {
    return <p className={surfaces.problem}>{result.message}</p>;
  }
  const { seq, toSeq } = problem;
  return (
    <>
      <Link href={rowHref(seq)}>
        {toSeq !== undefined && toSeq !== seq
          ? t('verify.firstBadRange', {
              seq: String(seq),
              toSeq: String(toSeq),
            })
          : t('verify.firstBad', { seq: String(seq) })}
      </Link>
      <p className={surfaces.problem}>{problem.message}</p>
    </>
  );
}

function Result(props: {
  view: AuditVerification;
  last: AuditVerificationResult;
  rowHref: (seq: number) => string;
}) {
  const { view, last, rowHref } = props;
  const t = useTexts();
  const since = Math.max(0, view.lastRow - last.to);
  const who = {
    time: <Moment value={last.at} />,
    person: <Actor actor={last.by} />,
  };
  return (
    <>
      {last.status === 'broken' && <Problem result={last} rowHref={rowHref} />}
      {last.status === 'unsigned' && <Line>{last.message}</Line>}
      {last.status === 'ok' && (
        <Line>
          {last.notAnchored > 0
            ? t('verify.notAnchored', { count: last.notAnchored })
            : t('verify.allAnchored')}
        </Line>
      )}
      <Line>
        {last.to < last.from
          ? t('verify.verifiedEmpty', who)
          : t('verify.verified', {
              ...who,
              from: String(last.from),
              to: String(last.to),
            })}{' '}
        {since > 0 && t('verify.since', { count: since })}
      </Line>
      {last.checkpoint && (
        <Line>
          {t('verify.checkpointAt', {
            time: <Moment value={last.checkpoint.at} />,
          })}
        </Line>
      )}
      {last.notes.length > 0 && (
        <div>
          <Text weight="bold">{t('verify.notes')}</Text>
          <ul className={styles.list}>
            {last.notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Outside({ places }: { places: AuditVerification['outside'] }) {
  const t = useTexts();
  if (places.length === 0) {
    return <Line>{t('verify.nowhere')}</Line>;
  }
  return (
    <div>
      <Text>{t('verify.outside')}</Text>
      <ul className={styles.list}>
        {places.map(({ name, error }) => (
          <li key={name}>
            {error ? t('verify.outsideFailed', { name, error }) : name}
          </li>
        ))}
      </ul>
    </div>
  );
}

function State(props: {
  view: AuditVerification;
  rowHref: (seq: number) => string;
}) {
  const { view, rowHref } = props;
  const t = useTexts();
  const { last, running, refusal } = view;
  const { icon, tone, text } = verificationLook(t, last);
  return (
    <>
      {refusal && (
        <Alert
          role="status"
          status="danger"
          icon
          title={t('verify.refusing')}
          description={refusal}
        />
      )}
      <div role="status">
        <ToneBadge icon={icon} tone={tone}>
          {text}
        </ToneBadge>
      </div>
      {last ? (
        <Result view={view} last={last} rowHref={rowHref} />
      ) : (
        <Line>{t('verify.neverText')}</Line>
      )}
      {!view.signed && <Line>{t('verify.notSigned')}</Line>}
      {view.signed && <Outside places={view.outside} />}
      {running && (
        <ToneBadge icon={RiLoader4Line} tone="info">
          {t('verify.running', {
            row: String(running.row),
            last: String(view.lastRow),
          })}
        </ToneBadge>
      )}
    </>
  );
}

/** Whether the trail is intact, as last verified, and a way to verify it now. */
export function VerificationPanel(props: {
  rowHref: (seq: number) => string;
  /** The person may see a part of the trail, and isn't told of the whole. */
  partial?: boolean;
}) {
  const { rowHref, partial = false } = props;
  const t = useTexts();
  const titleId = useId();
  const mayVerify = usePermitted(auditAdministerPermission);
  const { query, verify } = useVerification({ enabled: !partial });
  const { data, error, refetch } = query;
  const failure = error ? apiFailure(error) : undefined;
  const busy = verify.isPending || Boolean(data?.running);
  const verdict: Verdict = busy
    ? { allowed: false, code: 'vm-busy', reason: t('verify.busy') }
    : { allowed: true };

  const body = () => {
    if (partial || failure?.status === 403) {
      return <Line>{t('verify.partial')}</Line>;
    }
    if (data) {
      return <State view={data} rowHref={rowHref} />;
    }
    return failure ? (
      <ErrorState
        error={error}
        onRetry={refetch}
        title={t('verify.failed')}
        description={
          failure.status === undefined
            ? t('error.networkText')
            : failure.message
        }
      />
    ) : (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('verify.loading')}</VisuallyHidden>
        <Skeleton width={240} height={20} />
      </div>
    );
  };

  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <Text as="h2" variant="title-x-small" id={titleId}>
        {t('verify.title')}
      </Text>
      {body()}
      {mayVerify && (
        <ActionButton
          variant="secondary"
          size="small"
          verdict={verdict}
          onPress={() => verify.mutate()}
        >
          {t('verify.submit')}
        </ActionButton>
      )}
      {verify.error && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('verify.refused')}
          description={apiFailure(verify.error).message}
        />
      )}
    </section>
  );
}
