// SPDX-License-Identifier: Apache-2.0
import { Flex, Text } from '@backstage/ui';
import { RiCheckLine, RiSubtractLine } from '@remixicon/react';
import type { DiskPreview } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import styles from './DiskPreviewList.module.css';

const REASONS = {
  'not-a-disk': 'disk.notADisk',
  'no-snapshot-class': 'disk.noSnapshotClass',
  'pvc-missing': 'disk.pvcMissing',
  'ambiguous-class': 'disk.ambiguousClass',
  'not-checked': 'disk.notChecked',
  other: 'disk.other',
} as const satisfies Record<NonNullable<DiskPreview['code']>, string>;

/** Why a disk won't be captured, in plain words. */
export function exclusionText(t: Texts, { code }: DiskPreview): string {
  return t(code && Object.hasOwn(REASONS, code) ? REASONS[code] : 'disk.other');
}

function ExcludedDisk({ disk }: { disk: DiskPreview }) {
  const t = useTexts();
  return (
    <li className={styles.item}>
      <RiSubtractLine size={16} aria-hidden="true" />
      <div>
        <Text weight="bold">{disk.name}</Text> <Text>({disk.kind})</Text>
        <Text as="p">{exclusionText(t, disk)}</Text>
        {disk.clusterReason && (
          <Text as="p" color="secondary" variant="body-small">
            {t('disk.clusterSays', { reason: disk.clusterReason })}
          </Text>
        )}
      </div>
    </li>
  );
}

/** Which disks a snapshot taken now would hold, and which not. */
export function DiskPreviewList({ disks }: { disks: DiskPreview[] }) {
  const t = useTexts();
  const included = disks.filter(disk => disk.captured);
  const excluded = disks.filter(disk => !disk.captured);
  const title = included.length
    ? t('take.disksIncluded', { count: included.length })
    : t('take.noDisks');
  return (
    <Flex direction="column" gap="2">
      <Text as="h3" variant="body-medium" weight="bold">
        {title}
      </Text>
      {included.length > 0 && (
        <ul className={styles.list} aria-label={title}>
          {included.map(disk => (
            <li key={disk.name} className={styles.item}>
              <RiCheckLine size={16} aria-hidden="true" />
              <span>
                <Text weight="bold">{disk.name}</Text>{' '}
                <Text>({disk.kind})</Text>
              </span>
            </li>
          ))}
        </ul>
      )}
      {excluded.length > 0 && (
        <>
          <Text as="h3" variant="body-medium" weight="bold">
            {t('take.disksExcluded')}
          </Text>
          <ul className={styles.list} aria-label={t('take.disksExcluded')}>
            {excluded.map(disk => (
              <ExcludedDisk key={disk.name} disk={disk} />
            ))}
          </ul>
        </>
      )}
    </Flex>
  );
}
