// SPDX-License-Identifier: Apache-2.0
import { useCallback, useRef } from 'react';
import { newOperationId } from '../utils/operationId';

/**
 * Gives the id of an act by its content: the same content sent again is the
 * same act, and another content is another act.
 */
export function useActId() {
  const last = useRef<{ content: string; id: string }>();
  return useCallback((content: object) => {
    const text = JSON.stringify(content);
    if (last.current?.content !== text) {
      last.current = { content: text, id: newOperationId() };
    }
    return last.current.id;
  }, []);
}
