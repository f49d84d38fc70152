// SPDX-License-Identifier: Apache-2.0
import { ApiError } from '../api/status';
import type { Clock } from '../clock';
import { Conditions } from '../faults/conditions';
import { VolumeFaults } from '../faults/faultInjector';
import { ObjectStore, objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { ClusterClient } from './clusterClient';

export type ControllerContext = {
  store: ObjectStore;
  client: ClusterClient;
  clock: Clock;
  conditions: Conditions;
  volumeFaults: VolumeFaults;
  /** Divides storage and guest delays. */
  speed: number;
};

/** Thrown by a controller that cannot go on and says nothing about it in any status. */
export class RetryLater extends Error {}

/** What passes between a write and the controller's reaction to it; the median seen on a real control plane. */
const REACTION_MS = 8;

const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000_000;

type Waiting = { due: number; cancel: () => void };

/**
 * A level-triggered loop: events and timers name a key, `reconcile` looks at the objects and makes at most a few writes.
 * So watchers see every step, and a restart resumes by itself.
 */
export abstract class Controller {
  protected readonly store: ObjectStore;
  protected readonly client: ClusterClient;
  protected readonly clock: Clock;
  protected readonly context: ControllerContext;
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  #unsubscribe: (() => void) | undefined;

  constructor(context: ControllerContext) {
    this.context = context;
    this.store = context.store;
    this.client = context.client;
    this.clock = context.clock;
  }

  /** The resource whose objects this controller works on, as `<group>/<plural>`. */
  protected abstract readonly resource: string;

  /**
   * @returns milliseconds after which to look again, if nothing happens before
   * @throws anything: retried with growing delays
   */
  protected abstract reconcile(object: KubeObject): number | undefined | void;

  /** Keys that an event of another resource concerns. */
  protected related(_event: StoreEvent): string[] {
    return [];
  }

  /** Called when an object of the resource has gone. */
  protected deleted(_object: KubeObject): void {}

  start(): void {
    this.#unsubscribe = this.store.listen(event => this.#onEvent(event));
    for (const { metadata } of this.store.list(this.resource)) {
      this.enqueue(objectKey(metadata.namespace, metadata.name!));
    }
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const { cancel } of this.#waiting.values()) {
      cancel();
    }
    this.#waiting.clear();
  }

  /** Looks at all objects again, e.g. after a fault was removed. */
  resync(): void {
    for (const { metadata } of this.store.list(this.resource)) {
      this.enqueue(objectKey(metadata.namespace, metadata.name!));
    }
  }

  protected enqueue(key: string, delayMs: number = REACTION_MS): void {
    const due = this.clock.now() + delayMs;
    const waiting = this.#waiting.get(key);
    if (waiting && waiting.due <= due) {
      return;
    }
    waiting?.cancel();
    const cancel = this.clock.after(delayMs, () => this.#run(key));
    this.#waiting.set(key, { due, cancel });
  }

  #onEvent(event: StoreEvent): void {
    if (event.resource === this.resource) {
      const { namespace, name } = event.object.metadata;
      if (event.type === 'DELETED') {
        this.deleted(event.object);
      } else {
        this.enqueue(objectKey(namespace, name!));
      }
    }
    for (const key of this.related(event)) {
      this.enqueue(key);
    }
  }

  #run(key: string): void {
    this.#waiting.delete(key);
    const object = this.store.getByKey(this.resource, key);
    if (!object) {
      this.#failures.delete(key);
      return;
    }
    try {
      const again = this.reconcile(object);
      this.#failures.delete(key);
      if (again !== undefined) {
        this.enqueue(key, Math.max(again, 1));
      }
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof RetryLater)) {
        // a bug here must be seen, yet not take the other virtual machines down
        process.emitWarning(
          `${this.constructor.name} ${key}: ${(error as Error).stack}`,
        );
      }
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.enqueue(
        key,
        Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS),
      );
    }
  }
}
