// SPDX-License-Identifier: Apache-2.0
import {
  RiErrorWarningLine,
  RiQuestionLine,
  RiShieldCheckLine,
  RiShieldLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { AuditVerificationResult } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Texts } from '../../translations';
import type { Tone } from '../StatusBadge';

/** How a verification looks and what it says in a few words. */
export interface VerificationLook {
  icon: RemixiconComponentType;
  tone: Tone;
  text: string;
}

/** The look of a verification; only one that is whole and signed is green. */
export function verificationLook(
  t: Texts,
  last: AuditVerificationResult | undefined,
): VerificationLook {
  switch (last?.status) {
    case undefined:
      return { icon: RiQuestionLine, tone: 'neutral', text: t('verify.never') };
    case 'ok':
      return {
        icon: RiShieldCheckLine,
        tone: 'success',
        text: last.checkpoint
          ? t('verify.ok', { number: String(last.checkpoint.number) })
          : t('verify.okNoCheckpoint'),
      };
    case 'unsigned':
      return {
        icon: RiShieldLine,
        tone: 'warning',
        text: t('verify.unsigned'),
      };
    case 'broken':
      return {
        icon: RiErrorWarningLine,
        tone: 'danger',
        text: t('verify.broken'),
      };
    default:
      return { icon: RiQuestionLine, tone: 'neutral', text: t('verify.other') };
  }
}
