// SPDX-License-Identifier: Apache-2.0
import type { RemixiconComponentType } from '@remixicon/react';
import type { SnapshotState } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { statusLook, type Tone } from './statusMap';
import styles from './StatusBadge.module.css';

/** An icon in a status colour beside words. */
export function ToneBadge(props: {
  icon: RemixiconComponentType;
  tone: Tone;
  children: string;
}) {
  const { icon: Icon, tone, children } = props;
  return (
    <span className={styles.root} data-tone={tone}>
      <span className={styles[tone]} aria-hidden="true">
        <Icon size={16} />
      </span>
      <span className={styles.text}>{children}</span>
    </span>
  );
}

/** State of a snapshot as icon, colour and words. */
export function StatusBadge({ state }: { state: SnapshotState }) {
  const t = useTexts();
  const { icon, tone, label } = statusLook(state);
  return (
    <ToneBadge icon={icon} tone={tone}>
      {t(label)}
    </ToneBadge>
  );
}
