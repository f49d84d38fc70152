// SPDX-License-Identifier: Apache-2.0
import { TextField } from '@backstage/ui';
import { forwardRef } from 'react';

/** Props of {@link DateTimeField}. */
export interface DateTimeFieldProps {
  label: string;
  description?: string;
  size?: 'small' | 'medium';
  className?: string;
  /** As the browser writes it: `2030-01-31T10:00`, in the viewer's zone. */
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  problem?: string;
}

/**
 * A date with a time, entered by the browser's own field. BUI's DatePicker
 * wants its values from a package that BUI does not hand on.
 */
export const DateTimeField = forwardRef<HTMLDivElement, DateTimeFieldProps>(
  ({ problem, ...props }, ref) => (
    <TextField
      {...props}
      ref={ref}
      // BUI's own list of types leaves it out; the field passes it on as it is.
      type={'datetime-local' as 'text'}
      validationBehavior="aria"
      validate={() => problem ?? null}
    />
  ),
);
DateTimeField.displayName = 'DateTimeField';
