// SPDX-License-Identifier: Apache-2.0
import { Checkbox } from '@backstage/ui';
import { useId, type ReactNode } from 'react';
import surfaces from '../surfaces.module.css';

/** A box that has to be ticked before something is done. */
export function ConfirmCheckbox(props: {
  /** What one says by ticking it. */
  children: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  /** Why it does not do; nothing before a submit was tried. */
  problem?: string;
}) {
  const { children, isSelected, onChange, problem } = props;
  const problemId = useId();
  return (
    <div>
      <Checkbox
        isSelected={isSelected}
        onChange={onChange}
        isInvalid={Boolean(problem)}
        aria-describedby={problem ? problemId : undefined}
      >
        {children}
      </Checkbox>
      {problem && (
        <p id={problemId} className={surfaces.problem} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
