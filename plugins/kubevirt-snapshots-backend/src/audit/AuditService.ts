// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Knex } from 'knex';
import type { Clock } from '../database/Clock';
import { AuditState } from './AuditState';
import { CheckpointKeeper } from './CheckpointKeeper';
import type { DatabaseAuditTrail } from './DatabaseAuditTrail';
import { DeniedRecorder } from './DeniedRecorder';
import { ObservedRecorder } from './observe/ObservedRecorder';
import { readAuditConfig } from './readAuditConfig';
import { recordAcceptedBypass } from './recordAcceptedBypass';
import type { CheckpointSink } from './sinks/CheckpointSink';
import { ConfigMapSink } from './sinks/ConfigMapSink';
import { FileSink } from './sinks/FileSink';
import { LoggerSink } from './sinks/LoggerSink';
import { VerificationRunner } from './VerificationRunner';

/** How often a write is tried while writing fails, and otherwise, ms. */
const PROBE_FAILING_MS = 5_000;
const PROBE_MS = 60_000;

/** Everything around the trail that runs by itself. */
export class AuditService {
  readonly #trail: DatabaseAuditTrail;
  readonly #keeper: CheckpointKeeper | undefined;
  readonly #observed: ObservedRecorder;
  readonly #cleanups: (() => void)[] = [];
  readonly verification: VerificationRunner;
  /** Takes down refusals. */
  readonly denied: DeniedRecorder;
  /** Takes down who read the trail. */
  readonly reads: DeniedRecorder;
  readonly #start: () => void;
  #probe: NodeJS.Timeout | undefined;

  constructor(options: {
    config: Config;
    knex: Knex;
    clock: Clock;
    logger: LoggerService;
    trail: DatabaseAuditTrail;
    cluster: ClusterService;
  }) {
    const { trail, logger } = options;
    const config = readAuditConfig(options.config);
    const state = new AuditState(options);
    const { health } = trail;
    const outside: CheckpointSink[] = [
      ...(config.checkpointFile
        ? [new FileSink({ path: config.checkpointFile })]
        : []),
      ...(config.checkpointConfigMap
        ? [new ConfigMapSink({ ...options, place: config.checkpointConfigMap })]
        : []),
    ];
    this.#trail = trail;
    this.#keeper =
      config.signer &&
      new CheckpointKeeper({
        ...options,
        signer: config.signer,
        config,
        state,
        health,
        sinks: [new LoggerSink(options), ...outside],
      });
    if (!config.signer) {
      logger.warn(
        'The audit trail is not signed: kubevirtSnapshots.audit.signingKeyFile is not set',
      );
    }
    this.verification = new VerificationRunner({
      ...options,
      keys: config.keys,
      signed: config.signer !== undefined,
      sinks: outside,
      failing: () => this.#keeper?.failing ?? {},
      state,
      health,
    });
    this.denied = new DeniedRecorder({
      write: row => trail.write('denied', row),
      logger,
    });
    this.reads = new DeniedRecorder({
      write: row => trail.write('system', row),
      logger,
    });
    this.#observed = new ObservedRecorder(options);
    this.#start = () =>
      this.#cleanups.push(
        recordAcceptedBypass({
          cluster: options.cluster,
          write: row => trail.write('system', row),
          logger,
        }),
      );
  }

  /** To be awaited before anything can be changed. */
  async start(): Promise<void> {
    await this.#keeper?.start();
    await this.#observed.start();
    this.verification.start();
    this.#start();
    this.#probeLater();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#probe);
    this.#probe = undefined;
    this.#cleanups.forEach(cleanup => cleanup());
    await this.#observed.stop();
    await this.denied.flush();
    await this.reads.flush();
    await this.verification.stop();
    await this.#keeper?.stop();
  }

  #probeLater(): void {
    let waited = 0;
    this.#probe = setInterval(() => {
      waited += PROBE_FAILING_MS;
      if (this.#trail.health.cannotWrite || waited >= PROBE_MS) {
        waited = 0;
        void this.#trail.probe();
      }
    }, PROBE_FAILING_MS).unref();
  }
}
