// SPDX-License-Identifier: Apache-2.0
import { Flex, Text } from '@backstage/ui';
import {
  RiCheckLine,
  RiErrorWarningLine,
  RiInformationLine,
  RiQuestionLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type {
  Consistency,
  ConsistencyLevel,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ToneBadge, type Tone } from '../StatusBadge';

/** The one map from consistency to words and look. */
export const CONSISTENCY_LOOKS = {
  application: { key: 'application', tone: 'neutral', icon: RiCheckLine },
  'quiesce-timeout': {
    key: 'quiesceTimeout',
    tone: 'warning',
    icon: RiErrorWarningLine,
  },
  crash: { key: 'crash', tone: 'neutral', icon: RiInformationLine },
  paused: { key: 'paused', tone: 'neutral', icon: RiInformationLine },
  offline: { key: 'offline', tone: 'neutral', icon: RiCheckLine },
  configuration: {
    key: 'configuration',
    tone: 'warning',
    icon: RiErrorWarningLine,
  },
  mixed: { key: 'mixed', tone: 'neutral', icon: RiInformationLine },
  unknown: { key: 'unknown', tone: 'neutral', icon: RiQuestionLine },
} as const satisfies Record<
  ConsistencyLevel,
  { key: string; tone: Tone; icon: RemixiconComponentType }
>;

/** The look of a level; one that a newer backend tells looks unknown. */
export function consistencyLook(level: ConsistencyLevel) {
  return Object.hasOwn(CONSISTENCY_LOOKS, level)
    ? CONSISTENCY_LOOKS[level]
    : CONSISTENCY_LOOKS.unknown;
}

/** Consistency of a snapshot in words, with an explanation if wanted. */
export function ConsistencyText(props: {
  consistency: Consistency;
  explained?: boolean;
}) {
  const { consistency, explained } = props;
  const t = useTexts();
  const { key, tone, icon } = consistencyLook(consistency.level);
  return (
    <Flex direction="column" gap="1">
      <ToneBadge icon={icon} tone={tone}>
        {t(`consistency.${key}`)}
      </ToneBadge>
      {explained && (
        <Text as="p" color="secondary" variant="body-small">
          {t(`consistency.${key}Hint`)}
        </Text>
      )}
      {consistency.partial && (
        <ToneBadge icon={RiErrorWarningLine} tone="warning">
          {t('consistency.partial')}
        </ToneBadge>
      )}
      {consistency.partial && explained && (
        <Text as="p" color="secondary" variant="body-small">
          {t('consistency.partialHint')}
        </Text>
      )}
    </Flex>
  );
}
