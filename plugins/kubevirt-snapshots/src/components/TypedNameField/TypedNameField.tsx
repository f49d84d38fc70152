// SPDX-License-Identifier: Apache-2.0
import { TextField } from '@backstage/ui';
import { useTexts } from '../../translations';

/** A field that wants a name typed, as the last thing before an act. */
export function TypedNameField(props: {
  /** What has to be typed. */
  name: string;
  value: string;
  onChange: (value: string) => void;
  /** Why it does not do; nothing before a submit was tried. */
  problem?: string;
  /** It is the first field of its dialog. */
  first?: boolean;
}) {
  const { name, value, onChange, problem, first } = props;
  const t = useTexts();
  return (
    <TextField
      label={t('delete.typeName', { name })}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the first field of a dialog
      autoFocus={first}
      autoComplete="off"
      spellCheck="false"
      validationBehavior="aria"
      value={value}
      onChange={onChange}
      validate={() => problem}
    />
  );
}
