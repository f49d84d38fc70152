// SPDX-License-Identifier: Apache-2.0
import {
  RiCalendarCheckLine,
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiHourglassLine,
  RiLoader4Line,
  RiPauseCircleLine,
  RiQuestionLine,
  RiSkipForwardLine,
  RiTimeLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type {
  ScheduleRunState,
  ScheduleState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Tone } from '../StatusBadge';

interface Look<Label> {
  icon: RemixiconComponentType;
  tone: Tone;
  label: Label;
}

const STATES: Record<
  ScheduleState,
  Look<`scheduleState.${ScheduleState | 'unknown'}`>
> = {
  active: {
    icon: RiCalendarCheckLine,
    tone: 'success',
    label: 'scheduleState.active',
  },
  paused: {
    icon: RiPauseCircleLine,
    tone: 'neutral',
    label: 'scheduleState.paused',
  },
  suspended: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    label: 'scheduleState.suspended',
  },
  ended: { icon: RiTimeLine, tone: 'neutral', label: 'scheduleState.ended' },
};

const RUNS: Record<ScheduleRunState, Look<`runState.${ScheduleRunState}`>> = {
  blocked: { icon: RiHourglassLine, tone: 'info', label: 'runState.blocked' },
  running: { icon: RiLoader4Line, tone: 'info', label: 'runState.running' },
  succeeded: {
    icon: RiCheckboxCircleLine,
    tone: 'success',
    label: 'runState.succeeded',
  },
  failed: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    label: 'runState.failed',
  },
  skipped: {
    icon: RiSkipForwardLine,
    tone: 'warning',
    label: 'runState.skipped',
  },
  missed: { icon: RiTimeLine, tone: 'warning', label: 'runState.missed' },
  unknown: {
    icon: RiQuestionLine,
    tone: 'neutral',
    label: 'runState.unknown',
  },
};

/** The look of a schedule's state; one that is new looks unknown. */
export function scheduleLook(state: ScheduleState) {
  return Object.hasOwn(STATES, state)
    ? STATES[state]
    : {
        icon: RiQuestionLine,
        tone: 'neutral' as const,
        label: 'scheduleState.unknown' as const,
      };
}

/** The look of a run's state. */
export function runLook(state: ScheduleRunState) {
  return Object.hasOwn(RUNS, state) ? RUNS[state] : RUNS.unknown;
}
