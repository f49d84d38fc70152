// SPDX-License-Identifier: Apache-2.0
import type { Response } from 'express';
import { stringifyVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { VmAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { ScheduleChanges } from '../scheduling/ScheduleChanges';
import type { SnapshotViews } from '../views/SnapshotViews';
import { openStream, type OpenStream } from './openStream';

/** Changes within this time are told together, ms. */
const GATHER_MS = 20;

/**
 * Event streams of browser tabs. Each tells one person that something about
 * one VM has changed; what it is they fetch, under their permissions then.
 */
export class EventStreams {
  readonly #cluster: ClusterService;
  readonly #index: OperationIndex;
  readonly #protections: ProtectionStore;
  readonly #schedules: ScheduleChanges;
  readonly #views: SnapshotViews;
  readonly #decideMs: number | undefined;
  readonly #open = new Set<OpenStream>();

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    protections: ProtectionStore;
    schedules: ScheduleChanges;
    views: SnapshotViews;
    decideMs?: number;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#protections = options.protections;
    this.#schedules = options.schedules;
    this.#views = options.views;
    this.#decideMs = options.decideMs;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Serves a stream until the browser leaves, the token expires, the right is
   * gone or the backend stops.
   *
   * @param options - `decide` throws when the person may not listen any more
   *   or the entity stands for another VM
   */
  serve(options: {
    res: Response;
    access: VmAccess;
    expiresAt?: Date;
    decide: () => Promise<VmAccess>;
  }): void {
    const { res, access } = options;
    const { ref } = access;
    const key = stringifyVmRef(ref);
    let gather: NodeJS.Timeout | undefined;
    let freshness = this.#cluster.freshness(ref.cluster).state;
    // Until there is a stream there is nobody to tell.
    let send: OpenStream['send'] = () => {};
    const tell = () => {
      gather = undefined;
      const now = this.#cluster.freshness(ref.cluster);
      if (now.state !== freshness) {
        freshness = now.state;
        send({ type: 'freshness', freshness: now });
      }
      send({ type: 'changed', revision: this.#views.revision(ref) });
    };
    const changed = () => {
      gather ??= setTimeout(tell, GATHER_MS);
    };
    const cleanups = [
      this.#cluster.subscribe(ref, changed),
      this.#index.subscribe(operation => {
        if (stringifyVmRef(operation.vm) === key) {
          changed();
        }
      }),
      ...[this.#protections, this.#schedules].map(source =>
        source.subscribe(vmKey => {
          if (vmKey === key) {
            changed();
          }
        }),
      ),
    ];
    const stream = openStream({
      res,
      expiresAt: options.expiresAt,
      decideMs: this.#decideMs,
      decide: async opened => {
        const renewed = await options.decide();
        if (stringifyVmRef(renewed.ref) !== key) {
          opened.end('revoked');
        }
      },
      onEnd: ended => {
        this.#open.delete(ended);
        cleanups.forEach(cleanup => cleanup());
        clearTimeout(gather);
      },
    });
    send = stream.send;
    this.#open.add(stream);
    stream.send({ type: 'hello', revision: this.#views.revision(ref) });
  }

  /** Ends all streams, so that a backend that stops isn't held up by them. */
  close(): void {
    Array.from(this.#open).forEach(stream => stream.end('shutdown'));
  }
}
