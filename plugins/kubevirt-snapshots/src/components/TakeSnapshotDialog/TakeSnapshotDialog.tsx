// SPDX-License-Identifier: Apache-2.0
import {
  Alert,
  Checkbox,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  NumberField,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import {
  MAX_SNAPSHOT_NAME_LENGTH,
  type OperationView,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { useId, useRef, useState } from 'react';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { FormButtons } from '../ActionButton';
import { DiskPreviewList } from '../DiskPreviewList';
import { FormError } from '../FormError';
import {
  KindField,
  ScheduleFields,
  useScheduleForm,
  type RuleKind,
} from '../ScheduleForm';
import surfaces from '../surfaces.module.css';
import styles from './TakeSnapshotDialog.module.css';
import { useTakeForm } from './useTakeForm';

/** Props of {@link TakeSnapshotDialog}. */
export interface TakeSnapshotDialogProps {
  entity: EntityKey;
  vm: VmView;
  onClose: () => void;
  onTaken: (operation: OperationView) => void;
  /** Chosen when it opens; a single snapshot by default. */
  initialKind?: RuleKind;
}

type Form = ReturnType<typeof useTakeForm>;

function NameField({ form }: { form: Form }) {
  const t = useTexts();
  const { check, errors, values } = form;
  const hint = () => {
    if (check.checking) {
      return t('take.nameChecking');
    }
    return check.free ? t('take.nameFree') : '';
  };
  return (
    <div>
      <TextField
        label={t('take.name')}
        description={t('take.nameHint', {
          max: String(MAX_SNAPSHOT_NAME_LENGTH),
        })}
        isRequired
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the first field of a dialog
        autoFocus
        validationBehavior="aria"
        value={values.name}
        onChange={form.set.name}
        validate={() => errors.name}
        autoComplete="off"
        spellCheck="false"
      />
      {!errors.name && (
        <p className={styles.hint} role="status">
          {hint()}
        </p>
      )}
    </div>
  );
}

function ConfigurationOnly({ form }: { form: Form }) {
  const t = useTexts();
  const errorId = useId();
  const error = form.errors.configurationOnly;
  return (
    <div>
      <Checkbox
        isSelected={form.values.configurationOnly}
        onChange={form.set.configurationOnly}
        isInvalid={Boolean(form.tried && error)}
        aria-describedby={error ? errorId : undefined}
      >
        {t('take.configurationOnly')}
      </Checkbox>
      {error && (
        <p
          id={errorId}
          className={form.tried ? surfaces.problem : styles.hint}
          role={form.tried ? 'alert' : undefined}
        >
          {error}
        </p>
      )}
    </div>
  );
}

function Fields({ form, vm }: { form: Form; vm: VmView }) {
  const t = useTexts();
  const { values, set, errors, minuteLimits } = form;
  const verdict = vm.allowed.takeSnapshot;
  return (
    <div className={styles.fields}>
      {form.error && <FormError error={form.error} />}
      {!verdict.allowed && (
        <Alert status="warning" icon title={verdict.reason} role="status" />
      )}
      <NameField form={form} />
      <TextAreaField
        label={t('take.description')}
        placeholder={t('take.descriptionHint')}
        rows={2}
        validationBehavior="aria"
        value={values.description}
        onChange={set.description}
        validate={() => errors.description}
      />
      <NumberField
        label={t('take.deadline')}
        description={t('take.deadlineHint')}
        minValue={minuteLimits.min}
        maxValue={minuteLimits.max}
        step={1}
        validationBehavior="aria"
        value={values.minutes}
        onChange={set.minutes}
        validate={() => errors.deadline}
      />
      <DiskPreviewList disks={vm.disks} />
      {form.noDisk && <ConfigurationOnly form={form} />}
      <div>
        <Text as="h3" variant="body-medium" weight="bold">
          {t('take.consistency')}
        </Text>
        <Text as="p">{t(`expected.${vm.expectedConsistency}` as const)}</Text>
      </div>
    </div>
  );
}

/**
 * The form that asks for a snapshot, or for a schedule of them. Its content
 * survives every error.
 */
export function TakeSnapshotDialog(props: TakeSnapshotDialogProps) {
  const { entity, vm, onClose, onTaken, initialKind } = props;
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const [kind, setKind] = useState<RuleKind | 'single'>(
    initialKind ?? 'single',
  );
  const single = kind === 'single';
  const take = useTakeForm({ entity, vm, single, onTaken });
  const schedule = useScheduleForm({
    entity,
    vm,
    kind,
    onSaved: ({ schedule: saved }) => {
      toastApi.post({
        title: t('schedule.createdToast', { name: saved?.name ?? '' }),
        status: 'success',
        timeout: 8_000,
      });
      onClose();
    },
  });
  const form = single ? take : schedule;
  const formRef = useRef<HTMLFormElement>(null);

  const submit = () => {
    form.submit();
    // Once the complaints are on the screen, go to the first one.
    requestAnimationFrame(() =>
      formRef.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus(),
    );
  };

  return (
    <Dialog
      isOpen
      // A click beside it must not throw away what was typed.
      isDismissable={false}
      onOpenChange={open => !open && !form.pending && onClose()}
      width={single ? 560 : 640}
      className={surfaces.dialog}
    >
      <form
        ref={formRef}
        className={styles.form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogHeader>
          {t(single ? 'take.title' : 'schedule.createTitle', {
            vm: vm.ref.name,
          })}
        </DialogHeader>
        <DialogBody>
          <div className={styles.fields}>
            <KindField value={kind} single onChange={setKind} />
            {single ? (
              <Fields form={take} vm={vm} />
            ) : (
              <ScheduleFields form={schedule} vm={vm} onKind={setKind} />
            )}
          </div>
        </DialogBody>
        <DialogFooter>
          <FormButtons
            submit={t(single ? 'take.submit' : 'schedule.createSubmit')}
            verdict={single ? vm.allowed.takeSnapshot : schedule.verdict}
            pending={form.pending}
            onCancel={onClose}
          />
        </DialogFooter>
      </form>
    </Dialog>
  );
}
