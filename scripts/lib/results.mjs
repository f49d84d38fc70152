// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** A check that has no tests of its own counts as one. */
export function oneCheck(exitCode) {
  return exitCode === 0
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0 };
}

/** From jest's `--json`. A suite that didn't even load has no tests to count. */
export function readJest(file, exitCode) {
  const report = readJson(file);
  return honest(
    report && {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    exitCode,
  );
}

/** From Playwright's JSON reporter. A test that passed on a retry is flaky. */
export function readPlaywright(file, exitCode) {
  const report = readJson(file);
  return honest(
    report && {
      passed: report.stats.expected,
      failed:
        report.stats.unexpected + report.stats.flaky + report.errors.length,
      skipped: report.stats.skipped,
    },
    exitCode,
  );
}

/** From a last line `N passed, N failed[, N skipped]`. */
export function readLastLine(lines, exitCode) {
  const last = lines.filter(line => line.trim()).at(-1) ?? '';
  const count = word =>
    Number(new RegExp(`\\b(\\d+) ${word}\\b`).exec(last)?.[1] ?? NaN);
  const counts = {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped') || 0,
  };
  return honest(
    Number.isNaN(counts.passed) || Number.isNaN(counts.failed)
      ? undefined
      : counts,
    exitCode,
  );
}

/**
 * A runner that crashed, ran nothing, or says that all is well while its exit
 * code says otherwise, has failed.
 */
function honest(counts, exitCode) {
  if (!counts) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const ranNothing = counts.passed + counts.failed === 0;
  const lies = exitCode !== 0 && counts.failed === 0;
  return ranNothing || lies ? { ...counts, failed: counts.failed + 1 } : counts;
}

export function sum(all) {
  return all.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

export function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${
    skipped ? `, ${skipped} skipped` : ''
  }`;
}

function readJson(file) {
  try {
    return existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : undefined;
  } catch {
    return undefined;
  }
}
