// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import { checkpointLine, type SignedCheckpoint } from '../signing/checkpoints';
import type { CheckpointSink } from './CheckpointSink';

/**
 * Puts checkpoints into the log, from where companies usually carry it away to
 * another system.
 */
export class LoggerSink implements CheckpointSink {
  readonly name = 'log';
  readonly #logger: LoggerService;

  constructor(options: { logger: LoggerService }) {
    this.#logger = options.logger;
  }

  async write(checkpoints: SignedCheckpoint[]): Promise<void> {
    for (const signed of checkpoints) {
      this.#logger.info(`Audit checkpoint ${checkpointLine(signed)}`);
    }
  }
}
