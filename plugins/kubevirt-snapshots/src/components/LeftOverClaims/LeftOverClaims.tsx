// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import type { LeftOverClaim } from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useLocale } from '../../hooks/useLocale';
import { useLeftOverClaims } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { formatBytes } from '../../utils/format';
import { ActionButton } from '../ActionButton';
import { Section } from '../Drawer';
import { ErrorState } from '../ErrorState';
import { Moment } from '../Moment';
import styles from './LeftOverClaims.module.css';

function Claim(props: {
  claim: LeftOverClaim;
  onDelete: (claim: LeftOverClaim) => void;
}) {
  const { claim, onDelete } = props;
  const t = useTexts();
  const locale = useLocale();
  const size =
    claim.bytes === undefined
      ? t('claims.unknownSize')
      : formatBytes(claim.bytes, locale);
  return (
    <li className={styles.claim}>
      <div className={styles.facts}>
        <Text weight="bold" className={styles.name}>
          {claim.name}
        </Text>
        <span>
          {t('claims.facts', {
            size,
            volume: claim.volume,
            class: claim.storageClass ?? t('claims.unknownSize'),
          })}
        </span>
        <span className={styles.made}>
          {t('claims.made', {
            time: <Moment value={claim.createdAt} />,
            restore: claim.restoreName,
          })}
        </span>
      </div>
      <ActionButton
        variant="secondary"
        size="small"
        verdict={claim.delete}
        aria-label={t('claims.deleteNamed', { name: claim.name })}
        onPress={() => onDelete(claim)}
      >
        {t('claims.delete')}
      </ActionButton>
    </li>
  );
}

/** Claims that restores have made and nothing uses any more. */
export function LeftOverClaims(props: {
  entity: EntityKey;
  onDelete: (claim: LeftOverClaim) => void;
}) {
  const { entity, onDelete } = props;
  const t = useTexts();
  const locale = useLocale();
  const { data, error, refetch } = useLeftOverClaims(entity);
  const body = () => {
    if (data) {
      return data.items.length === 0 ? (
        <Text as="p">{t('claims.none')}</Text>
      ) : (
        <>
          <Text as="p">
            {t('claims.intro')}{' '}
            {t('claims.total', { size: formatBytes(data.totalBytes, locale) })}
          </Text>
          <ul className={styles.list} aria-label={t('claims.label')}>
            {data.items.map(claim => (
              <Claim key={claim.uid} claim={claim} onDelete={onDelete} />
            ))}
          </ul>
        </>
      );
    }
    return error ? (
      <ErrorState error={error} onRetry={refetch} title={t('claims.failed')} />
    ) : (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('claims.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={60} />
      </div>
    );
  };
  return <Section title={t('claims.title')}>{body()}</Section>;
}
