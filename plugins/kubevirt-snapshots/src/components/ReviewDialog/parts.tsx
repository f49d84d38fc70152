// SPDX-License-Identifier: Apache-2.0
import { Accordion, AccordionPanel, AccordionTrigger } from '@backstage/ui';
import { RiHardDrive2Line, RiLockLine } from '@remixicon/react';
import type {
  CapturedDiskView,
  ConfigurationLine,
  ReviewNote,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { formatBytes } from '../../utils/format';
import { Fact, Facts } from '../Drawer';
import { ToneBadge } from '../StatusBadge';
import { WarningList, type Warning } from '../WarningList';
import styles from './ReviewDialog.module.css';

/** The disks that something new gets. */
export function CapturedDisks({ disks }: { disks: CapturedDiskView[] }) {
  const t = useTexts();
  const locale = useLocale();
  if (disks.length === 0) {
    return <p className={styles.text}>{t('create.noDisks')}</p>;
  }
  return (
    <ul className={styles.list} aria-label={t('create.disks')}>
      {disks.map(({ name, sizeBytes, storageClass }) => {
        const facts = [
          sizeBytes === undefined ? undefined : formatBytes(sizeBytes, locale),
          storageClass,
        ].filter(Boolean);
        return (
          <li key={name} className={styles.item}>
            <RiHardDrive2Line size={18} aria-hidden="true" />
            <span>
              <strong>{name}</strong>
              {facts.length > 0 && ` (${facts.join(', ')})`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The captured settings, on demand: there are many. */
export function CapturedConfiguration(props: { lines: ConfigurationLine[] }) {
  const { lines } = props;
  const t = useTexts();
  return lines.length === 0 ? null : (
    <Accordion>
      <AccordionTrigger title={t('create.settings', { count: lines.length })} />
      <AccordionPanel>
        <Facts>
          {lines.map(({ label, value, sensitive }) => (
            <Fact key={label} label={label}>
              {sensitive ? (
                // Whatever the value is, it isn't put on the page.
                <ToneBadge icon={RiLockLine} tone="neutral">
                  {t('drawer.present')}
                </ToneBadge>
              ) : (
                value
              )}
            </Fact>
          ))}
        </Facts>
      </AccordionPanel>
    </Accordion>
  );
}

/** Notes of a review with how much they matter. */
export function Notes(props: { notes: ReviewNote[]; tone?: Warning['tone'] }) {
  const { notes, tone } = props;
  return <WarningList warnings={notes.map(note => ({ ...note, tone }))} />;
}
