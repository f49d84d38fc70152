// SPDX-License-Identifier: Apache-2.0
import { TextAreaField } from '@backstage/ui';
import { MAX_REASON_LENGTH } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts, type Texts } from '../../translations';

/** What is wrong with a reason, in words; undefined when nothing is. */
export function reasonProblem(
  t: Texts,
  value: string,
  required: boolean,
): string | undefined {
  const { length } = value.trim();
  if (length > MAX_REASON_LENGTH) {
    return t('form.reasonTooLong', {
      max: String(MAX_REASON_LENGTH),
      length: String(length),
    });
  }
  return required && length === 0 ? t('form.reasonEmpty') : undefined;
}

/** The field in which a person says why; it is kept on record. */
export function ReasonField(props: {
  value: string;
  onChange: (value: string) => void;
  required: boolean;
  /** Whether a submit was tried; an empty field is no error before. */
  tried: boolean;
  /** What the backend has against it. */
  refusal?: string;
  /** It is the first field of its dialog. */
  first?: boolean;
}) {
  const { value, onChange, required, tried, refusal, first } = props;
  const t = useTexts();
  return (
    <TextAreaField
      label={t('form.reason')}
      description={t('form.reasonHint', { max: String(MAX_REASON_LENGTH) })}
      rows={2}
      isRequired={required}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the first field of a dialog
      autoFocus={first}
      validationBehavior="aria"
      value={value}
      onChange={onChange}
      validate={() =>
        reasonProblem(t, value, required && tried) ?? refusal ?? null
      }
    />
  );
}
