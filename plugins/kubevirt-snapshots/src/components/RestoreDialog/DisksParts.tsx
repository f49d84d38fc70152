// SPDX-License-Identifier: Apache-2.0
import {
  RiArrowGoBackLine,
  RiLogoutBoxRLine,
  RiPushpinLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { RestoreDisk } from 'backstage-plugin-kubevirt-snapshots-common';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { formatBytes } from '../../utils/format';
import styles from './RestoreDialog.module.css';

const FATES = {
  replaced: { icon: RiArrowGoBackLine, text: 'restore.diskReplaced' },
  returns: { icon: RiArrowGoBackLine, text: 'restore.diskReturns' },
  stays: { icon: RiPushpinLine, text: 'restore.diskStays' },
  leaves: { icon: RiLogoutBoxRLine, text: 'restore.diskLeaves' },
} as const satisfies Record<
  RestoreDisk['fate'],
  { icon: RemixiconComponentType; text: string }
>;

function Claims({ disk }: { disk: RestoreDisk }) {
  const t = useTexts();
  const { currentClaim, futureClaim, oldClaim } = disk;
  const lines = [
    futureClaim &&
      futureClaim !== currentClaim &&
      t('restore.newClaim', { claim: futureClaim }),
    currentClaim &&
      oldClaim === 'deleted' &&
      t('restore.oldClaimDeleted', { claim: currentClaim }),
    currentClaim &&
      oldClaim === 'kept' &&
      t('restore.oldClaimKept', { claim: currentClaim }),
  ].filter(Boolean);
  return lines.length > 0 ? (
    <span className={styles.small}>{lines.join(' ')}</span>
  ) : null;
}

/** What becomes of disks. */
export function FateList({ disks }: { disks: RestoreDisk[] }) {
  const t = useTexts();
  const locale = useLocale();
  return (
    <ul className={styles.list}>
      {disks.map(disk => {
        const { icon: Icon, text } = FATES[disk.fate];
        return (
          <li key={disk.name} className={styles.disk}>
            <Icon size={18} aria-hidden="true" />
            <span className={styles.stack}>
              <span>
                <strong>{disk.name}</strong>
                {disk.bytes !== undefined &&
                  ` (${formatBytes(disk.bytes, locale)})`}
                : {t(text)}
              </span>
              <Claims disk={disk} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
