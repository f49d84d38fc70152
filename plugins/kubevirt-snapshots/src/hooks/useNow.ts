// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';

/**
 * The time, renewed every `intervalMs` milliseconds while the component is
 * shown.
 */
export function useNow(intervalMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}
