// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '@backstage/ui';
import type {
  ScheduledItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef, useState } from 'react';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { FormButtons } from '../ActionButton';
import surfaces from '../surfaces.module.css';
import { KindField } from './KindField';
import { ScheduleFields } from './ScheduleFields';
import styles from './ScheduleForm.module.css';
import { useScheduleForm } from './useScheduleForm';

/** The form of a schedule that exists. */
export function EditScheduleDialog(props: {
  entity: EntityKey;
  vm: VmView;
  item: ScheduledItem;
  onClose: () => void;
}) {
  const { entity, vm, item, onClose } = props;
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const formRef = useRef<HTMLFormElement>(null);
  // As it was when the dialog opened: its revision tells whether somebody else
  // has changed it meanwhile.
  const [existing] = useState(item);
  const [kind, setKind] = useState(existing.rule.kind);
  const form = useScheduleForm({
    entity,
    vm,
    kind,
    existing,
    onSaved: () => {
      toastApi.post({
        title: t('schedule.savedToast', { name: existing.name }),
        status: 'success',
        timeout: 8_000,
      });
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      isDismissable={false}
      onOpenChange={open => !open && !form.pending && onClose()}
      width={640}
      className={surfaces.dialog}
    >
      <form
        ref={formRef}
        style={{ display: 'contents' }}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          form.submit();
          requestAnimationFrame(() =>
            formRef.current
              ?.querySelector<HTMLElement>('[aria-invalid="true"]')
              ?.focus(),
          );
        }}
      >
        <DialogHeader>
          {t('schedule.editTitle', { name: existing.name })}
        </DialogHeader>
        <DialogBody>
          <div className={styles.fields}>
            <KindField value={kind} single={false} onChange={setKind} />
            <ScheduleFields form={form} vm={vm} onKind={setKind} />
          </div>
        </DialogBody>
        <DialogFooter>
          <FormButtons
            submit={t('schedule.editSubmit')}
            verdict={form.verdict}
            pending={form.pending}
            onCancel={onClose}
          />
        </DialogFooter>
      </form>
    </Dialog>
  );
}
