// SPDX-License-Identifier: Apache-2.0
import type { Response } from 'express';
import {
  stringifyVmRef,
  type StreamMessage,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { VmAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { SnapshotViews } from '../views/SnapshotViews';

/** Changes within this time are told together, ms. */
const GATHER_MS = 20;
const HEARTBEAT_MS = 15_000;

/** How often the right to listen is decided anew, ms. */
const DECIDE_MS = 30_000;

/**
 * Event streams of browser tabs. Each tells one person that something about
 * one VM has changed; what it is they fetch, under their permissions then.
 */
export class EventStreams {
  readonly #cluster: ClusterService;
  readonly #index: OperationIndex;
  readonly #protections: ProtectionStore;
  readonly #views: SnapshotViews;
  readonly #decideMs: number;
  readonly #open = new Set<(reason: 'shutdown') => void>();

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    protections: ProtectionStore;
    views: SnapshotViews;
    decideMs?: number;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#protections = options.protections;
    this.#views = options.views;
    this.#decideMs = options.decideMs ?? DECIDE_MS;
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
    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // Compression and proxies would hold messages back.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    const send = (message: StreamMessage) =>
      res.write(`data: ${JSON.stringify(message)}\n\n`);

    let gather: NodeJS.Timeout | undefined;
    let freshness = this.#cluster.freshness(ref.cluster).state;
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
      this.#protections.subscribe(vmKey => {
        if (vmKey === key) {
          changed();
        }
      }),
    ];
    const end = (reason?: 'shutdown' | 'expired' | 'revoked') => {
      if (!this.#open.delete(end)) {
        return;
      }
      cleanups.forEach(cleanup => cleanup());
      clearTimeout(gather);
      if (reason) {
        send({ type: 'bye', reason });
        res.end();
      }
    };
    const heartbeat = setInterval(() => res.write(': \n\n'), HEARTBEAT_MS);
    const decide = setInterval(() => {
      options.decide().then(
        renewed => {
          if (stringifyVmRef(renewed.ref) !== key) {
            end('revoked');
          }
        },
        () => end('revoked'),
      );
    }, this.#decideMs);
    cleanups.push(
      () => clearInterval(heartbeat),
      () => clearInterval(decide),
    );
    if (options.expiresAt) {
      const expiry = setTimeout(
        () => end('expired'),
        Math.min(
          Math.max(0, options.expiresAt.getTime() - Date.now()),
          2 ** 31 - 1,
        ),
      );
      cleanups.push(() => clearTimeout(expiry));
    }
    this.#open.add(end);
    res.on('close', () => end());
    send({ type: 'hello', revision: this.#views.revision(ref) });
  }

  /** Ends all streams, so that a backend that stops isn't held up by them. */
  close(): void {
    Array.from(this.#open).forEach(end => end('shutdown'));
  }
}
