// SPDX-License-Identifier: Apache-2.0
import { ServiceUnavailableError } from '@backstage/errors';

/**
 * Proof that an intent row of the audit trail has been committed. Every method
 * of the cluster service that changes something takes one: no intent, no call.
 *
 * Only the audit trail makes them, after its transaction has committed.
 *
 * @public
 */
export class CommittedIntent {
  readonly #operationId: string;
  readonly #sequence: number;
  readonly #actor: string;
  readonly #sendBefore: number | undefined;

  private constructor(
    operationId: string,
    sequence: number,
    actor: string,
    sendBefore?: number,
  ) {
    this.#operationId = operationId;
    this.#sequence = sequence;
    this.#actor = actor;
    this.#sendBefore = sendBefore;
  }

  /**
   * To be called with the row's own values, after its commit.
   */
  static fromCommittedRow(row: {
    operationId: string;
    sequence: number;
    actor: string;
  }): CommittedIntent {
    if (!row.operationId || !(row.sequence > 0)) {
      throw new ServiceUnavailableError(
        'The audit trail has not recorded this act, so it was not done',
      );
    }
    return new CommittedIntent(row.operationId, row.sequence, row.actor);
  }

  /**
   * Throws ServiceUnavailableError unless the value is a CommittedIntent.
   */
  static assert(value: unknown): asserts value is CommittedIntent {
    if (
      !(typeof value === 'object' && value !== null && #operationId in value)
    ) {
      throw new ServiceUnavailableError(
        'The audit trail has not recorded this act, so it was not done',
      );
    }
  }

  /**
   * The same for a limited time: a process that is stalled on its way to the
   * cluster must not send when it wakes up what others have decided otherwise
   * about meanwhile.
   *
   * @param sendBefore - by `performance.now()`
   */
  until(sendBefore: number): CommittedIntent {
    return new CommittedIntent(
      this.#operationId,
      this.#sequence,
      this.#actor,
      sendBefore,
    );
  }

  /** When it is too late to send anything, by `performance.now()`. */
  get sendBefore(): number | undefined {
    return this.#sendBefore;
  }

  /** Id of the operation, which goes onto the cluster object too. */
  get operationId(): string {
    return this.#operationId;
  }

  /** Entity ref of the person who acts. */
  get actor(): string {
    return this.#actor;
  }

  /** Sequence number of the intent row. */
  get sequence(): number {
    return this.#sequence;
  }
}
