// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { Clock } from '../database/Clock';
import {
  LEASE_MS,
  type DatabaseOperationStore,
} from './DatabaseOperationStore';
import {
  DEFINITIONS,
  NOTHING_SENT_LIMIT_MS,
  UNKNOWN_LIMIT_MS,
  type OperationDefinition,
} from './definitions';
import { ABSENCE_COUNTS_AFTER_MS, type StepContext } from './steps/StepContext';
import type { Operation, StepResult } from './types';

/** How often unheld operations are looked for, ms. */
const POLL_MS = 500;
const RENEW_MS = 15_000;

/**
 * Operations that one replica works on at once in one cluster. There is no
 * limit over all clusters: those of one that hangs must not keep the others
 * waiting.
 */
const MAX_HELD = 50;

/**
 * A write is sent only with so much of the lease left, ms: a process that was
 * stopped in between must not wake up and send what a successor has decided
 * otherwise about.
 */
const MIN_LEASE_LEFT_MS = 20_000;

/** Failed calls in a row after which the outcome is called unknown. */
const UNKNOWN_AFTER_FAILURES = 5;

class LeaseLostError extends Error {}

interface Held {
  cluster: string;
  vmKey: string;
  /** ms since 1970, database clock. */
  since: number;
  failures: number;
  running: boolean;
  again: boolean;
  /** That it is to be stopped has been seen; it doesn't wait for its time. */
  cancelSeen?: boolean;
  /** This replica sent the writes itself and knows that none is under way. */
  sentHere: boolean;
  timer?: NodeJS.Timeout;
}

/**
 * Works on operations until they are settled. Every replica runs one; a lease
 * in the database gives each operation to one of them at a time.
 */
export class OperationWorker {
  readonly #owner: string;
  readonly #store: DatabaseOperationStore;
  readonly #trail: DatabaseAuditTrail;
  readonly #cluster: ClusterService;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #onSettled: (operation: Operation) => void;
  readonly #held = new Map<string, Held>();
  readonly #cleanups: (() => void)[] = [];
  #stopped = false;
  #polling = false;

  constructor(options: {
    store: DatabaseOperationStore;
    trail: DatabaseAuditTrail;
    cluster: ClusterService;
    clock: Clock;
    logger: LoggerService;
    /** Called after an operation was settled here. */
    onSettled?: (operation: Operation) => void;
    /** Names this replica in leases. */
    owner?: string;
  }) {
    this.#owner = options.owner ?? randomUUID();
    this.#store = options.store;
    this.#trail = options.trail;
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#onSettled = options.onSettled ?? (() => {});
  }

  start(): void {
    const poll = setInterval(() => void this.poll(), POLL_MS);
    const renew = setInterval(() => void this.#renewAll(), RENEW_MS);
    const unsubscribe = this.#cluster.subscribeAll(change => {
      const key = change.ref && stringifyVmRef(change.ref);
      for (const [id, held] of this.#held) {
        if (key === undefined || held.vmKey === key) {
          this.#runSoon(id, 0);
        }
      }
    });
    this.#cleanups.push(
      () => clearInterval(poll),
      () => clearInterval(renew),
      unsubscribe,
      this.#store.onChange(operation => {
        if (operation.state === 'queued') {
          void this.poll();
        }
      }),
    );
    void this.poll();
  }

  /** Stops working and gives the leases back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cleanups.forEach(cleanup => cleanup());
    this.#held.forEach(held => clearTimeout(held.timer));
    while (Array.from(this.#held.values()).some(held => held.running)) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    this.#held.clear();
    await this.#store.releaseLeases(this.#owner);
  }

  /** Leases what nobody works on. */
  async poll(): Promise<void> {
    if (this.#polling || this.#stopped) {
      return;
    }
    this.#polling = true;
    try {
      const counts = new Map<string, number>();
      for (const { cluster } of this.#held.values()) {
        counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
      }
      for (const id of await this.#store.cancelledOf(this.#owner)) {
        const held = this.#held.get(id);
        if (held && !held.cancelSeen) {
          held.cancelSeen = true;
          this.#runSoon(id, 0);
        }
      }
      const room = (cluster: string) => MAX_HELD - (counts.get(cluster) ?? 0);
      const leased = await this.#store.lease(this.#owner, MAX_HELD, {
        room,
        full: Array.from(counts.keys()).filter(cluster => room(cluster) <= 0),
      });
      for (const operation of leased) {
        // Its own lease had run out. Work on it goes on, and only once.
        if (this.#held.has(operation.id)) {
          this.#runSoon(operation.id, 0);
          continue;
        }
        this.#held.set(operation.id, {
          cluster: operation.vm.cluster,
          vmKey: stringifyVmRef(operation.vm),
          since: operation.leaseUntil! - LEASE_MS,
          failures: 0,
          running: false,
          again: false,
          sentHere: false,
        });
        this.#runSoon(operation.id, 0);
      }
    } catch (error) {
      this.#logger.warn('Could not look for operations', error as Error);
    } finally {
      this.#polling = false;
    }
  }

  async #renewAll(): Promise<void> {
    for (const id of this.#held.keys()) {
      try {
        if (!(await this.#store.renewLease(id, this.#owner))) {
          this.#drop(id);
        }
      } catch (error) {
        this.#logger.warn(`Could not renew the lease of ${id}`, error as Error);
      }
    }
  }

  #drop(id: string): void {
    clearTimeout(this.#held.get(id)?.timer);
    this.#held.delete(id);
  }

  #runSoon(id: string, ms: number): void {
    const held = this.#held.get(id);
    if (!held || this.#stopped) {
      return;
    }
    if (held.running) {
      held.again ||= ms === 0;
      return;
    }
    clearTimeout(held.timer);
    held.timer = setTimeout(() => void this.#run(id, held), ms);
    held.timer.unref();
  }

  async #run(id: string, held: Held): Promise<void> {
    held.running = true;
    held.again = false;
    let wait = POLL_MS;
    try {
      const found = await this.#store.getNow(id);
      const operation = found?.operation;
      if (
        !operation ||
        operation.finishedAt !== undefined ||
        operation.leaseOwner !== this.#owner
      ) {
        this.#drop(id);
        return;
      }
      const result = await this.#step(operation, held, found.now);
      if ('done' in result) {
        await this.#finish(operation, result);
        this.#drop(id);
        return;
      }
      wait = result.wait;
    } catch (error) {
      if (error instanceof LeaseLostError) {
        this.#drop(id);
        return;
      }
      // The database is away or a defect: keep it, try again.
      this.#logger.error(`Operation ${id} could not go on`, error as Error);
      wait = 5_000;
    } finally {
      held.running = false;
    }
    this.#runSoon(id, held.again ? 0 : wait);
  }

  async #step(
    operation: Operation,
    held: Held,
    now: number,
  ): Promise<StepResult> {
    const definition = definitionOf(operation);
    const limit = definition.unknownAfterMs ?? UNKNOWN_LIMIT_MS;
    if (now - operation.createdAt > limit) {
      return {
        done: 'unknown',
        error: {
          code: 'unknown',
          message: `It could not be established within ${Math.round(
            limit / 3_600_000,
          )} hours whether the cluster did it. ${
            operation.error?.message ?? ''
          }`.trim(),
        },
      };
    }
    const context = this.#context(operation, held, now);
    try {
      const result = await definition.run(operation, context);
      if (held.failures > 0 && 'wait' in result) {
        held.failures = 0;
        await this.#update(operation.id, {
          retrying: false,
          ...(operation.state === 'unknown' && { state: 'running' }),
        });
      }
      return result;
    } catch (error) {
      if (!(error instanceof ClusterError)) {
        throw error;
      }
      return this.#afterClusterError(operation, held, error, context);
    }
  }

  async #afterClusterError(
    operation: Operation,
    held: Held,
    error: ClusterError,
    context: StepContext,
  ): Promise<StepResult> {
    held.failures += 1;
    const latest = (await this.#store.get(operation.id)) ?? operation;
    const told = { code: error.code, message: error.message };
    const sent = latest.attempts > 0;
    // Refused for good. While the fate of an attempt isn't known only looking
    // can tell, and a refusal to look proves nothing.
    if (!error.retryable && !sent) {
      const { onRefused } = definitionOf(operation);
      return onRefused
        ? onRefused(latest, context, error)
        : { done: 'failed', error: told };
    }
    // One of several steps is given up by its own limits.
    const single = latest.progress === undefined;
    if (
      single &&
      !sent &&
      context.now - operation.createdAt > NOTHING_SENT_LIMIT_MS
    ) {
      return {
        done: 'failed',
        error: {
          code: told.code,
          message: `Nothing was sent to the cluster. ${told.message}`,
        },
      };
    }
    await this.#update(operation.id, {
      retrying: true,
      error: told,
      ...(sent &&
        held.failures >= UNKNOWN_AFTER_FAILURES && { state: 'unknown' }),
    });
    const backoff = Math.min(30_000, 500 * 2 ** (held.failures - 1));
    // Jitter, so that a cluster that comes back isn't met by all at once.
    return {
      wait: Math.max(
        error.retryAfterMs ?? 0,
        backoff * (0.5 + Math.random() / 2),
      ),
    };
  }

  async #update(
    id: string,
    patch: Parameters<StepContext['update']>[0],
  ): Promise<Operation> {
    const updated = await this.#store.update(id, this.#owner, patch);
    if (!updated) {
      throw new LeaseLostError();
    }
    return updated;
  }

  #context(operation: Operation, held: Held, now: number): StepContext {
    let latest = operation;
    const update: StepContext['update'] = async patch => {
      latest = await this.#update(operation.id, patch);
      return latest;
    };
    const note: StepContext['note'] = notes =>
      update({
        progress: {
          step: '',
          entered: {},
          ...latest.progress,
          notes: { ...latest.progress?.notes, ...notes },
        },
      });
    return {
      cluster: this.#cluster,
      store: this.#store,
      now,
      heldSince: held.since,
      update,
      note,
      enter: (step, notes) => {
        held.sentHere = false;
        held.failures = 0;
        return update({
          state: 'running',
          attempts: 0,
          lastSentAt: undefined,
          retrying: false,
          error: undefined,
          progress: {
            step,
            entered: { [step]: now, ...latest.progress?.entered },
            notes: { ...latest.progress?.notes, ...notes },
          },
        });
      },
      write: async call => {
        const renewedAt = performance.now();
        if (!(await this.#store.renewLease(operation.id, this.#owner))) {
          throw new LeaseLostError();
        }
        const intent = await this.#trail.committedIntent(operation.id);
        const before = latest.attempts;
        await update({
          state: 'running',
          attempts: before + 1,
          lastSentAt: await this.#clock.now(),
        });
        const sendBefore = renewedAt + LEASE_MS - MIN_LEASE_LEFT_MS;
        if (performance.now() > sendBefore) {
          throw new LeaseLostError();
        }
        // From here on a failure of ours is known to be over; only a successor
        // has to wait for what a dead replica may have left under way.
        held.sentHere = true;
        try {
          // Whoever is stalled from here on is stopped by the transport.
          return await call(intent.until(sendBefore));
        } catch (error) {
          if (error instanceof ClusterError && !error.ambiguous) {
            await update({ attempts: before });
          }
          throw error;
        }
      },
      mayWrite: ({ attempts, lastSentAt }) =>
        attempts === 0 ||
        held.sentHere ||
        now - (lastSentAt ?? 0) >= LEASE_MS + ABSENCE_COUNTS_AFTER_MS,
    };
  }

  async #finish(
    operation: Operation,
    result: Extract<StepResult, { done: unknown }>,
  ): Promise<void> {
    const finished = await this.#store.finish(operation.id, this.#owner, {
      state: result.done,
      error: result.error,
    });
    if (finished) {
      this.#logger.info(
        `Operation ${finished.id} (${finished.type} ${stringifyVmRef(
          finished.vm,
        )} ${finished.target ?? finished.snapshotName}) ${finished.state}${
          finished.error ? `: ${finished.error.message}` : ''
        }`,
      );
      this.#onSettled(finished);
    }
  }
}

function definitionOf({ type }: Operation): OperationDefinition {
  const definition = DEFINITIONS[type];
  if (!definition) {
    throw new Error(`Operations of type ${type} can't be carried out`);
  }
  return definition;
}
