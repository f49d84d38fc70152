// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';

/**
 * Whether what is reviewed has become another thing since it was first shown.
 *
 * @param hash - of what is shown; undefined until it is there
 * @param refused - the backend has refused what was sent for that reason
 * @param onChange - what was confirmed must be confirmed anew
 */
export function useReviewed(options: {
  hash: string | undefined;
  refused: boolean;
  onChange: () => void;
}): { changed: boolean } {
  const { hash, refused, onChange } = options;
  const seen = useRef<string>();
  const report = useRef(onChange);
  report.current = onChange;
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    if (hash === undefined) {
      return;
    }
    if (seen.current !== undefined && seen.current !== hash) {
      setChanged(true);
      report.current();
    }
    seen.current = hash;
  }, [hash]);
  useEffect(() => {
    if (refused) {
      setChanged(true);
      report.current();
    }
  }, [refused]);
  return { changed };
}
