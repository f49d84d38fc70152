// SPDX-License-Identifier: Apache-2.0
import {
  RiCheckboxCircleLine,
  RiErrorWarningLine,
  RiEyeLine,
  RiFileListLine,
  RiForbidLine,
  RiHourglassLine,
  RiQuestionLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type {
  AuditEntry,
  AuditEntryOutcome,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Texts } from '../../translations';
import type { Tone } from '../StatusBadge';

/** How an outcome looks and which words it has. */
interface OutcomeLook {
  icon: RemixiconComponentType;
  tone: Tone;
  label: `outcome.${AuditEntryOutcome}`;
  hint: `outcome.${AuditEntryOutcome}Hint` | 'outcome.otherHint';
}

function look(
  outcome: AuditEntryOutcome,
  icon: RemixiconComponentType,
  tone: Tone,
): OutcomeLook {
  return {
    icon,
    tone,
    label: `outcome.${outcome}`,
    hint: `outcome.${outcome}Hint`,
  };
}

/** The one map from outcome to icon, colour and words. */
const OUTCOME_LOOKS: Record<AuditEntryOutcome, OutcomeLook> = {
  pending: look('pending', RiHourglassLine, 'info'),
  success: look('success', RiCheckboxCircleLine, 'success'),
  failure: look('failure', RiErrorWarningLine, 'danger'),
  unknown: look('unknown', RiQuestionLine, 'warning'),
  denied: look('denied', RiForbidLine, 'warning'),
  observed: look('observed', RiEyeLine, 'warning'),
  recorded: look('recorded', RiFileListLine, 'neutral'),
};

const OTHER: OutcomeLook = {
  icon: RiQuestionLine,
  tone: 'neutral',
  label: 'outcome.unknown',
  hint: 'outcome.otherHint',
};

/** The look of an outcome; one that a newer backend tells looks unknown. */
export function outcomeLook(outcome: AuditEntryOutcome): OutcomeLook {
  return Object.hasOwn(OUTCOME_LOOKS, outcome) ? OUTCOME_LOOKS[outcome] : OTHER;
}

/** Acts that reach the portal's database only. */
const IN_THE_PORTAL = /^(snapshot\.(un)?protect|schedule\..+)$/;

/** What the outcome of an act says, in a sentence. */
export function outcomeHint(
  t: Texts,
  { action, outcome }: Pick<AuditEntry, 'action' | 'outcome'>,
): string {
  return outcome === 'success' && IN_THE_PORTAL.test(action)
    ? t('outcome.successHereHint')
    : t(outcomeLook(outcome).hint);
}

const ACTIONS = {
  'snapshot.take': 'act.take',
  'snapshot.stop': 'act.stop',
  'snapshot.delete': 'act.delete',
  'snapshot.restore': 'act.restore',
  'restore.stop': 'act.restoreStop',
  'restore.clear': 'act.restoreClear',
  'snapshot.clone': 'act.clone',
  'clone.stop': 'act.cloneStop',
  'snapshot.template': 'act.template',
  'template.stop': 'act.templateStop',
  'vm.power': 'act.power',
  'vm.claims-changed': 'act.claimsChanged',
  'disk.delete': 'act.diskDelete',
  'snapshot.protect': 'act.protect',
  'snapshot.unprotect': 'act.unprotect',
  'snapshot.changed': 'act.changed',
  'snapshot.disappeared': 'act.disappeared',
  'schedule.create': 'act.scheduleCreate',
  'schedule.update': 'act.scheduleUpdate',
  'schedule.pause': 'act.schedulePause',
  'schedule.resume': 'act.scheduleResume',
  'schedule.adopt': 'act.scheduleAdopt',
  'schedule.delete': 'act.scheduleDelete',
  'schedule.suspend': 'act.scheduleSuspend',
  'schedule.pause-author': 'act.schedulePauseAuthor',
  'schedule.resume-author': 'act.scheduleResumeAuthor',
  'audit.read': 'act.auditRead',
  'audit.export': 'act.auditExport',
  'audit.prune': 'act.auditPrune',
  'audit.recover': 'act.auditRecover',
  'proxy-bypass.accept': 'act.proxyBypass',
} as const;

/** Actions that have words, in the order in which a filter offers them. */
export const KNOWN_ACTIONS = Object.keys(ACTIONS);

/** An action in words; one that is new is shown as it is. */
export function actionText(t: Texts, action: string): string {
  return Object.hasOwn(ACTIONS, action)
    ? t(ACTIONS[action as keyof typeof ACTIONS])
    : action;
}
