// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from '@backstage/ui';
import type { LiveState } from '../../api/LiveConnection';
import { useTexts } from '../../translations';

/** That the page asks by itself, and that it couldn't. */
export function LiveNotices(props: {
  live: LiveState;
  /** That the last refresh failed, and why. */
  failure?: string;
  onRetry: () => void;
}) {
  const { live, failure, onRetry } = props;
  const t = useTexts();
  return (
    <>
      {live === 'polling' && (
        <Alert role="status" status="info" icon title={t('notice.polling')} />
      )}
      {failure && (
        <Alert
          role="status"
          status="warning"
          icon
          title={failure}
          customActions={
            <Button variant="secondary" size="small" onPress={onRetry}>
              {t('notice.retry')}
            </Button>
          }
        />
      )}
    </>
  );
}
