// SPDX-License-Identifier: Apache-2.0
import { Radio, RadioGroup } from '@backstage/ui';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import styles from './ChoiceGroup.module.css';

/** One of several ways to do something. */
export interface Choice<T extends string> {
  id: T;
  label: string;
  hint?: string;
  verdict: Verdict;
}

/** react-aria has no radio that is off and yet can be reached by the arrows. */
function markDisabled(content: HTMLElement | null) {
  content
    ?.closest('label')
    ?.querySelector('input')
    ?.setAttribute('aria-disabled', 'true');
}

/**
 * Ways to do something, of which one is chosen. One that is impossible stays
 * reachable, with the reason beside it, and cannot be chosen.
 */
export function ChoiceGroup<T extends string>(props: {
  label: string;
  value: T | undefined;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  const { label, value, choices, onChange } = props;
  const id = useId();
  return (
    <RadioGroup
      label={label}
      value={value ?? null}
      onChange={next => {
        const choice = choices.find(one => one.id === next);
        if (choice?.verdict.allowed) {
          onChange(choice.id);
        }
      }}
    >
      {choices.map(choice => {
        const { verdict, hint } = choice;
        const text = verdict.allowed ? hint : verdict.reason;
        const textId = `${id}-${choice.id}`;
        return (
          <Radio
            // Anew when it is turned on or off, so that no mark is left.
            key={`${choice.id}:${verdict.allowed}`}
            value={choice.id}
            className={verdict.allowed ? undefined : styles.refused}
            aria-label={choice.label}
            aria-describedby={text ? textId : undefined}
          >
            <span
              className={styles.choice}
              ref={verdict.allowed ? undefined : markDisabled}
            >
              <span className={styles.label}>{choice.label}</span>
              {text && (
                <span className={styles.hint} id={textId}>
                  {text}
                </span>
              )}
            </span>
          </Radio>
        );
      })}
    </RadioGroup>
  );
}
