// SPDX-License-Identifier: Apache-2.0
import { Alert, Flex } from '@backstage/ui';
import type {
  Freshness,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure } from '../../api';
import type { LiveState } from '../../api/LiveConnection';
import { useLocale } from '../../hooks/useLocale';
import { useNow } from '../../hooks/useNow';
import { useTexts } from '../../translations';
import { formatAge } from '../../utils/format';
import { LiveNotices } from './LiveNotices';

/** The last known state is shown, and how old it is. */
function StaleNotice(props: { vm: VmRef; freshness: Freshness }) {
  const { vm, freshness } = props;
  const t = useTexts();
  const locale = useLocale();
  const now = useNow(5_000);
  const age = formatAge(
    now.getTime() - new Date(freshness.asOf).getTime(),
    locale,
  );
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title={t('notice.stale', { cluster: vm.cluster, age })}
      description={freshness.message}
    />
  );
}

/** What is to be known about how far the page can be trusted right now. */
export function Notices(props: {
  vm: VmRef;
  freshness: Freshness;
  live: LiveState;
  /** Why the last refresh failed. */
  error?: unknown;
  onRetry: () => void;
}) {
  const { vm, freshness, live, error, onRetry } = props;
  const t = useTexts();
  if (freshness.state !== 'stale' && live !== 'polling' && !error) {
    return null;
  }
  return (
    <Flex direction="column" gap="2">
      {freshness.state === 'stale' && (
        <StaleNotice vm={vm} freshness={freshness} />
      )}
      <LiveNotices
        live={live}
        failure={
          error
            ? t('notice.refreshFailed', { message: apiFailure(error).message })
            : undefined
        }
        onRetry={onRetry}
      />
    </Flex>
  );
}
