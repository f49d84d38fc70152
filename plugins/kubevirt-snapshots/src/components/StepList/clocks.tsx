// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import { useNow } from '../../hooks/useNow';
import { useTexts } from '../../translations';
import { formatClock } from '../../utils/format';
import styles from './StepList.module.css';

/**
 * Time left until a moment, in words of `4:05`; `undefined` when it has passed.
 *
 * @param until - RFC 3339
 */
export function useTimeLeft(until: string | undefined): string | undefined {
  const now = useNow(1_000).getTime();
  const left = until === undefined ? 0 : new Date(until).getTime() - now;
  return left > 0 ? formatClock(left) : undefined;
}

/**
 * For how long something has been going on, and a line about its limit.
 *
 * @param since - RFC 3339
 */
export function Elapsed(props: { since: string; limit?: string }) {
  const { since, limit } = props;
  const t = useTexts();
  const now = useNow(1_000).getTime();
  // A timer announces nothing by itself: it changes each second.
  return (
    <span role="timer" className={styles.clock}>
      <Text as="p" variant="body-small">
        {t('progress.elapsed', {
          time: formatClock(now - new Date(since).getTime()),
        })}
      </Text>
      {limit && (
        <Text as="p" variant="body-small">
          {limit}
        </Text>
      )}
    </span>
  );
}
