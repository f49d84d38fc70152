// SPDX-License-Identifier: Apache-2.0
import type {
  MonthlyDay,
  ScheduleRule,
} from 'backstage-plugin-kubevirt-snapshots-common';

export type RuleKind = ScheduleRule['kind'];

export const RULE_KINDS: readonly RuleKind[] = [
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'cron',
];

/** What the fields hold for every kind, so that going back loses nothing. */
export interface RuleDraft {
  minute: number;
  /** As the browser's field holds it: `03:17`, or empty. */
  time: string;
  days: number[];
  on: MonthlyDay['kind'];
  monthDay: number;
  nth: 1 | 2 | 3 | 4 | -1;
  weekday: number;
  expression: string;
}

const two = (value: number) => String(value).padStart(2, '0');

/** A draft for a new schedule: at night, at a minute that is drawn. */
export function newRuleDraft(draw = Math.random): RuleDraft {
  // Not on the hour, where everybody's begin.
  const minute = 1 + Math.floor(draw() * 59);
  return {
    minute,
    time: `03:${two(minute)}`,
    days: [1],
    on: 'day',
    monthDay: 1,
    nth: 1,
    weekday: 6,
    expression: `${minute} 3 * * 1-5`,
  };
}

/** The draft that says what the rule says. */
export function draftOfRule(rule: ScheduleRule): RuleDraft {
  const draft = newRuleDraft();
  switch (rule.kind) {
    case 'hourly':
      return { ...draft, minute: rule.minute };
    case 'cron':
      return { ...draft, expression: rule.expression };
    default: {
      const timed = {
        ...draft,
        time: `${two(rule.hour)}:${two(rule.minute)}`,
      };
      if (rule.kind === 'weekly') {
        return { ...timed, days: rule.days };
      }
      if (rule.kind !== 'monthly') {
        return timed;
      }
      const { on } = rule;
      return {
        ...timed,
        on: on.kind,
        ...(on.kind === 'day' && { monthDay: on.day }),
        ...(on.kind === 'weekday' && { nth: on.nth, weekday: on.day }),
      };
    }
  }
}

function monthlyDay(draft: RuleDraft): MonthlyDay {
  switch (draft.on) {
    case 'day':
      return { kind: 'day', day: draft.monthDay };
    case 'last-day':
      return { kind: 'last-day' };
    default:
      return { kind: 'weekday', nth: draft.nth, day: draft.weekday };
  }
}

/** The rule that a draft says. What is missing in it makes it invalid. */
export function ruleOfDraft(kind: RuleKind, draft: RuleDraft): ScheduleRule {
  const [hour, minute] = /^\d\d:\d\d/.test(draft.time)
    ? draft.time.split(':').map(Number)
    : [NaN, NaN];
  switch (kind) {
    case 'hourly':
      return { kind, minute: draft.minute };
    case 'daily':
      return { kind, hour, minute };
    case 'weekly':
      return {
        kind,
        days: [...draft.days].sort((a, b) => a - b),
        hour,
        minute,
      };
    case 'monthly':
      return { kind, on: monthlyDay(draft), hour, minute };
    default:
      return { kind, expression: draft.expression.trim() };
  }
}
