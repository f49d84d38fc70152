// SPDX-License-Identifier: Apache-2.0
import { RiLoader4Line } from '@remixicon/react';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ActionButton } from './ActionButton';
import styles from './ActionButton.module.css';

function useSending(pending: boolean, otherwise: Verdict): Verdict {
  const t = useTexts();
  return pending
    ? { allowed: false, code: 'vm-busy', reason: t('form.sending') }
    : otherwise;
}

/** Buttons below a form: leave it, or send it once. */
export function FormButtons(props: {
  submit: string;
  verdict: Verdict;
  pending: boolean;
  destructive?: boolean;
  onCancel: () => void;
}) {
  const { submit, verdict, pending, destructive, onCancel } = props;
  const t = useTexts();
  return (
    <>
      <ActionButton
        variant="secondary"
        verdict={useSending(pending, { allowed: true })}
        onPress={onCancel}
      >
        {t('form.cancel')}
      </ActionButton>
      {/* Not `isPending`: its announcement outlives the button it names. */}
      <ActionButton
        variant="primary"
        type="submit"
        destructive={destructive}
        verdict={useSending(pending, verdict)}
        iconStart={
          pending ? (
            <RiLoader4Line className={styles.spin} aria-hidden="true" />
          ) : undefined
        }
      >
        {submit}
      </ActionButton>
    </>
  );
}
