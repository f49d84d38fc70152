// SPDX-License-Identifier: Apache-2.0
import {
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiForbidLine,
  RiLoader4Line,
  RiQuestionLine,
  RiTimeLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { Tone } from '../StatusBadge';
import type { BulkState } from './BulkRun';

/** States in the order in which they are counted for people. */
export const BULK_STATES: readonly BulkState[] = [
  'succeeded',
  'failed',
  'unknown',
  'running',
  'sending',
  'waiting',
  'cancelled',
];

/** The one map from the state of a VM in a bulk to its look. */
export const BULK_LOOKS: Record<
  BulkState,
  { icon: RemixiconComponentType; tone: Tone }
> = {
  waiting: { icon: RiTimeLine, tone: 'neutral' },
  sending: { icon: RiLoader4Line, tone: 'info' },
  running: { icon: RiLoader4Line, tone: 'info' },
  succeeded: { icon: RiCheckboxCircleLine, tone: 'success' },
  failed: { icon: RiErrorWarningLine, tone: 'danger' },
  unknown: { icon: RiQuestionLine, tone: 'warning' },
  cancelled: { icon: RiForbidLine, tone: 'neutral' },
};
