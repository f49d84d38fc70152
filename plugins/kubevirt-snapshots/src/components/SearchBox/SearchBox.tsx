// SPDX-License-Identifier: Apache-2.0
import { SearchField } from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { useDebounced } from '../../hooks/useDebounced';

/** Time without a key press before the search runs, in milliseconds. */
const TYPING_MS = 250;

/** A search that runs when the typing pauses. */
export function SearchBox(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const { label, value, onChange, className } = props;
  const [text, setText] = useState(value);
  const settled = useDebounced(text, TYPING_MS);
  const sent = useRef(value);
  const report = useRef(onChange);
  report.current = onChange;

  useEffect(() => {
    if (settled !== sent.current) {
      sent.current = settled;
      report.current(settled);
    }
  }, [settled]);
  useEffect(() => {
    // It was changed from outside: by a reset or the back button.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);

  return (
    <SearchField
      className={className}
      size="small"
      maxLength={253}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={setText}
    />
  );
}
