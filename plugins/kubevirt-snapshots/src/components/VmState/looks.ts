// SPDX-License-Identifier: Apache-2.0
import {
  RiErrorWarningLine,
  RiInformationLine,
  RiPauseCircleLine,
  RiPlayCircleLine,
  RiStopCircleLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type {
  VmBusy,
  VmListItem,
  VmPower,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Tone } from '../StatusBadge';

interface Look {
  icon: RemixiconComponentType;
  tone: Tone;
}

/** The one map from a power state to its look and words. */
export const POWER_LOOKS = {
  running: { icon: RiPlayCircleLine, tone: 'success', text: 'fleet.running' },
  stopped: { icon: RiStopCircleLine, tone: 'neutral', text: 'fleet.stopped' },
  paused: { icon: RiPauseCircleLine, tone: 'warning', text: 'fleet.paused' },
} as const satisfies Record<VmPower, Look & { text: string }>;

/** KubeVirt's words for a VM that can't start or run. */
const TROUBLE = /error|back ?off|unschedulable|unavailable/i;

/**
 * Look of a VM's state. Where the cluster's own word isn't that of the power
 * state, as with `Starting` or `CrashLoopBackOff`, the word counts: it has no
 * `text` of ours, and is never green.
 */
export function vmLook(
  vm: Pick<VmListItem, 'power' | 'printableStatus'>,
): Look & { text?: (typeof POWER_LOOKS)[VmPower]['text'] } {
  const { power, printableStatus } = vm;
  const word = printableStatus.toLowerCase();
  const known = Object.hasOwn(POWER_LOOKS, power);
  // A VM that has just been paused may still be told as running.
  if (known && (word === power || (power === 'paused' && word === 'running'))) {
    return POWER_LOOKS[power];
  }
  return TROUBLE.test(word)
    ? { icon: RiErrorWarningLine, tone: 'danger' }
    : { icon: RiInformationLine, tone: 'neutral' };
}

/** Words for what keeps a VM busy. */
export const BUSY_TEXTS = {
  snapshot: 'fleet.busySnapshot',
  restore: 'fleet.busyRestore',
  clone: 'fleet.busyClone',
  power: 'fleet.busyPower',
} as const satisfies Record<VmBusy['kind'], string>;
