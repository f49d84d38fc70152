// SPDX-License-Identifier: Apache-2.0
import { TextField } from '@backstage/ui';
import type { SnapshotNameProblem } from 'backstage-plugin-kubevirt-snapshots-common';
import type { NameCheck } from '../../hooks/useNameCheck';
import { useTexts, type Texts } from '../../translations';
import styles from './NewNameField.module.css';

const NAME_TEXTS = {
  empty: 'take.nameEmpty',
  'too-long': 'take.nameTooLong',
  'upper-case': 'take.nameUpperCase',
  'bad-character': 'take.nameBadCharacter',
  'bad-edge': 'take.nameBadEdge',
} as const satisfies Record<SnapshotNameProblem, string>;

/** What is wrong with a new name, in words. */
export function newNameProblem(
  t: Texts,
  options: { name: string; check: NameCheck; max: number },
): string | undefined {
  const { name, check, max } = options;
  return check.problem
    ? t(NAME_TEXTS[check.problem], {
        max: String(max),
        length: String(name.length),
      })
    : check.taken && (check.taken.reason ?? t('create.nameTaken'));
}

/** A field for the name of something new, checked while one types. */
export function NewNameField(props: {
  label: string;
  value: string;
  max: number;
  check: NameCheck;
  onChange: (value: string) => void;
  problem?: string;
}) {
  const { label, value, max, check, onChange, problem } = props;
  const t = useTexts();
  const hint = () => {
    if (check.checking) {
      return t('take.nameChecking');
    }
    return check.free ? t('take.nameFree') : '';
  };
  return (
    <div>
      <TextField
        label={label}
        description={t('take.nameHint', { max: String(max) })}
        isRequired
        validationBehavior="aria"
        value={value}
        onChange={onChange}
        validate={() => problem}
        autoComplete="off"
        spellCheck="false"
      />
      {!problem && (
        <p className={styles.hint} role="status">
          {hint()}
        </p>
      )}
    </div>
  );
}
