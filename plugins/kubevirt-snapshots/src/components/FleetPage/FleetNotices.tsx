// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex } from '@backstage/ui';
import { apiFailure } from '../../api';
import { useTexts } from '../../translations';

/** What is to be known about how far the list can be trusted right now. */
export function FleetNotices(props: {
  staleClusters: string[];
  /** Why the last refresh failed. */
  error?: unknown;
  onRetry: () => void;
}) {
  const { staleClusters, error, onRetry } = props;
  const t = useTexts();
  if (!staleClusters.length && !error) {
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
      {Boolean(error) && (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('fleet.refreshFailed', {
            message: apiFailure(error).message,
          })}
          customActions={
            <Button variant="secondary" size="small" onPress={onRetry}>
              {t('notice.retry')}
            </Button>
          }
        />
      )}
    </Flex>
  );
}
