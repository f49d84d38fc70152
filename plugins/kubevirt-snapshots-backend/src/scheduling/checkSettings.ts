// SPDX-License-Identifier: Apache-2.0
import {
  checkRetention,
  checkRule,
  nextRuns,
  removesSnapshots,
  shortestInterval,
  type ScheduleProblem,
  type ScheduleSettings,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { nextDue } from './dues';
import type { ScheduleConfig } from './readScheduleConfig';

const DAY = 24 * 3_600_000;

type Rhythm = Pick<
  ScheduleSettings,
  'rule' | 'timeZone' | 'retention' | 'startAt' | 'endAt'
>;

/** What of the settings can't be, or the platform team doesn't allow. */
export function checkSettings(
  settings: Rhythm,
  config: ScheduleConfig,
  now: number,
): ScheduleProblem[] {
  const { rule, timeZone } = settings;
  const checked = checkRule(rule, timeZone);
  if (!checked.ok) {
    return [
      {
        field: checked.field === 'timeZone' ? 'timeZone' : 'rule',
        code: checked.code,
        message: checked.reason,
      },
    ];
  }
  const problems: ScheduleProblem[] = [];
  const add = (field: string, code: string, message: string) =>
    problems.push({ field, code, message });

  const { minimumIntervalMinutes } = config;
  const shortest = shortestInterval(rule);
  if (
    minimumIntervalMinutes !== undefined &&
    shortest !== undefined &&
    shortest < minimumIntervalMinutes
  ) {
    add(
      'rule',
      'minimum-interval',
      `Two of its runs are ${shortest} minutes apart; ${minimumIntervalMinutes} are the least that is allowed.`,
    );
  }
  const start = settings.startAt ? Date.parse(settings.startAt) : now;
  if (settings.endAt && Date.parse(settings.endAt) <= Math.max(start, now)) {
    add(
      'endAt',
      'end',
      'The end has to be in the future, and after the start.',
    );
  } else if (nextDue(settings, now) === undefined) {
    add('endAt', 'no-run', 'No run is due between its start and its end.');
  }
  const kept = checkRetention(settings.retention);
  if (!kept.ok) {
    add('retention', 'retention', kept.reason);
  } else {
    const tooMany = refuseKept(settings, config, now);
    if (tooMany) {
      add('retention', 'maximum-kept', tooMany);
    }
  }
  return problems;
}

function refuseKept(
  { retention, rule, timeZone }: Rhythm,
  { maximumKept }: ScheduleConfig,
  now: number,
): string | undefined {
  if (maximumKept === undefined) {
    return undefined;
  }
  const limit = `A schedule may keep ${maximumKept} snapshots at most.`;
  if (!removesSnapshots(retention)) {
    return `${limit} Say which of them to keep.`;
  }
  const counted =
    (retention.keepLast ?? 0) +
    (retention.daily ?? 0) +
    (retention.weekly ?? 0) +
    (retention.monthly ?? 0) +
    (retention.yearly ?? 0);
  if (counted > maximumKept) {
    return `${limit} This rule keeps up to ${counted}.`;
  }
  if (retention.maxAgeDays === undefined) {
    return undefined;
  }
  const runs = nextRuns(rule, timeZone, now, maximumKept + 1);
  const last = runs[maximumKept];
  return last && last.at - runs[0].at < retention.maxAgeDays * DAY
    ? `${limit} More than that are taken within ${retention.maxAgeDays} days.`
    : undefined;
}
