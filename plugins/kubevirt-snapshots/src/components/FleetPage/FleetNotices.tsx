// SPDX-License-Identifier: Apache-2.0
import { Alert, Flex } from '@backstage/ui';
import { apiFailure } from '../../api';
import type { LiveState } from '../../api/LiveConnection';
import { useTexts } from '../../translations';
import { LiveNotices } from '../Notices';

/** What is to be known about how far the list can be trusted right now. */
export function FleetNotices(props: {
  staleClusters: string[];
  live: LiveState;
  /** Why the last refresh failed. */
  error?: unknown;
  onRetry: () => void;
}) {
  const { staleClusters, live, error, onRetry } = props;
  const t = useTexts();
  if (!staleClusters.length && live !== 'polling' && !error) {
    return null;
  }
  return (
    <Flex direction="column" gap="2">
      {staleClusters.length > 0 && (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('fleet.stale', {
            count: staleClusters.length,
            clusters: staleClusters.join(', '),
          })}
        />
      )}
      <LiveNotices
        live={live}
        failure={
          error
            ? t('fleet.refreshFailed', { message: apiFailure(error).message })
            : undefined
        }
        onRetry={onRetry}
      />
    </Flex>
  );
}
