// SPDX-License-Identifier: Apache-2.0
import { Tooltip, TooltipTrigger, VisuallyHidden } from '@backstage/ui';
import { RiShieldCheckLine } from '@remixicon/react';
import type { Protection } from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef, useState } from 'react';
import { useLocale } from '../../hooks/useLocale';
import { useTexts } from '../../translations';
import { formatExact } from '../../utils/format';
import { PersonName } from '../Person';
import { ToneBadge } from '../StatusBadge';
import styles from './ProtectionBadge.module.css';

/** Why, by whom and how long. */
function Lines({ protection }: { protection: Protection }) {
  const { reason, by, until } = protection;
  const t = useTexts();
  const locale = useLocale();
  return (
    <>
      <span>{reason}</span>{' '}
      <span>
        {t('protection.byWhom', { person: <PersonName entityRef={by} /> })}
      </span>{' '}
      <span>
        {until
          ? t('protection.untilTime', {
              time: formatExact(new Date(until), locale),
            })
          : t('protection.noEnd')}
      </span>
    </>
  );
}

/**
 * Says that a snapshot is protected. Pointer and keyboard show why, by whom
 * and how long; a screen reader is told it all.
 */
export function ProtectionBadge({ protection }: { protection: Protection }) {
  const t = useTexts();
  const ref = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  return (
    // As with a moment: the trigger only lends the tooltip its state.
    <TooltipTrigger isOpen={open} onOpenChange={setOpen}>
      {/* The reason has to be reachable without a pointer. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <span
        ref={ref}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.root}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onKeyDown={event => event.key === 'Escape' && setOpen(false)}
      >
        <ToneBadge icon={RiShieldCheckLine} tone="info">
          {t('protection.badge')}
        </ToneBadge>
        <VisuallyHidden>
          {' '}
          (<Lines protection={protection} />)
        </VisuallyHidden>
      </span>
      <Tooltip triggerRef={ref}>
        <span className={styles.tooltip}>
          <Lines protection={protection} />
        </span>
      </Tooltip>
    </TooltipTrigger>
  );
}
