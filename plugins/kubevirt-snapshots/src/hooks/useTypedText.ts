// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { useDebounced } from './useDebounced';

/** Time without a key press before a typed text counts, in milliseconds. */
const TYPING_MS = 250;

/**
 * The text of a field whose value is reported once one stops typing.
 *
 * @param accepts - whether a text may be reported; all may by default
 */
export function useTypedText(
  value: string,
  onChange: (value: string) => void,
  accepts: (text: string) => boolean = () => true,
): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const settled = useDebounced(text, TYPING_MS);
  const sent = useRef(value);
  const report = useRef({ onChange, accepts });
  report.current = { onChange, accepts };

  useEffect(() => {
    if (settled !== sent.current && report.current.accepts(settled)) {
      sent.current = settled;
      report.current.onChange(settled);
    }
  }, [settled]);
  useEffect(() => {
    // It was changed from outside: by a reset or the back button.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);

  return [text, setText];
}
