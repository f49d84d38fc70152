// SPDX-License-Identifier: Apache-2.0
import {
  Button,
  Tooltip,
  TooltipTrigger,
  VisuallyHidden,
  type ButtonProps,
} from '@backstage/ui';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import styles from './ActionButton.module.css';

/** Props of {@link ActionButton}. */
export interface ActionButtonProps
  extends Omit<ButtonProps, 'isDisabled' | 'className'> {
  /** Whether it may be pressed, and if not why. */
  verdict: Verdict;
}

/**
 * A button that says why it is off. It keeps the focus when it is, so that
 * keyboard and screen reader reach the reason; a native `disabled` would hide
 * both.
 */
export function ActionButton({
  verdict,
  onPress,
  type,
  ...props
}: ActionButtonProps) {
  const reasonId = useId();
  const refused = !verdict.allowed;
  // The same elements in both cases, so that the button keeps the focus when
  // the answer changes while somebody is on it.
  return (
    <>
      <TooltipTrigger delay={200} isDisabled={!refused}>
        <Button
          {...props}
          type={refused ? 'button' : type}
          className={refused ? styles.refused : undefined}
          aria-disabled={refused ? 'true' : undefined}
          aria-describedby={refused ? reasonId : undefined}
          onPress={refused ? undefined : onPress}
        />
        <Tooltip>{refused ? verdict.reason : ''}</Tooltip>
      </TooltipTrigger>
      {refused && (
        <VisuallyHidden id={reasonId}>{verdict.reason}</VisuallyHidden>
      )}
    </>
  );
}
