// SPDX-License-Identifier: Apache-2.0
import {
  TEMPLATE_NAME_PARAMETER,
  type TemplateReview,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import { ConfirmCheckbox } from '../ConfirmCheckbox';
import {
  CreateDialog,
  NewNameFields,
  type CreateDialogProps,
} from '../CreateDialog';
import { Moment } from '../Moment';
import {
  CapturedConfiguration,
  CapturedDisks,
  Notes,
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
  const { review } = form;
  const t = useTexts();
  return (
    <div className={styles.fields}>
      <NewNameFields label={t('create.templateName')} form={form} />
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
  return (
    <CreateDialog
      title={t('create.templateTitle', { snapshot: snapshotName })}
      submit={t('create.templateSubmit')}
      form={form}
      parts={partsOf(t, form)}
      onClose={onClose}
    />
  );
}
