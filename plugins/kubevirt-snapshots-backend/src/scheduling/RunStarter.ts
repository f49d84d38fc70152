// SPDX-License-Identifier: Apache-2.0
import { checkRule } from 'backstage-plugin-kubevirt-snapshots-common';
import { detailsOf } from '../errors';
import { planDue, type DuePlan } from './dues';
import type { Pair, RunOutcomes } from './RunOutcomes';
import type { Attempt, Blocked, RunStore, Start } from './RunStore';
import { scheduledTake } from './scheduledTake';
import type { ScheduleColumns } from './ScheduleStore';
import type { Standing, Verdict } from './Standing';
import type { Schedule } from './types';

/** How soon a run that waits for the VM or for a turn is tried again, ms. */
const RETRY_MS = 5_000;

/** Begins runs where their ground holds; where it doesn't, they wait or end. */
export class RunStarter {
  readonly #runs: RunStore;
  readonly #standing: Standing;
  readonly #outcomes: RunOutcomes;
  readonly #atOnce: number;

  constructor(options: {
    runs: RunStore;
    standing: Standing;
    outcomes: RunOutcomes;
    /** Snapshots that are taken at once in one cluster, at most. */
    atOnce: number;
  }) {
    this.#runs = options.runs;
    this.#standing = options.standing;
    this.#outcomes = options.outcomes;
    this.#atOnce = options.atOnce;
  }

  /** Makes the run of a due time, and begins it where that can be. */
  async claim(schedule: Schedule, now: number): Promise<Attempt> {
    const plan = await this.#plan(schedule, now);
    if (!plan) {
      return this.#outcomes.suspend(
        schedule,
        {
          code: 'rule-invalid',
          message: 'Its rule or time zone is not valid any more',
        },
        now,
      );
    }
    if (!plan.run) {
      return this.#runs.claim(schedule, plan, undefined);
    }
    const verdict = await this.#standing.of(schedule, now);
    if (verdict.kind === 'suspend') {
      return this.#outcomes.suspend(schedule, verdict, now);
    }
    if (verdict.kind === 'blocked') {
      return this.#claimBlocked(schedule, plan, verdict, now);
    }
    if (verdict.kind === 'fail') {
      return this.#claimFailed(schedule, plan, verdict, now);
    }
    try {
      return await this.#runs.claim(
        schedule,
        plan,
        this.#take(schedule, plan.run.dueAt, verdict),
        schedule.unboundSince === undefined ? {} : { unbound_since: null },
      );
    } catch (error) {
      return this.#claimBlocked(schedule, plan, busyOrThrow(error), now);
    }
  }

  /** Makes the run of a due time, which waits. */
  async claimWaiting(
    schedule: Schedule,
    why: { code: string; reason: string },
    now: number,
  ): Promise<Attempt> {
    const plan = await this.#plan(schedule, now);
    return plan
      ? this.#runs.claim(schedule, plan, { blocked: blockedBy(why, now) })
      : 'lost';
  }

  async #plan(schedule: Schedule, now: number): Promise<DuePlan | undefined> {
    const { settings } = schedule;
    // What was valid when it was saved need not be after an update.
    return checkRule(settings.rule, settings.timeZone).ok
      ? planDue(settings, schedule.nextDueAt!, now)
      : undefined;
  }

  #take(
    schedule: Schedule,
    dueAt: number,
    { owners }: Extract<Verdict, { kind: 'go' }>,
  ): Extract<Start, { operation: unknown }> {
    return {
      operation: scheduledTake(schedule, { dueAt, owners }),
      limit: this.#atOnce,
    };
  }

  async #claimBlocked(
    schedule: Schedule,
    plan: DuePlan,
    verdict: Extract<Verdict, { kind: 'blocked' }>,
    now: number,
  ): Promise<Attempt> {
    const skip =
      verdict.code === 'vm-busy' && schedule.settings.overlap === 'skip';
    return this.#runs.claim(
      schedule,
      plan,
      skip
        ? {
            over: {
              state: 'skipped',
              code: verdict.code,
              reason: verdict.reason,
            },
          }
        : { blocked: blockedBy(verdict, now) },
      unboundColumns(schedule, verdict, now),
    );
  }

  async #claimFailed(
    schedule: Schedule,
    plan: DuePlan,
    verdict: Extract<Verdict, { kind: 'fail' }>,
    now: number,
  ): Promise<Attempt> {
    // Claimed as one that waits, and ended at once: the end does the counting.
    const attempt = await this.#runs.claim(schedule, plan, {
      blocked: { ...verdict, nextTryAt: now },
    });
    return attempt;
  }

  /** Begins a run that waited, where that can be now. */
  async retry(pair: Pair, now: number): Promise<Attempt> {
    const { run, schedule } = pair;
    if (schedule.state !== 'active' && schedule.state !== 'ended') {
      return this.#runs.end(pair, {
        state: 'skipped',
        code: 'schedule-not-active',
        reason: 'The schedule was not active any more',
      });
    }
    const verdict = await this.#standing.of(schedule, now);
    switch (verdict.kind) {
      case 'suspend':
        return this.#outcomes.suspend(schedule, verdict, now);
      case 'blocked':
        return this.#runs.block(pair, blockedBy(verdict, now), {
          schedule: unboundColumns(schedule, verdict, now),
        });
      case 'fail':
        return this.#outcomes.fail(
          pair,
          { ...verdict, kind: 'failure', counts: true },
          now,
        );
      default:
    }
    try {
      return await this.#runs.begin(
        pair,
        this.#take(schedule, run.dueAt, verdict),
        schedule.unboundSince === undefined ? {} : { unbound_since: null },
      );
    } catch (error) {
      return this.#runs.block(pair, blockedBy(busyOrThrow(error), now));
    }
  }
}

function blockedBy(
  { code, reason }: { code: string; reason: string },
  now: number,
): Blocked {
  return { code, reason, nextTryAt: now + RETRY_MS };
}

/** Since when the catalog lacks the entity. */
function unboundColumns(
  schedule: Schedule,
  verdict: Extract<Verdict, { kind: 'blocked' }>,
  now: number,
): ScheduleColumns {
  if (verdict.unbound) {
    return schedule.unboundSince === undefined ? { unbound_since: now } : {};
  }
  return {};
}

/** A lock that is held is a VM that is busy. */
function busyOrThrow(error: unknown): Extract<Verdict, { kind: 'blocked' }> {
  if (detailsOf(error)?.code === 'vm-busy') {
    return {
      kind: 'blocked',
      code: 'vm-busy',
      reason: (error as Error).message,
    };
  }
  throw error;
}
