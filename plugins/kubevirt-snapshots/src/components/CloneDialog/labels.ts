// SPDX-License-Identifier: Apache-2.0
import {
  isLabelKey,
  isLabelValue,
  isReservedKey,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Texts } from '../../translations';

/** Labels as they were typed, and what is wrong with them. */
export interface TypedLabels {
  labels: Record<string, string>;
  problem?: string;
}

/**
 * Reads labels, one `key=value` a line.
 *
 * @param fixed - keys that the new VM has whatever is typed
 */
export function readLabels(
  t: Texts,
  text: string,
  fixed: readonly string[],
): TypedLabels {
  const labels: Record<string, string> = {};
  for (const line of text.split('\n').map(one => one.trim())) {
    if (line) {
      const at = line.indexOf('=');
      const key = (at < 0 ? line : line.slice(0, at)).trim();
      const value = at < 0 ? '' : line.slice(at + 1).trim();
      if (at < 0 || !isLabelKey(key)) {
        return { labels, problem: t('create.labelBadLine', { line }) };
      }
      if (!isLabelValue(value)) {
        return { labels, problem: t('create.labelBadValue', { value }) };
      }
      if (isReservedKey(key)) {
        return { labels, problem: t('create.labelReserved', { key }) };
      }
      if (fixed.includes(key)) {
        return { labels, problem: t('create.labelFixed', { key }) };
      }
      if (Object.hasOwn(labels, key)) {
        return { labels, problem: t('create.labelTwice', { key }) };
      }
      labels[key] = value;
    }
  }
  return { labels };
}
