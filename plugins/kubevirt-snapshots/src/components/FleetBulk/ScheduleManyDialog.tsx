// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import {
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Skeleton,
  Text,
  TextField,
  VisuallyHidden,
} from '@backstage/ui';
import {
  removesSnapshots,
  type ScheduleSettings,
  type Verdict,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, useRef, useState } from 'react';
import { useTexts, type Texts } from '../../translations';
import { FormButtons } from '../ActionButton';
import { ErrorState } from '../ErrorState';
import {
  KindField,
  NextRuns,
  OptionFields,
  RetentionFields,
  RuleFields,
  useScheduleForm,
  type RuleKind,
} from '../ScheduleForm';
import surfaces from '../surfaces.module.css';
import { BulkPreview, type PreviewRow } from './BulkPreview';
import type { BulkRun } from './BulkRun';
import styles from './FleetBulk.module.css';
import { useFreshVms } from './useFreshVms';
import { useScheduleMany } from './useScheduleMany';

interface Props {
  vms: readonly VmListItem[];
  onClose: () => void;
  onBegin: (run: BulkRun) => void;
}

type FormState = ReturnType<typeof useScheduleForm>;

/** Why a VM can't be put under the schedule; undefined when it can. */
function obstacle(
  t: Texts,
  vm: VmListItem,
  form: FormState,
): string | undefined {
  const { createSchedule, retention } = vm.allowed;
  // The entity is the door to the VM.
  if (vm.entityRef === undefined) {
    return t('fleet.noEntity');
  }
  if (!createSchedule.allowed) {
    return createSchedule.reason;
  }
  if (!retention.allowed && removesSnapshots(form.retention)) {
    return retention.reason;
  }
  const name = form.values.name.trim();
  if (vm.scheduleNames.includes(name)) {
    return t('bulk.nameTaken', { name });
  }
  const limit = form.limits?.schedulesOfVm.limit;
  if (limit !== undefined && vm.scheduleNames.length >= limit) {
    return t('bulk.tooManySchedules', { limit: String(limit) });
  }
  return vm.expectedConsistency === 'configuration'
    ? t('bulk.noDiskEver')
    : undefined;
}

function usePreview(options: {
  /** As they are now. */
  fresh: readonly VmListItem[];
  chosen: readonly VmListItem[];
  form: FormState;
}) {
  const { fresh, chosen, form } = options;
  const t = useTexts();
  const uids = new Set(fresh.map(({ uid }) => uid));
  const able = fresh.filter(vm => !obstacle(t, vm, form));
  const note = ({ scheduleNames }: VmListItem) =>
    scheduleNames.length > 0
      ? t('bulk.besides', { names: scheduleNames.join(', ') })
      : t('bulk.firstSchedule');
  const rows: PreviewRow[] = [
    ...able.map(vm => ({
      vm,
      text: form.values.name.trim() || t('bulk.unnamed'),
      note: note(vm),
    })),
    ...fresh
      .map(vm => ({ vm, obstacle: obstacle(t, vm, form) }))
      .filter(row => row.obstacle),
    ...chosen
      .filter(({ uid }) => !uids.has(uid))
      .map(vm => ({ vm, obstacle: t('bulk.gone') })),
  ];
  return { able, rows };
}

function Form(props: Props & { fresh: readonly VmListItem[] }) {
  const { fresh, vms: chosen, onClose, onBegin } = props;
  const t = useTexts();
  const scheduleMany = useScheduleMany();
  const [kind, setKind] = useState<RuleKind>('daily');
  const formRef = useRef<HTMLFormElement>(null);
  // Limits and rules are the platform's, so any of the VMs can tell them.
  const doors = fresh.filter(vm => vm.entityRef !== undefined);
  const [first] = useState(
    () => doors.find(vm => vm.allowed.createSchedule.allowed) ?? doors[0],
  );
  const entity = useMemo(
    () => parseEntityRef(first.entityRef!),
    [first.entityRef],
  );
  // Who can be put under it depends on what the form says.
  const begin = useRef<(settings: ScheduleSettings) => void>(() => {});
  const form = useScheduleForm({
    entity,
    vm: first,
    kind,
    onSaved: onClose,
    onSettings: settings => begin.current(settings),
  });
  const { able, rows } = usePreview({ fresh, chosen, form });
  begin.current = settings => {
    if (able.length > 0) {
      onBegin(scheduleMany({ vms: able, settings }));
    }
  };
  const { values, errors, tried } = form;
  const nameError =
    tried || values.name.trim() !== '' ? errors.name : undefined;
  const verdict: Verdict =
    able.length > 0
      ? { allowed: true }
      : { allowed: false, code: 'vm-busy', reason: t('bulk.noneToSchedule') };

  return (
    <form
      ref={formRef}
      className={styles.form}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        form.submit();
        // Once the complaints are on the screen, go to the first one.
        requestAnimationFrame(() =>
          formRef.current
            ?.querySelector<HTMLElement>('[aria-invalid="true"]')
            ?.focus(),
        );
      }}
    >
      <DialogHeader>
        {t('bulk.scheduleTitle', { count: chosen.length })}
      </DialogHeader>
      <DialogBody>
        <div className={styles.fields}>
          <KindField value={kind} single={false} onChange={setKind} />
          <TextField
            label={t('schedule.name')}
            description={t('bulk.scheduleNameHint')}
            isRequired
            // eslint-disable-next-line jsx-a11y/no-autofocus -- the first field to fill in
            autoFocus
            validationBehavior="aria"
            value={values.name}
            onChange={name => form.set({ name })}
            validate={() => nameError ?? null}
            autoComplete="off"
          />
          <RuleFields form={form} />
          <NextRuns form={form} />
          <RetentionFields form={form} />
          <OptionFields form={form} />
          <BulkPreview
            title={t('bulk.ableSchedule', { count: able.length })}
            column={t('bulk.scheduleColumn')}
            rows={rows}
          />
          <Text as="p" color="secondary">
            {t('bulk.scheduleHow')}
          </Text>
        </div>
      </DialogBody>
      <DialogFooter>
        <FormButtons
          submit={t('bulk.scheduleSubmit', { count: able.length })}
          verdict={verdict}
          pending={false}
          onCancel={onClose}
        />
      </DialogFooter>
    </form>
  );
}

/** Why there is no form. */
function Nothing(props: Props & { query: ReturnType<typeof useFreshVms> }) {
  const { vms, query, onClose } = props;
  const t = useTexts();
  const { data, isError, error, refetch } = query;
  return (
    <>
      <DialogHeader>
        {t('bulk.scheduleTitle', { count: vms.length })}
      </DialogHeader>
      <DialogBody>
        {isError && <ErrorState error={error} onRetry={refetch} />}
        {data && (
          <BulkPreview
            title={t('bulk.ableSchedule', { count: 0 })}
            column={t('bulk.scheduleColumn')}
            rows={vms.map(vm => ({
              vm,
              obstacle:
                vm.entityRef === undefined
                  ? t('fleet.noEntity')
                  : t('bulk.gone'),
            }))}
          />
        )}
        {!data && !isError && (
          <div role="status" aria-busy="true">
            <VisuallyHidden>{t('bulk.loading')}</VisuallyHidden>
            <Skeleton width="100%" height={160} />
          </div>
        )}
      </DialogBody>
      <DialogFooter>
        <FormButtons
          submit={t('bulk.scheduleSubmit', { count: 0 })}
          verdict={{
            allowed: false,
            code: 'vm-busy',
            reason: data ? t('bulk.noneToSchedule') : t('bulk.loading'),
          }}
          pending={false}
          onCancel={onClose}
        />
      </DialogFooter>
    </>
  );
}

/** Puts each of many VMs under a schedule, after showing what that means. */
export function ScheduleManyDialog(props: Props) {
  // What is chosen on the page behind doesn't change what is decided here.
  const [chosen] = useState(props.vms);
  const query = useFreshVms(chosen);
  const { data: fresh } = query;
  // Without an entity there is nobody to ask for the limits.
  const canAsk = fresh?.some(vm => vm.entityRef !== undefined);
  return (
    <Dialog
      isOpen
      // A click beside it must not throw away what was typed.
      isDismissable={false}
      onOpenChange={open => !open && props.onClose()}
      width={640}
      className={surfaces.dialog}
    >
      {fresh && canAsk ? (
        <Form {...props} vms={chosen} fresh={fresh} />
      ) : (
        <Nothing {...props} vms={chosen} query={query} />
      )}
    </Dialog>
  );
}
