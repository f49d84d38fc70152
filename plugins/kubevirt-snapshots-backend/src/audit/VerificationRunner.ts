// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { AuditVerification } from 'backstage-plugin-kubevirt-snapshots-common';
import type { AuditState } from './AuditState';
import { readHead } from './head';
import type { PublicKeys } from './signing/keys';
import type { CheckpointSink } from './sinks/CheckpointSink';
import type { TrailHealth } from './TrailHealth';
import type { VerificationResult } from './verify/types';
import { verifyDatabase } from './verify/verifyDatabase';

const LAST = 'verification';
const TURN = 'verification-turn';

/** The trail is verified by itself this often, by one of the replicas, ms. */
const PERIOD_MS = 24 * 3_600_000;

/** How often it is looked whether that is due, and first after start, ms. */
const LOOK_MS = 10 * 60_000;
const FIRST_LOOK_MS = 10_000;

interface Last {
  result: VerificationResult;
  at: number;
  by: string;
}

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Verifies the trail in the background, once a day and when asked to, and
 * keeps what it came to for all replicas.
 */
export class VerificationRunner {
  readonly #knex: Knex;
  readonly #keys: PublicKeys;
  readonly #signed: boolean;
  readonly #sinks: CheckpointSink[];
  readonly #failing: () => Record<string, string>;
  readonly #state: AuditState;
  readonly #health: TrailHealth;
  readonly #logger: LoggerService;
  #running: { since: number; seq: number; done: Promise<void> } | undefined;
  #first: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    knex: Knex;
    keys: PublicKeys;
    signed: boolean;
    sinks: CheckpointSink[];
    /** Sinks that could not be written. */
    failing: () => Record<string, string>;
    state: AuditState;
    health: TrailHealth;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
    this.#signed = options.signed;
    this.#sinks = options.sinks;
    this.#failing = options.failing;
    this.#state = options.state;
    this.#health = options.health;
    this.#logger = options.logger;
  }

  start(): void {
    const look = async () => {
      try {
        if (await this.#state.claim(TURN, PERIOD_MS)) {
          this.run('plugin:kubevirt-snapshots');
        }
      } catch (error) {
        this.#logger.warn('Could not verify the audit trail', error as Error);
      }
    };
    // Not while the backend is busy starting.
    this.#first = setTimeout(() => void look(), FIRST_LOOK_MS).unref();
    this.#timer = setInterval(() => void look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#first);
    clearInterval(this.#timer);
    await this.#running?.done;
  }

  /** Begins, unless it is running already. */
  run(by: string): void {
    if (this.#running) {
      return;
    }
    const running = { since: Date.now(), seq: 0, done: Promise.resolve() };
    this.#running = running;
    running.done = this.#verify(by, seq => {
      running.seq = seq;
    })
      .catch(error =>
        this.#logger.error('The audit trail could not be verified', error),
      )
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** The last result and what is under way. */
  async view(): Promise<AuditVerification> {
    const last = (await this.#state.get<Last>(LAST))?.value;
    const head = await readHead(this.#knex);
    const running = this.#running;
    return {
      signed: this.#signed,
      refusal: this.#health.refusal,
      outside: this.#sinks.map(({ name }) => ({
        name,
        error: this.#failing()[name],
      })),
      firstRow: head.base.seq + 1,
      lastRow: head.seq,
      running: running && { since: iso(running.since), row: running.seq },
      last: last && {
        ...last.result,
        at: iso(last.at),
        by: last.by,
        checkpoint: last.result.checkpoint && {
          ...last.result.checkpoint,
          at: iso(last.result.checkpoint.at),
        },
        problem: last.result.problem,
      },
    };
  }

  async #verify(by: string, onProgress: (seq: number) => void) {
    const outside = [];
    for (const sink of this.#sinks) {
      try {
        outside.push(...((await sink.all?.()) ?? []));
      } catch (error) {
        this.#logger.warn(
          `The audit trail is verified without the checkpoints in ${sink.name}`,
          error as Error,
        );
      }
    }
    const result = await verifyDatabase({
      knex: this.#knex,
      keys: this.#keys,
      outside,
      onProgress,
    });
    if (result.status === 'broken') {
      this.#logger.error(`The audit trail is not whole. ${result.message}`);
    }
    const last: Last = { result, at: Date.now(), by };
    await this.#state.set(LAST, last);
  }
}
