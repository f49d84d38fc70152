// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { Clock } from '../database/Clock';
import { AnchorCheck } from './AnchorCheck';
import type { AuditState } from './AuditState';
import { CheckpointStore } from './CheckpointStore';
import { readHead } from './head';
import type { AuditConfig } from './readAuditConfig';
import {
  checkpointDigest,
  signCheckpoint,
  type SignedCheckpoint,
} from './signing/checkpoints';
import type { Signer } from './signing/keys';
import type { CheckpointSink } from './sinks/CheckpointSink';
import type { TrailHealth } from './TrailHealth';

/** How often the end of the trail is looked at, ms. */
const TICK_MS = 10_000;

/** How often the trail is compared with what is kept outside, ms. */
const ANCHOR_MS = 60_000;

/** Checkpoints written to a sink in one go. */
const BATCH = 100;

/**
 * Signs how far the trail has come and writes that to places outside the
 * database. Every replica runs one; the table lets one of them sign.
 */
export class CheckpointKeeper {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #config: Pick<AuditConfig, 'checkpointRows' | 'checkpointMs'>;
  readonly #signer: Signer;
  readonly #store: CheckpointStore;
  readonly #anchor: AnchorCheck;
  readonly #sinks: CheckpointSink[];
  /** Number of the last checkpoint that is known to be in a sink. */
  readonly #written = new Map<CheckpointSink, number>();
  readonly #failing = new Map<string, string>();
  #anchoredAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    logger: LoggerService;
    signer: Signer;
    config: Pick<AuditConfig, 'checkpointRows' | 'checkpointMs' | 'keys'>;
    state: AuditState;
    health: TrailHealth;
    sinks: CheckpointSink[];
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#config = options.config;
    this.#signer = options.signer;
    this.#sinks = options.sinks;
    this.#store = new CheckpointStore(options);
    this.#anchor = new AnchorCheck({
      ...options,
      keys: options.config.keys,
      store: this.#store,
    });
  }

  /** Looks once, before anything can be changed, and goes on looking. */
  async start(): Promise<void> {
    await this.tick();
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Sinks that could not be written, with the reason. */
  get failing(): Record<string, string> {
    return Object.fromEntries(this.#failing);
  }

  /** One round. Never throws: what fails is logged and tried again. */
  async tick(): Promise<void> {
    this.#running ??= this.#round()
      .catch(error =>
        this.#logger.error('Could not keep audit checkpoints', error),
      )
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  async #round(): Promise<void> {
    if (performance.now() - this.#anchoredAt >= ANCHOR_MS) {
      const unmet = await this.#anchor.run(this.#sinks);
      if (unmet) {
        // A signature would make a second history as good as the first.
        this.#logger.error(
          `The audit trail doesn't meet checkpoint ${unmet.checkpoint.number} kept outside the database`,
        );
        return;
      }
      this.#anchoredAt = performance.now();
    }
    await this.#sign();
    await this.#publish();
  }

  async #sign(): Promise<void> {
    const head = await readHead(this.#knex);
    const last = await this.#store.last();
    const news = head.seq - (last?.seq ?? head.base.seq);
    const now = await this.#clock.now();
    const age = now - (last?.signed?.checkpoint.at ?? 0);
    if (
      news <= 0 ||
      (news < this.#config.checkpointRows && age < this.#config.checkpointMs)
    ) {
      return;
    }
    await this.#store.add(
      signCheckpoint(
        {
          number: (last?.number ?? 0) + 1,
          logId: head.logId,
          seq: head.seq,
          hash: head.hash,
          count: head.seq - head.base.seq,
          at: now,
          previous: last?.signed ? checkpointDigest(last.signed) : null,
        },
        this.#signer,
      ),
    );
  }

  async #publish(): Promise<void> {
    for (const sink of this.#sinks) {
      try {
        await this.#publishTo(sink);
        this.#failing.delete(sink.name);
      } catch (error) {
        this.#failing.set(sink.name, (error as Error).message);
        this.#logger.error(
          `Could not write audit checkpoints to ${sink.name}`,
          error as Error,
        );
      }
    }
  }

  async #publishTo(sink: CheckpointSink): Promise<void> {
    let from = this.#written.get(sink) ?? (await this.#beginningFor(sink));
    for (;;) {
      const stored = await this.#store.after(from, BATCH);
      const signed = stored
        .map(row => row.signed)
        .filter((one): one is SignedCheckpoint => one !== undefined);
      await sink.write(signed);
      from = stored[stored.length - 1]?.number ?? from;
      this.#written.set(sink, from);
      if (stored.length < BATCH) {
        return;
      }
    }
  }

  /** An empty sink gets the latest one; older ones it can't vouch for. */
  async #beginningFor(sink: CheckpointSink): Promise<number> {
    const last = await sink.last?.();
    return (
      last?.checkpoint.number ?? ((await this.#store.last())?.number ?? 1) - 1
    );
  }
}
