// SPDX-License-Identifier: Apache-2.0
import { Switch } from '@backstage/ui';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useEffect, useId, useRef } from 'react';
import styles from './ChoiceSwitch.module.css';

/**
 * Something that is done or not. When it can't be done the switch is off,
 * stays reachable and says why.
 */
export function ChoiceSwitch(props: {
  label: string;
  hint?: string;
  verdict?: Verdict;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
}) {
  const { label, hint, verdict = { allowed: true }, onChange } = props;
  const hintId = useId();
  const root = useRef<HTMLDivElement>(null);
  const refused = !verdict.allowed;
  const text = verdict.allowed ? hint : verdict.reason;
  useEffect(() => {
    // react-aria has no switch that is off and yet can be focused.
    const input = root.current?.querySelector('input');
    if (refused) {
      input?.setAttribute('aria-disabled', 'true');
    } else {
      input?.removeAttribute('aria-disabled');
    }
  }, [refused]);
  return (
    <div ref={root} className={refused ? styles.refused : undefined}>
      <Switch
        label={label}
        isReadOnly={refused}
        isSelected={!refused && props.isSelected}
        onChange={onChange}
        aria-describedby={text ? hintId : undefined}
      />
      {text && (
        <p className={styles.hint} id={hintId}>
          {text}
        </p>
      )}
    </div>
  );
}
