// SPDX-License-Identifier: Apache-2.0
import { Flex, Text } from '@backstage/ui';
import type { SnapshotItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { Fact, Facts, Section } from '../Drawer';

/** Whether the snapshot is kept from deletion, why and how long. */
export function ProtectionSection(props: {
  item: SnapshotItem;
  onAction: (action: 'protect' | 'release') => void;
}) {
  const { item, onAction } = props;
  const t = useTexts();
  const { protection } = item;
  return (
    <Section title={t('drawer.protection')}>
      {protection ? (
        <Facts>
          <Fact label={t('drawer.protectedBecause')}>{protection.reason}</Fact>
          <Fact label={t('drawer.protectedBy')}>
            <Person entityRef={protection.by} />
          </Fact>
          <Fact label={t('drawer.protectedSince')}>
            <Moment value={protection.at} />
          </Fact>
          <Fact label={t('drawer.protectedUntil')}>
            {protection.until ? (
              <Moment value={protection.until} />
            ) : (
              t('drawer.protectedNoEnd')
            )}
          </Fact>
        </Facts>
      ) : (
        <Text as="p">{t('drawer.notProtected')}</Text>
      )}
      <Flex gap="2" style={{ flexWrap: 'wrap' }}>
        <ActionButton
          variant="secondary"
          size="small"
          verdict={item.allowed.protect}
          onPress={() => onAction('protect')}
        >
          {protection ? t('menu.changeProtection') : t('menu.protect')}
        </ActionButton>
        {protection && (
          <ActionButton
            variant="secondary"
            size="small"
            verdict={item.allowed.unprotect}
            onPress={() => onAction('release')}
          >
            {t('menu.release')}
          </ActionButton>
        )}
      </Flex>
    </Section>
  );
}
