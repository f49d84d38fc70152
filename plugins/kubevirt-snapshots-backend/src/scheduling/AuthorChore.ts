// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ScheduleAuthorProblem } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  type BindingConfig,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { AuthorCheck, Belonging } from './AuthorCheck';
import { notices, suspended } from './outcomes';
import type { RunStore } from './RunStore';
import type { Chore } from './ScheduleRunner';
import type { ScheduleStore } from './ScheduleStore';
import { iso, type Schedule } from './types';

const HOUR = 3_600_000;

/** How often an author is looked up. */
const EVERY_MS = HOUR;

/** How soon again after the catalog could not tell. */
const AGAIN_MS = 5 * 60_000;

/** An author may be gone from a catalog that is well for so long. */
const GONE_AFTER_MS = 24 * HOUR;

/** How long snapshots are still taken for an author without rights. */
export const GRACE_MS = 14 * 24 * HOUR;

const BATCH = 100;

/** What is wrong with the author, as a sentence. */
export function problemOf(
  schedule: Schedule,
  code: ScheduleAuthorProblem['code'],
): string {
  return code === 'author-gone'
    ? `${schedule.author}, who answers for it, is not in the catalog any more`
    : `${schedule.author}, who answers for it, does not own VM ${schedule.vm.name} any more`;
}

/**
 * The author's problem as it counts: one who is gone only counts after a day,
 * since catalogs lose people for an hour now and then.
 */
export function authorProblem(
  schedule: Schedule,
  now: number,
): ScheduleAuthorProblem | undefined {
  const problem = schedule.authorProblem;
  if (!problem) {
    return undefined;
  }
  const since =
    problem.since + (problem.code === 'author-gone' ? GONE_AFTER_MS : 0);
  return since > now
    ? undefined
    : {
        code: problem.code,
        message: problemOf(schedule, problem.code),
        since: iso(since),
        suspendedAt: iso(since + GRACE_MS),
      };
}

/**
 * Looks every hour whether whoever answers for a schedule still owns the VM.
 * While they don't, nothing is pruned; after two weeks nothing is taken.
 */
export class AuthorChore implements Chore {
  readonly #store: ScheduleStore;
  readonly #runs: RunStore;
  readonly #authors: AuthorCheck;
  readonly #cluster: ClusterService;
  readonly #binding: BindingConfig;
  readonly #logger: LoggerService;

  constructor(options: {
    store: ScheduleStore;
    runs: RunStore;
    authors: AuthorCheck;
    cluster: ClusterService;
    binding: BindingConfig;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#authors = options.authors;
    this.#cluster = options.cluster;
    this.#binding = options.binding;
    this.#logger = options.logger;
  }

  async tick(now: number): Promise<boolean> {
    const due = await this.#store.authorsDue(now, BATCH);
    const known = new Map<string, Belonging | undefined>();
    for (const schedule of due) {
      const { author } = schedule;
      if (!known.has(author)) {
        known.set(author, await this.#belongingOf(author));
      }
      await this.#check(schedule, known.get(author), now);
    }
    return due.length === BATCH;
  }

  async #belongingOf(author: string): Promise<Belonging | undefined> {
    try {
      return await this.#authors.belongingOf(author);
    } catch (error) {
      this.#logger.warn(
        `The catalog could not tell who ${author} is`,
        error as Error,
      );
      return undefined;
    }
  }

  async #check(
    schedule: Schedule,
    belonging: Belonging | undefined,
    now: number,
  ): Promise<void> {
    if (!belonging) {
      // The clock of a problem that is known goes on; nothing new is concluded.
      await this.#runs.adjust(schedule, {
        columns: { author_due_at: now + AGAIN_MS },
      });
      return;
    }
    const code = this.#problem(schedule, belonging);
    const before = schedule.authorProblem;
    const since = code && before?.code === code ? before.since : now;
    const current: Schedule = {
      ...schedule,
      authorProblem: code && { code, since },
    };
    const problem = authorProblem(current, now);
    const columns = {
      author_problem: code ?? null,
      author_problem_since: code ? since : null,
      author_due_at: now + EVERY_MS,
    };
    if (problem && now >= Date.parse(problem.suspendedAt)) {
      const message = `${problem.message}, and nobody adopted it within 14 days`;
      await this.#runs.adjust(schedule, {
        columns: {
          ...columns,
          author_due_at: null,
          ...suspended(problem.code, message, now),
        },
        notice: notices.suspended(schedule, message),
        suspends: { code: problem.code, message },
      });
      return;
    }
    await this.#runs.adjust(schedule, {
      columns: { ...columns, author_told: problem !== undefined },
      notice:
        problem && !schedule.authorTold
          ? notices.adopt(
              schedule,
              problem.message,
              problem.suspendedAt.slice(0, 10),
            )
          : undefined,
    });
  }

  #problem(
    schedule: Schedule,
    belonging: Belonging,
  ): 'author-lost-rights' | 'author-gone' | undefined {
    if (schedule.authorBasis === 'unknown') {
      return undefined;
    }
    if (!belonging.known) {
      return 'author-gone';
    }
    if (schedule.authorBasis !== 'owner') {
      return undefined;
    }
    const vm = this.#cluster.vm(schedule.vm);
    if (!vm || vm.uid !== schedule.vmUid) {
      // That is a matter of its own, and of the runner.
      return schedule.authorProblem?.code;
    }
    return ownersOf(vm, this.#binding).some(owner => belonging.refs.has(owner))
      ? undefined
      : 'author-lost-rights';
  }
}
