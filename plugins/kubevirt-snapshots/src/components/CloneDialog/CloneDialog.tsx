// SPDX-License-Identifier: Apache-2.0
import { Accordion, AccordionPanel, AccordionTrigger } from '@backstage/ui';
import { TextAreaField, TextField } from '@backstage/ui';
import {
  type CloneReview,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';
import { ChoiceSwitch } from '../ChoiceSwitch';
import {
  CreateDialog,
  NewNameFields,
  type CreateDialogProps,
} from '../CreateDialog';
import { Fact, Facts } from '../Drawer';
import { Moment } from '../Moment';
import { Person } from '../Person';
import {
  CapturedConfiguration,
  CapturedDisks,
  Notes,
  type ReviewDialogProps,
} from '../ReviewDialog';
import surfaces from '../surfaces.module.css';
import styles from '../ReviewDialog/ReviewDialog.module.css';
import { useCloneForm, type CloneForm } from './useCloneForm';

function ComesPart({ review }: { review: CloneReview }) {
  const t = useTexts();
  const labels = Object.entries(review.labels);
  return (
    <>
      <div className={styles.text}>
        {t('create.asOf', { time: <Moment value={review.createdAt} /> })}
      </div>
      <CapturedDisks disks={review.disks} />
      <Facts>
        <Fact label={t('create.owners')}>
          {review.owners.length > 0
            ? review.owners.map(owner => (
                <div key={owner}>
                  <Person entityRef={owner} />
                </div>
              ))
            : t('create.noOwner')}
        </Fact>
        <Fact label={t('create.labels')}>
          {labels.length > 0 &&
            labels.map(([key, value]) => (
              <div key={key}>
                {key}={value}
              </div>
            ))}
        </Fact>
      </Facts>
      <CapturedConfiguration lines={review.configuration} />
    </>
  );
}

function ChangesPart({ review }: { review: CloneReview }) {
  const t = useTexts();
  return (
    <Facts>
      <Fact label={t('create.identity')}>{t('create.identityText')}</Fact>
      {review.interfaces.map(({ name, network, fixedMac }) => (
        <Fact key={name} label={t('create.interface', { name })}>
          {fixedMac
            ? t('create.newMacInstead', { network })
            : t('create.newMac', { network })}
        </Fact>
      ))}
    </Facts>
  );
}

function Macs({ review, form }: { review: CloneReview; form: CloneForm }) {
  const t = useTexts();
  const { entries, enter } = form;
  return (
    <>
      {review.interfaces.map(({ name }) => (
        <TextField
          key={name}
          label={t('create.mac', { name })}
          description={t('create.macHint')}
          validationBehavior="aria"
          value={entries.macs[name] ?? ''}
          onChange={mac => enter({ macs: { ...entries.macs, [name]: mac } })}
          validate={() => form.macProblem(entries.macs[name])}
          autoComplete="off"
          spellCheck="false"
        />
      ))}
      {form.problems.macAddresses && (
        <p className={surfaces.problem} role="alert">
          {form.problems.macAddresses}
        </p>
      )}
    </>
  );
}

function MoreChoices(props: { review: CloneReview; form: CloneForm }) {
  const { review, form } = props;
  const { entries, enter, problems } = form;
  const t = useTexts();
  const instanceLabels = Object.keys(review.instanceLabels);
  return (
    <Accordion>
      <AccordionTrigger title={t('create.more')} />
      <AccordionPanel>
        <div className={styles.fields}>
          <Macs review={review} form={form} />
          <TextField
            label={t('create.serial')}
            description={t('create.serialHint')}
            validationBehavior="aria"
            value={entries.serial}
            onChange={serial => enter({ serial })}
            validate={() => problems.serial}
            autoComplete="off"
            spellCheck="false"
          />
          <TextAreaField
            label={t('create.moreLabels')}
            description={t('create.moreLabelsHint')}
            rows={2}
            validationBehavior="aria"
            value={entries.labels}
            onChange={labels => enter({ labels })}
            validate={() => problems.labels}
            spellCheck="false"
          />
          {review.annotations.length > 0 && (
            <ChoiceSwitch
              label={t('create.keepAnnotations')}
              hint={review.annotations.join(', ')}
              isSelected={entries.keepAnnotations}
              onChange={keepAnnotations => enter({ keepAnnotations })}
            />
          )}
          {instanceLabels.length > 0 && (
            <ChoiceSwitch
              label={t('create.keepInstanceLabels')}
              hint={t('create.keepInstanceLabelsHint', {
                labels: instanceLabels.join(', '),
              })}
              isSelected={entries.keepInstanceLabels}
              onChange={keepInstanceLabels => enter({ keepInstanceLabels })}
            />
          )}
        </div>
      </AccordionPanel>
    </Accordion>
  );
}

function ChoicesPart({
  review,
  form,
}: {
  review: CloneReview;
  form: CloneForm;
}) {
  const t = useTexts();
  return (
    <div className={styles.fields}>
      <NewNameFields label={t('create.vmName')} form={form} />
      <MoreChoices review={review} form={form} />
    </div>
  );
}

function partsOf(
  t: Texts,
  form: CloneForm,
  vm: VmView,
): ReviewDialogProps['parts'] {
  const { review, entries, enter } = form;
  if (!review) {
    return {};
  }
  return {
    comes: {
      title: t('create.comes'),
      children: <ComesPart review={review} />,
    },
    changes: {
      title: t('create.changes', { vm: vm.ref.name }),
      children: <ChangesPart review={review} />,
    },
    ...(review.warnings.length > 0 && {
      lost: {
        title: t('create.careful'),
        children: <Notes notes={review.warnings} />,
      },
    }),
    power: {
      title: t('review.power'),
      children: (
        <ChoiceSwitch
          label={t('create.start')}
          hint={entries.start ? t('create.startHint') : t('create.staysOff')}
          isSelected={entries.start}
          onChange={start => enter({ start })}
        />
      ),
    },
    choices: {
      title: t('review.choices'),
      children: <ChoicesPart review={review} form={form} />,
    },
  };
}

/** Shows what a new VM made of a snapshot would be, and asks for it. */
export function CloneDialog(props: CreateDialogProps) {
  const { vm, snapshotName, onClose } = props;
  const t = useTexts();
  const form = useCloneForm(props);
  return (
    <CreateDialog
      title={t('create.vmTitle', { snapshot: snapshotName })}
      submit={t('create.vmSubmit')}
      form={form}
      parts={partsOf(t, form, vm)}
      onClose={onClose}
    />
  );
}
