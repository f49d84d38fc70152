// SPDX-License-Identifier: Apache-2.0
import { TextAreaField } from '@backstage/ui';
import {
  MAX_TEMPLATE_NAME_LENGTH,
  TEMPLATE_NAME_PARAMETER,
  type TemplateReview,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import type { CreateDialogProps } from '../CloneDialog';
import { ConfirmCheckbox } from '../ConfirmCheckbox';
import { Moment } from '../Moment';
import { NewNameField } from '../NewNameField';
import {
  CapturedConfiguration,
  CapturedDisks,
  Notes,
  ReviewDialog,
  type ReviewDialogProps,
} from '../ReviewDialog';
import styles from '../ReviewDialog/ReviewDialog.module.css';
import { Slots, UserData } from './fields';
import { useTemplateForm, type TemplateForm } from './useTemplateForm';

function ComesPart({ review }: { review: TemplateReview }) {
  const t = useTexts();
  return (
    <>
      <div className={styles.text}>
        {t('create.templateAsOf', {
          time: <Moment value={review.createdAt} />,
        })}
      </div>
      <CapturedDisks disks={review.disks} />
      <CapturedConfiguration lines={review.configuration} />
    </>
  );
}

function ChangesPart({ review }: { review: TemplateReview }) {
  const t = useTexts();
  return (
    <>
      <p className={styles.text}>
        {t('create.nameParameter', { name: TEMPLATE_NAME_PARAMETER })}
      </p>
      {review.dropped.length > 0 && (
        <>
          <p className={styles.text}>{t('create.dropped')}</p>
          <Notes notes={review.dropped} tone="info" />
        </>
      )}
    </>
  );
}

function ChoicesPart({ form }: { form: TemplateForm }) {
  const { review, entries, enter, problems } = form;
  const t = useTexts();
  return (
    <div className={styles.fields}>
      <NewNameField
        label={t('create.templateName')}
        max={MAX_TEMPLATE_NAME_LENGTH}
        value={entries.name}
        check={form.check}
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
      {review && review.slots.length > 0 && <Slots form={form} />}
      <UserData form={form} />
    </div>
  );
}

function partsOf(t: Texts, form: TemplateForm): ReviewDialogProps['parts'] {
  const { review, entries, enter } = form;
  if (!review) {
    return {};
  }
  return {
    comes: {
      title: t('create.templateComes'),
      children: <ComesPart review={review} />,
    },
    changes: {
      title: t('create.templateChanges'),
      children: <ChangesPart review={review} />,
    },
    ...(review.warnings.length > 0 && {
      lost: {
        title: t('create.careful'),
        children: <Notes notes={review.warnings} />,
      },
    }),
    choices: {
      title: t('review.choices'),
      children: <ChoicesPart form={form} />,
    },
    confirmation: {
      title: t('review.confirmation'),
      children: (
        <ConfirmCheckbox
          isSelected={entries.acknowledged}
          onChange={acknowledged => enter({ acknowledged })}
          problem={form.problems.acknowledged}
        >
          {t('create.acknowledge')}
        </ConfirmCheckbox>
      ),
    },
  };
}

/** Shows what a template made of a snapshot would be, and asks for it. */
export function TemplateDialog(props: CreateDialogProps) {
  const { snapshotName, onClose } = props;
  const t = useTexts();
  const form = useTemplateForm(props);
  const { review, query } = form;
  const impossible = review && review.problems.length > 0;
  return (
    <ReviewDialog
      title={t('create.templateTitle', { snapshot: snapshotName })}
      submit={t('create.templateSubmit')}
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
      parts={partsOf(t, form)}
      pending={form.pending}
      error={form.error}
      onSubmit={form.submit}
      onClose={onClose}
    />
  );
}
