// SPDX-License-Identifier: Apache-2.0
import {
  RiAlertLine,
  RiCheckboxCircleLine,
  RiDatabase2Line,
  RiDeleteBinLine,
  RiErrorWarningLine,
  RiHourglassLine,
  RiLoader4Line,
  RiQuestionLine,
  RiStopCircleLine,
  RiTimeLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { SnapshotState } from 'backstage-plugin-kubevirt-snapshots-common';

/** Colour families of a status. Only `success` is green. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

/** How a state looks and which words it has. */
export interface StatusLook {
  icon: RemixiconComponentType;
  tone: Tone;
  label: `state.${SnapshotState}.label`;
  hint: `state.${SnapshotState}.hint`;
}

function look(
  state: SnapshotState,
  icon: RemixiconComponentType,
  tone: Tone,
): StatusLook {
  return {
    icon,
    tone,
    label: `state.${state}.label`,
    hint: `state.${state}.hint`,
  };
}

/**
 * The one map from state to icon, colour and words. A record, so that a state
 * which is new in the shared package doesn't compile until it has a look.
 */
export const STATUS_LOOKS: Record<SnapshotState, StatusLook> = {
  queued: look('queued', RiTimeLine, 'neutral'),
  waiting: look('waiting', RiHourglassLine, 'info'),
  creating: look('creating', RiLoader4Line, 'info'),
  taken: look('taken', RiDatabase2Line, 'info'),
  ready: look('ready', RiCheckboxCircleLine, 'success'),
  failed: look('failed', RiErrorWarningLine, 'danger'),
  broken: look('broken', RiAlertLine, 'danger'),
  stopping: look('stopping', RiStopCircleLine, 'warning'),
  deleting: look('deleting', RiDeleteBinLine, 'warning'),
  unknown: look('unknown', RiQuestionLine, 'neutral'),
};

/** The look of a state; one that a newer backend tells looks unknown. */
export function statusLook(state: SnapshotState): StatusLook {
  return Object.hasOwn(STATUS_LOOKS, state)
    ? STATUS_LOOKS[state]
    : STATUS_LOOKS.unknown;
}
