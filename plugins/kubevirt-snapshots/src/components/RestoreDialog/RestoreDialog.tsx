// SPDX-License-Identifier: Apache-2.0
import { Button } from '@backstage/ui';
import type {
  OperationView,
  RestoreChoices,
  RestorePlan,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { ReviewDialog, type ReviewDialogProps } from '../ReviewDialog';
import { WarningList } from '../WarningList';
import {
  ChangesPart,
  ChoicesPart,
  ComesPart,
  confirmationOf,
  LostPart,
  PowerPart,
} from './parts';
import { useRestoreForm, type RestoreForm } from './useRestoreForm';

/** Props of {@link RestoreDialog}. */
export interface RestoreDialogProps {
  entity: EntityKey;
  vm: VmView;
  snapshotName: string;
  /** Of an earlier try, which are kept. */
  choices?: RestoreChoices;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
  /** Offers to make a new VM where the snapshot can't go into this one. */
  onCreateVm?: () => void;
}

/** What stands in the way, each with its own words, and another way. */
function Checks(props: { plan: RestorePlan; onCreateVm?: () => void }) {
  const { plan, onCreateVm } = props;
  const t = useTexts();
  const said = plan.checks.filter(({ state }) => state !== 'ok');
  const elsewhere = said.some(({ instead }) => instead === 'create-vm');
  return (
    <>
      <WarningList
        warnings={said.map(({ code, state, message = '' }) => ({
          code,
          message,
          tone: state === 'refused' ? 'danger' : 'info',
        }))}
      />
      {elsewhere && onCreateVm && (
        <div>
          <Button variant="secondary" onPress={onCreateVm}>
            {t('restore.createVmInstead')}
          </Button>
        </div>
      )}
    </>
  );
}

function partsOf(
  t: ReturnType<typeof useTexts>,
  form: RestoreForm,
  vm: VmView,
): ReviewDialogProps['parts'] {
  const { plan, choices, entries } = form;
  if (!plan || !choices) {
    return {};
  }
  const confirmation = confirmationOf({ plan, form, vmName: vm.ref.name });
  return {
    comes: { title: t('restore.comes'), children: <ComesPart plan={plan} /> },
    changes: {
      title: t('restore.changes'),
      children: <ChangesPart plan={plan} />,
    },
    lost: {
      title: t('restore.lost'),
      children: <LostPart plan={plan} safety={choices.safetySnapshot} />,
    },
    power: {
      title: t('review.power'),
      children: (
        <PowerPart plan={plan} choices={choices} choose={entries.choose} />
      ),
    },
    choices: {
      title: t('review.choices'),
      children: <ChoicesPart plan={plan} choices={choices} form={form} />,
    },
    ...(confirmation && {
      confirmation: {
        title: t('review.confirmation'),
        children: confirmation,
      },
    }),
  };
}

/** Shows what a restore would do, and asks for it. */
export function RestoreDialog(props: RestoreDialogProps) {
  const { vm, snapshotName, onClose, onCreateVm } = props;
  const t = useTexts();
  const form = useRestoreForm(props);
  const { plan, query } = form;
  const said = plan?.checks.some(({ state }) => state !== 'ok');
  return (
    <ReviewDialog
      title={t('restore.title', { vm: vm.ref.name, snapshot: snapshotName })}
      submit={t('restore.submit')}
      destructive
      verdict={form.verdict}
      explained={plan?.checks.some(({ state }) => state === 'refused')}
      review={{
        loading: !plan,
        // What is on the screen stays there while a refresh fails.
        error: plan ? undefined : query.error,
        onRetry: query.refetch,
      }}
      changed={form.planChanged}
      notice={
        plan && said ? (
          <Checks plan={plan} onCreateVm={onCreateVm} />
        ) : undefined
      }
      parts={partsOf(t, form, vm)}
      pending={form.pending}
      error={form.error}
      onSubmit={form.submit}
      onClose={onClose}
    />
  );
}
