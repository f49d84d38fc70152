// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import { useMutation } from '@tanstack/react-query';
import type {
  AuditExportQuery,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, kubevirtSnapshotsApiRef } from '../../api';
import { useTexts } from '../../translations';
import { download } from '../../utils/download';
import { ActionButton } from '../ActionButton';
import styles from './AuditPage.module.css';

const FORMATS = [
  { format: 'ndjson', text: 'audit.exportNdjson' },
  { format: 'csv', text: 'audit.exportCsv' },
] as const;

/** Takes what the filters let through away as a file, every page of it. */
export function ExportButtons(props: {
  filters: Omit<AuditExportQuery, 'format' | 'after'>;
}) {
  const { filters } = props;
  const t = useTexts();
  const api = useApi(kubevirtSnapshotsApiRef);
  const toastApi = useApi(toastApiRef);
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (format: AuditExportQuery['format']) => {
      const file = await api.exportAudit({ ...filters, format });
      const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
      download(file, `audit-${time}.${format}`);
    },
    onSuccess: () =>
      toastApi.post({
        title: t('audit.exported'),
        status: 'success',
        timeout: 8_000,
      }),
  });
  const verdict: Verdict = isPending
    ? { allowed: false, code: 'vm-busy', reason: t('audit.exporting') }
    : { allowed: true };
  const failure = error ? apiFailure(error) : undefined;
  return (
    <>
      <div
        className={styles.buttons}
        role="group"
        aria-label={t('audit.export')}
      >
        {FORMATS.map(({ format, text }) => (
          <ActionButton
            key={format}
            variant="secondary"
            size="small"
            iconStart={<RiDownloadLine aria-hidden="true" />}
            verdict={verdict}
            onPress={() => mutate(format)}
          >
            {t(text)}
          </ActionButton>
        ))}
      </div>
      {failure && (
        <Alert
          role="alert"
          status={failure.status === 403 ? 'warning' : 'danger'}
          icon
          title={
            failure.status === 403
              ? t('audit.exportDenied')
              : t('audit.exportFailed')
          }
          description={
            failure.status === undefined ? t('error.network') : failure.message
          }
        />
      )}
    </>
  );
}
