// SPDX-License-Identifier: Apache-2.0
import type { Operation } from '../operations/types';
import {
  DEFAULT_SUSPEND_AFTER,
  meaningOf,
  notices,
  suspended,
  type Meaning,
} from './outcomes';
import type { Attempt, RunStore } from './RunStore';
import type { Verdict } from './Standing';
import type { Run, Schedule } from './types';

/** How soon after an operation came to nothing, doubled each time, ms. */
const BACKOFF_MS = { first: 30_000, most: 15 * 60_000 };

export interface Pair {
  run: Run;
  schedule: Schedule;
}

/** What comes of a run, and what that means for its schedule. */
export class RunOutcomes {
  readonly #runs: RunStore;

  constructor(options: { runs: RunStore }) {
    this.#runs = options.runs;
  }

  /** Ends a run whose operation has ended, or has it wait for another try. */
  async settle(
    pair: Pair,
    operation: Operation,
    now: number,
  ): Promise<Attempt> {
    const { run, schedule } = pair;
    const meaning = meaningOf(operation);
    switch (meaning.kind) {
      case 'success':
        return this.#runs.end(pair, {
          state: 'succeeded',
          snapshotUid: operation.snapshotUid,
          schedule: {
            failures: 0,
            trouble: null,
            // The rule is applied where it may remove something now.
            ...(schedule.state === 'active' && { retain_at: now }),
          },
          notice: schedule.trouble && notices.recovered(schedule),
        });
      case 'unknown':
        return this.#runs.end(pair, {
          state: 'unknown',
          code: meaning.code,
          reason: meaning.reason,
          snapshotUid: operation.snapshotUid,
        });
      case 'suspend':
        return this.#runs.end(pair, {
          state: 'failed',
          code: meaning.code,
          reason: meaning.reason,
          schedule: suspended(meaning.code, meaning.reason, now),
          notice: notices.suspended(schedule, meaning.reason),
          suspends: { code: meaning.code, message: meaning.reason },
        });
      case 'blocked':
        return run.byHand
          ? this.fail(pair, { ...meaning, kind: 'failure', counts: false }, now)
          : this.#runs.block(
              pair,
              {
                code: meaning.code,
                reason: meaning.reason,
                nextTryAt:
                  now +
                  Math.min(
                    BACKOFF_MS.most,
                    BACKOFF_MS.first * 2 ** Math.min(run.tries, 10),
                  ),
              },
              { tries: run.tries + 1 },
            );
      default:
        return this.fail(pair, meaning, now, operation.snapshotUid);
    }
  }

  /** Ends a run that failed; so many in a row suspend its schedule. */
  async fail(
    pair: Pair,
    meaning: Extract<Meaning, { kind: 'failure' }>,
    now: number,
    snapshotUid?: string,
  ): Promise<Attempt> {
    const { run, schedule } = pair;
    const { code, reason } = meaning;
    if (!meaning.counts || run.byHand) {
      return this.#runs.end(pair, {
        state: 'failed',
        code,
        reason,
        snapshotUid,
      });
    }
    const failures = schedule.failures + 1;
    const limit =
      schedule.settings.suspendAfterFailures ?? DEFAULT_SUSPEND_AFTER;
    const end = { state: 'failed', code, reason, snapshotUid } as const;
    if (failures >= limit && schedule.state === 'active') {
      const message = `It failed ${failures} times in a row, the last time because: ${reason}`;
      return this.#runs.end(pair, {
        ...end,
        schedule: {
          failures,
          trouble: 'failed',
          ...suspended('failures', message, now),
        },
        notice: notices.suspended(schedule, message),
        suspends: { code: 'failures', message },
      });
    }
    return this.#runs.end(pair, {
      ...end,
      schedule: { failures, trouble: 'failed' },
      notice: schedule.trouble ? undefined : notices.failed(schedule, reason),
    });
  }

  /** Stops a schedule until a person has looked at it. */
  async suspend(
    schedule: Schedule,
    why: Pick<Extract<Verdict, { kind: 'suspend' }>, 'code' | 'message'>,
    now: number,
  ): Promise<Attempt> {
    return this.#runs.adjust(schedule, {
      columns: suspended(why.code, why.message, now),
      notice: notices.suspended(schedule, why.message),
      suspends: why,
    });
  }
}
