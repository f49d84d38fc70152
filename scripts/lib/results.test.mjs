// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  describe as words,
  readJest,
  readLastLine,
  readPlaywright,
  sum,
} from './results.mjs';

const folder = mkdtempSync(join(tmpdir(), 'results-test-'));
after(() => rmSync(folder, { recursive: true }));

function fileWith(content) {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, content);
  return file;
}

const jest = report =>
  fileWith(
    JSON.stringify({
      numPassedTests: 0,
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      ...report,
    }),
  );

const playwright = (stats, errors = []) =>
  fileWith(
    JSON.stringify({
      errors,
      stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats },
    }),
  );

describe('results', () => {
  it('counts jest', () => {
    assert.deepEqual(
      readJest(jest({ numPassedTests: 5, numPendingTests: 1 }), 0),
      { passed: 5, failed: 0, skipped: 1 },
    );
  });

  it('counts suites that did not load', () => {
    const file = jest({ numPassedTests: 5, numRuntimeErrorTestSuites: 2 });
    assert.equal(readJest(file, 1).failed, 2);
  });

  it('counts Playwright, flaky and global errors as failures', () => {
    const file = playwright({ expected: 3, flaky: 1, skipped: 2 }, [{}]);
    assert.deepEqual(readPlaywright(file, 1), {
      passed: 3,
      failed: 2,
      skipped: 2,
    });
  });

  it('reads a last line', () => {
    const lines = ['3 passed, 9 failed', '12 passed, 1 failed, 2 skipped', ''];
    assert.deepEqual(readLastLine(lines, 1), {
      passed: 12,
      failed: 1,
      skipped: 2,
    });
  });

  it('takes a runner that left no result for failed', () => {
    assert.equal(readJest(join(folder, 'absent.json'), 0).failed, 1);
    assert.equal(readPlaywright(fileWith('{ half'), 0).failed, 1);
    assert.equal(readLastLine(['Segmentation fault'], 0).failed, 1);
    assert.equal(readLastLine([], 0).failed, 1);
  });

  it('takes a runner that ran nothing for failed', () => {
    assert.equal(readJest(jest({}), 0).failed, 1);
    assert.equal(readJest(jest({ numPendingTests: 4 }), 0).failed, 1);
    assert.equal(readPlaywright(playwright({}), 0).failed, 1);
    assert.equal(readLastLine(['0 passed, 0 failed'], 0).failed, 1);
  });

  it('believes the exit code over the report', () => {
    assert.equal(readJest(jest({ numPassedTests: 5 }), 1).failed, 1);
    assert.equal(readLastLine(['5 passed, 0 failed'], 1).failed, 1);
  });

  it('sums and says it', () => {
    const counts = { passed: 1, failed: 2, skipped: 0 };
    assert.equal(words(sum([counts, counts])), '2 passed, 4 failed');
    assert.equal(
      words(sum([counts, { passed: 0, failed: 0, skipped: 3 }])),
      '1 passed, 2 failed, 3 skipped',
    );
  });
});
