// SPDX-License-Identifier: Apache-2.0
import { VisuallyHidden } from '@backstage/ui';
import LinearProgress from '@material-ui/core/LinearProgress';
import {
  RiArrowRightCircleLine,
  RiCheckboxBlankCircleLine,
  RiCheckboxCircleLine,
  RiErrorWarningLine,
} from '@remixicon/react';
import type { StepView } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ReactNode } from 'react';
import { useTexts } from '../../translations';
import styles from './StepList.module.css';

const STEP_LOOKS = {
  done: { icon: RiCheckboxCircleLine, word: 'step.stateDone', style: '' },
  current: {
    icon: RiArrowRightCircleLine,
    word: 'step.stateCurrent',
    style: styles.current,
  },
  waiting: {
    icon: RiCheckboxBlankCircleLine,
    word: 'step.stateWaiting',
    style: '',
  },
  failed: {
    icon: RiErrorWarningLine,
    word: 'step.stateFailed',
    style: styles.failed,
  },
} as const;

/** A step with its words. */
export interface ListedStep {
  id: string;
  label: string;
  state: StepView['state'];
  /** Progress inside the step. */
  count?: { done: number; total: number };
  /** More about it, below it. */
  details?: ReactNode;
}

function Step({ step }: { step: ListedStep }) {
  const t = useTexts();
  const { icon: Icon, word, style } = STEP_LOOKS[step.state];
  return (
    <li
      className={`${styles.step} ${style}`}
      aria-current={step.state === 'current' ? 'step' : undefined}
    >
      <Icon size={14} aria-hidden="true" />
      <span>
        {step.label}
        {step.count &&
          ` (${t('step.count', {
            done: String(step.count.done),
            total: String(step.count.total),
          })})`}
        <VisuallyHidden>: {t(word)}</VisuallyHidden>
        {step.state === 'current' && step.count && step.count.total > 0 && (
          // The words beside it say the same.
          <LinearProgress
            aria-hidden="true"
            variant="determinate"
            value={(100 * step.count.done) / step.count.total}
          />
        )}
        {step.details}
      </span>
    </li>
  );
}

/** The steps of something that takes time, and how far it is. */
export function StepList(props: { label: string; steps: ListedStep[] }) {
  const { label, steps } = props;
  return (
    <ol className={styles.steps} aria-label={label}>
      {steps.map(step => (
        <Step key={step.id} step={step} />
      ))}
    </ol>
  );
}
