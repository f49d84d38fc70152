// SPDX-License-Identifier: Apache-2.0
import { ButtonIcon } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import { useTexts } from '../../translations';
import { useAnnounce } from '../Announcer';
import styles from './CopyText.module.css';

/** An identifier with a button that copies it. */
export function CopyText(props: { label: string; value: string }) {
  const { label, value } = props;
  const t = useTexts();
  const announce = useAnnounce();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      // Absent where the portal is served by plain HTTP.
      await navigator.clipboard.writeText(value);
      setCopied(true);
      announce(t('drawer.copied'));
    } catch {
      setCopied(false);
    }
  };

  return (
    <span className={styles.root}>
      <span className={styles.code}>{value}</span>
      <ButtonIcon
        variant="tertiary"
        size="small"
        aria-label={t('drawer.copy', { label })}
        icon={copied ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={copy}
      />
    </span>
  );
}
