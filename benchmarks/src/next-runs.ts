// SPDX-License-Identifier: Apache-2.0
/**
 * What it costs to know when a schedule runs, beside two libraries in the same
 * process: 10,000 distinct expressions, each read and its next run worked out;
 * previews of five runs, hostile input included; and how often the result is
 * the written rule's, by a slow oracle that looks at every minute.
 */
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import {
  checkRule,
  nextRun,
  nextRuns,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ScheduleRule } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ODD_ZONE_YEARS,
  randomExpression,
  randomNumbers,
} from '../../plugins/kubevirt-snapshots-common/src/__testUtils__/randomRules';
import type { RandomNumbers } from '../../plugins/kubevirt-snapshots-common/src/__testUtils__/randomRules';
import {
  slowMatcher,
  slowRuns,
} from '../../plugins/kubevirt-snapshots-common/src/__testUtils__/slowOracle';
import { percentile, report, round, say } from './lib/report';

const EXPRESSIONS = 10_000;
const PREVIEWS = 5_000;
const CASES = 100_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 25, 12);
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'UTC',
];

const cron = (expression: string): ScheduleRule => ({
  kind: 'cron',
  expression,
});

/** The oracle's rule, or with --break one that skips what a gap swallows. */
const next = process.argv.includes('--break')
  ? (rule: ScheduleRule, zone: string, after: number) => {
      const [run] = nextRuns(rule, zone, after, 1);
      return run?.notes.includes('after-gap')
        ? nextRun(rule, zone, run.at)
        : run?.at;
    }
  : nextRun;

function distinct(random: RandomNumbers): string[] {
  const found = new Set<string>();
  while (found.size < EXPRESSIONS) {
    const expression = randomExpression(random);
    // All three have to take it: cron-parser wants each value but once.
    try {
      CronExpressionParser.parse(expression, { tz: 'UTC' }).next();
      if (
        checkRule(cron(expression), 'UTC').ok &&
        new Cron(expression).nextRun()
      ) {
        found.add(expression);
      }
    } catch {
      // Not one for the comparison.
    }
  }
  return [...found];
}

function timed(
  expressions: string[],
  each: (expression: string, zone: string) => unknown,
): { ms: number; failed: number } {
  let failed = 0;
  const start = performance.now();
  expressions.forEach((expression, i) => {
    try {
      each(expression, ZONES[i % ZONES.length]);
    } catch {
      failed += 1;
    }
  });
  return { ms: performance.now() - start, failed };
}

function speed(random: RandomNumbers) {
  const expressions = distinct(random);
  const contestants = {
    ours: (expression: string, zone: string) =>
      nextRun(cron(expression), zone, START),
    cronParser: (expression: string, zone: string) =>
      CronExpressionParser.parse(expression, {
        tz: zone,
        currentDate: new Date(START),
      }).next(),
    croner: (expression: string, zone: string) =>
      new Cron(expression, { timezone: zone }).nextRun(new Date(START)),
  };
  const best = { ours: Infinity, cronParser: Infinity, croner: Infinity };
  const failures = { ours: 0, cronParser: 0, croner: 0 };
  // The first round of ours starts with nothing known about any zone or field.
  for (let round_ = 0; round_ < 3; round_ += 1) {
    for (const name of ['ours', 'cronParser', 'croner'] as const) {
      const { ms, failed } = timed(expressions, contestants[name]);
      say(`${name}: ${round(ms)} ms, ${failed} refused or thrown`);
      if (round_ === 0 && name === 'ours') {
        best.ours = ms;
      } else if (name !== 'ours') {
        best[name] = Math.min(best[name], ms);
      }
      failures[name] = failed;
    }
  }
  return { best, failures };
}

function hostile(random: RandomNumbers): string {
  const alphabet = '0123456789*/,- LWH#?@JANMONSU';
  switch (random.below(6)) {
    case 0:
      return Array.from({ length: random.below(600) }, () =>
        random.pick([...alphabet]),
      ).join('');
    case 1:
      return `${'0-59/1,'.repeat(random.below(200))}0 * * * *`;
    case 2:
      return `0 0 29 2 */${1 + random.below(7)}`;
    case 3:
      return `30 */24 25-31 ${random.pick(['3', '10', '4'])} */7`;
    case 4:
      return '* '.repeat(random.below(5000));
    default:
      return `0 0 ${random.pick(['30', '31', '29-31'])} 2 *`;
  }
}

function previews(random: RandomNumbers): number[] {
  const zones = Intl.supportedValuesOf('timeZone');
  const times: number[] = [];
  for (let i = 0; i < PREVIEWS; i += 1) {
    const rule = cron(i % 2 === 0 ? hostile(random) : randomExpression(random));
    const zone = random.pick(zones);
    const after = Date.UTC(1990 + random.below(100), random.below(12), 3);
    const start = performance.now();
    if (checkRule(rule, zone).ok) {
      nextRuns(rule, zone, after, 5);
    }
    times.push(performance.now() - start);
  }
  return times;
}

function agreement(random: RandomNumbers) {
  let wrong = 0;
  let runs = 0;
  for (let i = 0; i < CASES; i += 1) {
    const [zone, year] = random.pick(ODD_ZONE_YEARS);
    const expression = randomExpression(random);
    const after = Date.UTC(year, 0, 3) + Math.floor(random.next() * 340 * DAY);
    const until = after + 12 * DAY;
    const [slow] = slowRuns({
      timeZone: zone,
      rule: slowMatcher(expression),
      after,
      until,
      atMost: 1,
    });
    const at = next(cron(expression), zone, after);
    const near = at !== undefined && at <= until ? at : undefined;
    runs += slow === undefined ? 0 : 1;
    if (near !== slow) {
      wrong += 1;
      if (wrong <= 5) {
        say(`${expression} in ${zone} after ${after}: ${near}, not ${slow}`);
      }
    }
    if (i % 20_000 === 0) {
      say(`${i} cases compared`);
    }
  }
  say(`${CASES} cases, ${runs} with a run within 12 days, ${wrong} wrong`);
  return { wrong, runs };
}

function main() {
  const random = randomNumbers(20261125);
  const { best, failures } = speed(random);
  const times = previews(random);
  const { wrong, runs } = agreement(random);
  report(
    'next-runs',
    {
      expressions: EXPRESSIONS,
      oursMs: round(best.ours),
      cronParserMs: round(best.cronParser),
      cronerMs: round(best.croner),
      timesCronParser: round(best.ours / best.cronParser, 3),
      oursRefused: failures.ours,
      cronParserThrew: failures.cronParser,
      cronerThrew: failures.croner,
      previewP50Ms: round(percentile(times, 0.5), 3),
      previewP99Ms: round(percentile(times, 0.99), 3),
      previewMaxMs: round(Math.max(...times), 2),
      cases: CASES,
      casesWithRun: runs,
      agreementPercent: round(((CASES - wrong) / CASES) * 100, 4),
    },
    {
      timesCronParser: { atMost: 1 },
      oursRefused: { atMost: 0 },
      previewP99Ms: { atMost: 10 },
      casesWithRun: { atLeast: CASES / 2 },
      agreementPercent: { atLeast: 100 },
    },
  );
}

main();
