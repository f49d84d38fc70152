// SPDX-License-Identifier: Apache-2.0
import {
  stringifyVmRef,
  vmReadPermission,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Response } from 'express';
import type { FleetAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type { ScheduleChanges } from '../scheduling/ScheduleChanges';
import { openStream, type OpenStream } from './openStream';

/** Changes within this time are told together, ms. */
const GATHER_MS = 50;

/**
 * Least time between two messages, ms. Of thousands of VMs one always changes,
 * and each message makes a browser fetch its page of the list.
 */
const PAUSE_MS = 1_000;

/**
 * Event streams of pages with many VMs. Each tells one person that something
 * about a VM that they may read has changed, or that one has come or gone; what
 * it is they fetch. Changes of other VMs are not told, not even as a number.
 */
export class FleetStreams {
  readonly #cluster: ClusterService;
  readonly #index: OperationIndex;
  readonly #schedules: Pick<ScheduleChanges, 'subscribe'>;
  readonly #decideMs: number | undefined;
  readonly #open = new Set<OpenStream>();

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    schedules: Pick<ScheduleChanges, 'subscribe'>;
    decideMs?: number;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#schedules = options.schedules;
    this.#decideMs = options.decideMs;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Serves a stream until the browser leaves, the token expires, nobody can
   * decide any more or the backend stops.
   */
  serve(options: {
    res: Response;
    fleet: FleetAccess;
    expiresAt?: Date;
    decide: () => Promise<FleetAccess>;
  }): void {
    let { fleet } = options;
    /** VMs that were readable when they were last looked at. */
    let seen = this.#readable(fleet);
    let messages = 0;
    let toldAt = -Infinity;
    let timer: NodeJS.Timeout | undefined;

    // Until there is a stream there is nobody to tell.
    let send: OpenStream['send'] = () => {};
    const tell = () => {
      timer = undefined;
      toldAt = Date.now();
      messages += 1;
      send({ type: 'changed', revision: messages });
    };
    const changed = () => {
      timer ??= setTimeout(
        tell,
        Math.max(GATHER_MS, toldAt + PAUSE_MS - Date.now()),
      );
    };
    const look = (ref: VmRef) => {
      const key = stringifyVmRef(ref);
      const vm = this.#cluster.vm(ref);
      const before = seen.has(key);
      const now = vm !== undefined && fleet.accessTo(vm).can(vmReadPermission);
      if (now) {
        seen.add(key);
      } else {
        seen.delete(key);
      }
      // One that is gone or has gone to somebody else leaves the list.
      if (now || before) {
        changed();
      }
    };
    const cleanups = [
      this.#cluster.subscribeAll(({ ref }) => (ref ? look(ref) : changed())),
      this.#index.subscribe(operation => look(operation.vm)),
      this.#schedules.subscribe(key => seen.has(key) && changed()),
    ];
    const stream = openStream({
      res: options.res,
      expiresAt: options.expiresAt,
      decideMs: this.#decideMs,
      decide: async () => {
        fleet = await options.decide();
        const readable = this.#readable(fleet);
        if (
          readable.size !== seen.size ||
          Array.from(readable).some(key => !seen.has(key))
        ) {
          changed();
        }
        seen = readable;
      },
      onEnd: ended => {
        this.#open.delete(ended);
        cleanups.forEach(cleanup => cleanup());
        clearTimeout(timer);
      },
    });
    send = stream.send;
    this.#open.add(stream);
    stream.send({ type: 'hello', revision: messages });
  }

  /** Ends all streams, so that a backend that stops isn't held up by them. */
  close(): void {
    Array.from(this.#open).forEach(stream => stream.end('shutdown'));
  }

  #readable(fleet: FleetAccess): Set<string> {
    return new Set(
      this.#cluster
        .vms()
        .filter(vm => fleet.accessTo(vm).can(vmReadPermission))
        .map(({ ref }) => stringifyVmRef(ref)),
    );
  }
}
