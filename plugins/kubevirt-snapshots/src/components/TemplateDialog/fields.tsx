// SPDX-License-Identifier: Apache-2.0
import { Checkbox, TextField } from '@backstage/ui';
import type {
  TemplateSlot,
  TemplateUserData,
  TemplateUserDataAction,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ChoiceGroup } from '../ChoiceGroup';
import surfaces from '../surfaces.module.css';
import reviewStyles from '../ReviewDialog/ReviewDialog.module.css';
import styles from './TemplateDialog.module.css';
import { parameterOf, userDataOf, type TemplateForm } from './useTemplateForm';

function Problem({ text }: { text?: string }) {
  return text ? (
    <p className={surfaces.problem} role="alert">
      {text}
    </p>
  ) : null;
}

function Slot({ slot, form }: { slot: TemplateSlot; form: TemplateForm }) {
  const t = useTexts();
  const { entries, enter } = form;
  const entry = entries.parameters[slot.slot];
  const set = (patch: object) =>
    enter({
      parameters: {
        ...entries.parameters,
        [slot.slot]: { ...(entry ?? parameterOf(slot)), ...patch },
      },
    });
  const toggle = (on: boolean) => {
    const { [slot.slot]: _, ...others } = entries.parameters;
    enter({
      parameters: on ? { ...others, [slot.slot]: parameterOf(slot) } : others,
    });
  };
  return (
    <div role="group" aria-label={slot.label}>
      <Checkbox isSelected={Boolean(entry)} onChange={toggle}>
        {slot.value
          ? t('create.slot', { label: slot.label, value: slot.value })
          : slot.label}
      </Checkbox>
      {entry && (
        <div className={styles.entry}>
          <TextField
            label={t('create.parameterName')}
            validationBehavior="aria"
            value={entry.name}
            onChange={name => set({ name })}
            validate={() => form.parameterProblem(entry.name)}
            autoComplete="off"
            spellCheck="false"
          />
          <TextField
            label={t('create.parameterValue')}
            value={entry.value}
            onChange={value => set({ value })}
            autoComplete="off"
            spellCheck="false"
          />
          <Checkbox
            isSelected={entry.required}
            onChange={required => set({ required })}
          >
            {t('create.parameterRequired')}
          </Checkbox>
        </div>
      )}
    </div>
  );
}

/** Which places of the configuration become parameters. */
export function Slots({ form }: { form: TemplateForm }) {
  const t = useTexts();
  const slots = form.review?.slots ?? [];
  return (
    <fieldset className={styles.group}>
      <legend>{t('create.parameters')}</legend>
      <p className={reviewStyles.text}>{t('create.parametersHint')}</p>
      {slots.map(slot => (
        <Slot key={slot.slot} slot={slot} form={form} />
      ))}
      <Problem text={form.problems.parameters} />
    </fieldset>
  );
}

const ACTION_TEXTS = {
  drop: { label: 'create.dataDrop', hint: 'create.dataDropHint' },
  parameter: {
    label: 'create.dataParameter',
    hint: 'create.dataParameterHint',
  },
  secret: { label: 'create.dataSecret', hint: 'create.dataSecretHint' },
} as const satisfies Record<
  TemplateUserDataAction,
  { label: string; hint: string }
>;

function Data({ data, form }: { data: TemplateUserData; form: TemplateForm }) {
  const t = useTexts();
  const { entries, enter } = form;
  const entry = entries.userData[data.volume] ?? userDataOf(data);
  const set = (patch: object) =>
    enter({
      userData: { ...entries.userData, [data.volume]: { ...entry, ...patch } },
    });
  return (
    <div>
      <ChoiceGroup
        label={t('create.data', { volume: data.volume, kind: data.kind })}
        value={entry.action}
        choices={data.actions.map(action => ({
          id: action,
          label: t(ACTION_TEXTS[action].label),
          hint: t(ACTION_TEXTS[action].hint),
          verdict: { allowed: true },
        }))}
        onChange={action => set({ action })}
      />
      {entry.action === 'parameter' && (
        <div className={styles.entry}>
          <TextField
            label={t('create.parameterName')}
            validationBehavior="aria"
            value={entry.parameterName}
            onChange={parameterName => set({ parameterName })}
            validate={() => form.parameterProblem(entry.parameterName)}
            autoComplete="off"
            spellCheck="false"
          />
        </div>
      )}
      {entry.action === 'secret' && (
        <div className={styles.entry}>
          <TextField
            label={t('create.secretName')}
            description={t('create.secretNameHint')}
            validationBehavior="aria"
            value={entry.secretName}
            onChange={secretName => set({ secretName })}
            validate={() => form.secretProblem(entry.secretName)}
            autoComplete="off"
            spellCheck="false"
          />
        </div>
      )}
    </div>
  );
}

/** What becomes of data for the guest's first boot. */
export function UserData({ form }: { form: TemplateForm }) {
  return (
    <>
      {form.review?.userData.map(data => (
        <Data key={data.volume} data={data} form={form} />
      ))}
      <Problem text={form.problems.userData} />
    </>
  );
}
