// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type { SnapshotDisk } from 'backstage-plugin-kubevirt-snapshots-common';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { formatBytes } from '../../utils/format';
import { Moment } from '../Moment';
import surfaces from '../surfaces.module.css';
import { Fact, Facts, Section } from '../Drawer';
import styles from '../Drawer/Drawer.module.css';

function IncludedDisk({ disk }: { disk: SnapshotDisk }) {
  const t = useTexts();
  const locale = useLocale();
  const size = (bytes?: number) =>
    bytes === undefined ? t('drawer.notTold') : formatBytes(bytes, locale);
  return (
    <li>
      <Text weight="bold">{disk.name}</Text>
      <Facts>
        <Fact label={t('drawer.capacity')}>{size(disk.capacityBytes)}</Fact>
        <Fact label={t('drawer.restoreSize')}>{size(disk.restoreBytes)}</Fact>
        <Fact label={t('drawer.claim')}>{disk.claimName}</Fact>
        <Fact label={t('drawer.storageClass')}>{disk.storageClass}</Fact>
        <Fact label={t('drawer.cutAt')}>
          {disk.cutAt && <Moment value={disk.cutAt} />}
        </Fact>
        <Fact label={t('drawer.status')}>
          {disk.ready !== undefined &&
            (disk.ready ? t('drawer.diskReady') : t('drawer.diskNotReady'))}
        </Fact>
      </Facts>
      {disk.problem && <p className={surfaces.problem}>{disk.problem}</p>}
    </li>
  );
}

/** Disks in the snapshot, and those that aren't with the reason. */
export function DisksSection({ disks }: { disks: SnapshotDisk[] }) {
  const t = useTexts();
  const included = disks.filter(disk => disk.included);
  const excluded = disks.filter(disk => !disk.included);
  return (
    <Section title={t('drawer.disks')}>
      {included.length > 0 ? (
        <ul className={styles.list} aria-label={t('drawer.disksIncluded')}>
          {included.map(disk => (
            <IncludedDisk key={disk.name} disk={disk} />
          ))}
        </ul>
      ) : (
        <Text as="p">{t('drawer.noDisks')}</Text>
      )}
      {excluded.length > 0 && (
        <>
          <Text as="h4" weight="bold">
            {t('drawer.disksExcluded')}
          </Text>
          <ul className={styles.list} aria-label={t('drawer.disksExcluded')}>
            {excluded.map(disk => (
              <li key={disk.name}>
                <Text weight="bold">{disk.name}</Text>
                <p className={styles.text}>
                  {disk.reason ?? t('drawer.noReason')}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
