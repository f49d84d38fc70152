// SPDX-License-Identifier: Apache-2.0
import { TextAreaField } from '@backstage/ui';
import type {
  OperationView,
  Verdict,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import type { NameCheck } from '../../hooks/useNameCheck';
import { useTexts } from '../../translations';
import { NewNameField } from '../NewNameField';
import { Notes, ReviewDialog, type ReviewDialogProps } from '../ReviewDialog';
import type { NewEntries } from './useNewFromSnapshot';

/** Props of the dialogs that make something new of a snapshot. */
export interface CreateDialogProps {
  entity: EntityKey;
  vm: VmView;
  snapshotName: string;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}

/** What of a form the dialog needs. */
interface CreateForm {
  query: { error: unknown; refetch: () => void };
  review:
    | { verdict: Verdict; problems: Parameters<typeof Notes>[0]['notes'] }
    | undefined;
  entries: NewEntries & { name: string };
  enter: (patch: Partial<NewEntries>) => void;
  max: number;
  check: NameCheck;
  reviewChanged: boolean;
  verdict: Verdict;
  problems: { name?: string; description?: string };
  pending: boolean;
  error?: Error;
  submit: () => void;
}

/** Name and description of what is made. */
export function NewNameFields(props: { label: string; form: CreateForm }) {
  const { entries, enter, problems, check, max } = props.form;
  const t = useTexts();
  return (
    <>
      <NewNameField
        label={props.label}
        max={max}
        value={entries.name}
        check={check}
        onChange={name => enter({ name })}
        problem={problems.name}
      />
      <TextAreaField
        label={t('take.description')}
        rows={2}
        validationBehavior="aria"
        value={entries.description}
        onChange={description => enter({ description })}
        validate={() => problems.description}
      />
    </>
  );
}

/** Shows what would be made of a snapshot, and asks for it. */
export function CreateDialog(props: {
  title: string;
  submit: string;
  form: CreateForm;
  parts: ReviewDialogProps['parts'];
  onClose: () => void;
}) {
  const { form } = props;
  const { review, query } = form;
  const impossible = review && review.problems.length > 0;
  return (
    <ReviewDialog
      title={props.title}
      submit={props.submit}
      verdict={form.verdict}
      explained={impossible && review.verdict.allowed}
      review={{
        loading: !review,
        error: review ? undefined : query.error,
        onRetry: query.refetch,
      }}
      changed={form.reviewChanged}
      notice={
        impossible ? <Notes notes={review.problems} tone="danger" /> : undefined
      }
      parts={props.parts}
      pending={form.pending}
      error={form.error}
      onSubmit={form.submit}
      onClose={props.onClose}
    />
  );
}
