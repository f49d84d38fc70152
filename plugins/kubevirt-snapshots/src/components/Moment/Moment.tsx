// SPDX-License-Identifier: Apache-2.0
import { Tooltip, TooltipTrigger, VisuallyHidden } from '@backstage/ui';
import { useRef, useState } from 'react';
import { useLocale } from '../../hooks/useLocale';
import { useNow } from '../../hooks/useNow';
import { formatExact, formatRelative } from '../../utils/format';
import styles from './Moment.module.css';

/**
 * A moment, told relative to now. Pointer and keyboard show date, time and
 * zone; a screen reader is told both.
 *
 * @param value - RFC 3339
 */
export function Moment({ value }: { value: string }) {
  const locale = useLocale();
  const now = useNow(30_000);
  const ref = useRef<HTMLTimeElement>(null);
  const [open, setOpen] = useState(false);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) {
    return <span>{value}</span>;
  }
  const exact = formatExact(date, locale);
  return (
    // The trigger only lends the tooltip its state: `time` is no component
    // that the trigger could fit out, so pointer and focus are handled here.
    <TooltipTrigger isOpen={open} onOpenChange={setOpen}>
      {/* The exact time has to be reachable without a pointer. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <time
        ref={ref}
        dateTime={value}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.time}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onKeyDown={event => event.key === 'Escape' && setOpen(false)}
      >
        {formatRelative(date, now, locale)}
        <VisuallyHidden> ({exact})</VisuallyHidden>
      </time>
      <Tooltip triggerRef={ref}>{exact}</Tooltip>
    </TooltipTrigger>
  );
}
