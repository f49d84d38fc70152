// SPDX-License-Identifier: Apache-2.0
import { Alert, Badge, Text } from '@backstage/ui';
import {
  isUnfinished,
  type SnapshotDetails,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ConsistencyText } from '../ConsistencyText';
import { Moment } from '../Moment';
import { Maker } from '../Person';
import { isInProgress, SnapshotProgress } from '../SnapshotProgress';
import { StatusBadge, statusLook } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import { Fact, Facts, Section } from '../Drawer';
import styles from '../Drawer/Drawer.module.css';

/** Description and main facts. */
export function OverviewSection({ details }: { details: SnapshotDetails }) {
  const t = useTexts();
  const { item, deletionPolicy, contentMissing } = details;
  const unfinished = isUnfinished(item.state);
  const inProgress = isInProgress(item);
  return (
    <>
      <Section title={t('drawer.description')}>
        <p className={styles.text}>
          {item.description || t('drawer.noDescription')}
        </p>
      </Section>
      {inProgress && (
        <Section title={t('drawer.progress')}>
          <SnapshotProgress item={item} />
        </Section>
      )}
      <Section title={t('drawer.overview')}>
        {item.formerVm && <Badge>{t('table.formerVm')}</Badge>}
        {contentMissing && !unfinished && (
          <Alert
            role="status"
            status="warning"
            icon
            title={t('drawer.contentMissing')}
          />
        )}
        <Facts>
          <Fact label={t('drawer.status')}>
            <StatusBadge state={item.state} />
            <Text as="p" color="secondary" variant="body-small">
              {t(statusLook(item.state).hint)}
            </Text>
          </Fact>
          <Fact label={t('drawer.problem')}>
            {!inProgress && item.problem && (
              <p className={surfaces.problem}>{item.problem}</p>
            )}
          </Fact>
          <Fact label={t('drawer.consistency')}>
            <ConsistencyText consistency={item.consistency} explained />
          </Fact>
          <Fact label={t('drawer.created')}>
            <Moment value={item.createdAt} />
          </Fact>
          <Fact label={t('drawer.createdBy')}>
            <Maker createdBy={item.createdBy} origin={item.origin} />
          </Fact>
          <Fact label={t('drawer.origin')}>
            {t(`origin.${item.origin}` as const)}
          </Fact>
          <Fact label={t('drawer.deadline')}>
            {item.deadlineAt && <Moment value={item.deadlineAt} />}
          </Fact>
          <Fact label={t('drawer.deletionPolicy')}>{deletionPolicy}</Fact>
        </Facts>
      </Section>
    </>
  );
}
