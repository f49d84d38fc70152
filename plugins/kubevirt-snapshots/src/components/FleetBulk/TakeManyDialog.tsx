// SPDX-License-Identifier: Apache-2.0
import {
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Skeleton,
  Text,
  TextAreaField,
  VisuallyHidden,
} from '@backstage/ui';
import {
  DEADLINE_SECONDS,
  MAX_DESCRIPTION_LENGTH,
  type Verdict,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, useState } from 'react';
import { useTexts, type Texts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { FormButtons } from '../ActionButton';
import { ErrorState } from '../ErrorState';
import surfaces from '../surfaces.module.css';
import { bulkNames } from './bulkNames';
import { BulkPreview, type PreviewRow } from './BulkPreview';
import type { BulkRun } from './BulkRun';
import styles from './FleetBulk.module.css';
import { useFreshVms } from './useFreshVms';
import { useTakeMany } from './useTakeMany';

/** Why no snapshot can be taken of a VM; undefined when one can. */
function obstacle(t: Texts, vm: VmListItem): string | undefined {
  const { takeSnapshot } = vm.allowed;
  if (!takeSnapshot.allowed) {
    return takeSnapshot.reason;
  }
  return vm.expectedConsistency === 'configuration'
    ? t('bulk.noDisk')
    : undefined;
}

function usePreview(chosen: readonly VmListItem[]) {
  const t = useTexts();
  const query = useFreshVms(chosen);
  const { data } = query;
  // The moment in the names is that of the preview: what is shown is taken.
  const [now] = useState(() => new Date());
  const preview = useMemo(() => {
    if (!data) {
      return undefined;
    }
    const able = data.filter(vm => !obstacle(t, vm));
    const names = bulkNames(
      able.map(({ ref }) => ref),
      now,
      viewerTimeZone(),
    );
    const uids = new Set(data.map(({ uid }) => uid));
    const rows: PreviewRow[] = [
      ...able.map((vm, i) => ({
        vm,
        text: names[i],
        note: t(`bulk.consistency.${vm.expectedConsistency}` as const),
      })),
      ...data
        .filter(vm => obstacle(t, vm))
        .map(vm => ({ vm, obstacle: obstacle(t, vm) })),
      ...chosen
        .filter(({ uid }) => !uids.has(uid))
        .map(vm => ({ vm, obstacle: t('bulk.gone') })),
    ];
    return { able, names, rows };
  }, [t, data, chosen, now]);
  return { query, preview };
}

/** Asks for a snapshot of each of many VMs, after showing what that means. */
export function TakeManyDialog(props: {
  vms: readonly VmListItem[];
  onClose: () => void;
  onBegin: (run: BulkRun) => void;
}) {
  const { vms, onClose, onBegin } = props;
  const t = useTexts();
  const takeMany = useTakeMany();
  // What is chosen on the page behind doesn't change what is decided here.
  const [chosen] = useState(vms);
  const [description, setDescription] = useState('');
  const { query, preview } = usePreview(chosen);
  const tooLong = description.length > MAX_DESCRIPTION_LENGTH;
  const able = preview?.able.length ?? 0;

  const verdict = (): Verdict => {
    if (able > 0) {
      return { allowed: true };
    }
    const reason = preview ? t('bulk.none') : t('bulk.loading');
    return { allowed: false, code: 'vm-busy', reason };
  };
  const submit = () => {
    if (preview && able > 0 && !tooLong) {
      onBegin(
        takeMany({ vms: preview.able, names: preview.names, description }),
      );
    }
  };
  const body = () => {
    if (preview) {
      return (
        <>
          <BulkPreview
            title={t('bulk.able', { count: able })}
            column={t('bulk.name')}
            rows={preview.rows}
          />
          <Text as="p" color="secondary">
            {t('bulk.how', {
              minutes: String(DEADLINE_SECONDS.default / 60),
            })}
          </Text>
        </>
      );
    }
    return query.error ? (
      <ErrorState error={query.error} onRetry={query.refetch} />
    ) : (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('bulk.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={160} />
      </div>
    );
  };
  return (
    <Dialog
      isOpen
      // A click beside it must not throw away what was typed.
      isDismissable={false}
      onOpenChange={open => !open && onClose()}
      width={640}
      className={surfaces.dialog}
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogHeader>
          {t('bulk.takeTitle', { count: chosen.length })}
        </DialogHeader>
        <DialogBody>
          <div className={styles.fields}>
            <TextAreaField
              label={t('take.description')}
              placeholder={t('take.descriptionHint')}
              rows={2}
              // eslint-disable-next-line jsx-a11y/no-autofocus -- the first field of a dialog
              autoFocus
              validationBehavior="aria"
              value={description}
              onChange={setDescription}
              validate={() =>
                tooLong
                  ? t('take.descriptionTooLong', {
                      max: String(MAX_DESCRIPTION_LENGTH),
                      length: String(description.length),
                    })
                  : undefined
              }
            />
            {body()}
          </div>
        </DialogBody>
        <DialogFooter>
          <FormButtons
            submit={t('bulk.takeSubmit', { count: able })}
            verdict={verdict()}
            pending={false}
            onCancel={onClose}
          />
        </DialogFooter>
      </form>
    </Dialog>
  );
}
