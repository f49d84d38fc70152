// SPDX-License-Identifier: Apache-2.0
import {
  RiAlertLine,
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiHourglassLine,
  RiQuestionLine,
  RiWifiOffLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { ClusterView } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Tone } from '../StatusBadge';

/** The one map from a cluster's state to its look and words. */
export const CLUSTER_LOOKS = {
  connecting: {
    icon: RiHourglassLine,
    tone: 'info',
    text: 'clusters.stateConnecting',
  },
  live: {
    icon: RiCheckboxCircleLine,
    tone: 'success',
    text: 'clusters.stateLive',
  },
  stale: {
    icon: RiWifiOffLine,
    tone: 'warning',
    text: 'clusters.stateStale',
  },
  unusable: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    text: 'clusters.stateUnusable',
  },
} as const satisfies Record<
  ClusterView['state'],
  { icon: RemixiconComponentType; tone: Tone; text: string }
>;

const UNKNOWN_CLUSTER = {
  icon: RiQuestionLine,
  tone: 'neutral',
  text: 'clusters.stateUnknown',
} as const;

/** Look of a cluster's state; one that is new looks unknown. */
export function clusterLook(state: ClusterView['state']) {
  return Object.hasOwn(CLUSTER_LOOKS, state)
    ? CLUSTER_LOOKS[state]
    : UNKNOWN_CLUSTER;
}

/** The one map from the result of the bypass check to its look and words. */
export const BYPASS_LOOKS = {
  safe: {
    icon: RiCheckboxCircleLine,
    tone: 'success',
    text: 'clusters.bypassSafe',
    todo: 'clusters.bypassSafeText',
  },
  open: {
    icon: RiErrorWarningLine,
    tone: 'danger',
    text: 'clusters.bypassOpen',
    todo: 'clusters.bypassOpenText',
  },
  accepted: {
    icon: RiAlertLine,
    tone: 'warning',
    text: 'clusters.bypassAccepted',
    todo: 'clusters.bypassAcceptedText',
  },
  unchecked: {
    icon: RiQuestionLine,
    tone: 'neutral',
    text: 'clusters.bypassUnchecked',
    todo: 'clusters.bypassUncheckedText',
  },
} as const satisfies Record<
  ClusterView['proxyBypass'],
  { icon: RemixiconComponentType; tone: Tone; text: string; todo: string }
>;

/** Look of a bypass check; a result that is new looks unchecked. */
export function bypassLook(bypass: ClusterView['proxyBypass']) {
  return Object.hasOwn(BYPASS_LOOKS, bypass)
    ? BYPASS_LOOKS[bypass]
    : BYPASS_LOOKS.unchecked;
}
