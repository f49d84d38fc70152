// SPDX-License-Identifier: Apache-2.0
import type { Sink } from '../cache/ClusterCache';
import { ClusterError } from '../cluster/ClusterError';
import { at, identity, Raw, textAt } from '../project/raw';
import { pause, ReflectorTimings, retryDelay } from './backoff';
import { GoneError, ListWatch, ListWatchTarget } from './ListWatch';
import { watchEvents } from './watchEvents';

/** How a reflector is doing. */
export interface ReflectorState {
  /** `absent`: an optional resource that the cluster doesn't serve. */
  phase: 'connecting' | 'live' | 'failed' | 'absent';
  /** A full list has been read at least once. */
  synced: boolean;
  /** Milliseconds, when a list, an event or a bookmark last came. */
  heardAt?: number;
  error?: ClusterError;
}

/** Options of a reflector. */
export interface ReflectorOptions extends ListWatchTarget {
  /** It is fine when the cluster doesn't serve it. */
  optional?: boolean;
  sink: Sink;
  timings: ReflectorTimings;
  onState: () => void;
  now?: () => number;
  random?: () => number;
}

/**
 * Keeps a sink in step with one resource of a cluster: one list, then a watch
 * from there on, resumed where it broke off and listed anew when the cluster
 * no longer knows that point.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #listWatch: ListWatch;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #stop = new AbortController();
  #state: ReflectorState = { phase: 'connecting', synced: false };
  #resourceVersion?: string;
  #failures = 0;
  #gone = 0;
  #wake = new AbortController();
  #running?: Promise<void>;

  static create(options: ReflectorOptions): Reflector {
    return new Reflector(options);
  }

  private constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#listWatch = ListWatch.create(options);
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
  }

  get state(): ReflectorState {
    return this.#state;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** Something points to trouble: open the watch anew, now. */
  verify(): void {
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) {
          await this.#list();
        }
        await this.#watch();
        if (this.#failures > 0) {
          await this.#rest(undefined);
        }
      } catch (error) {
        if (this.#stop.signal.aborted) {
          return;
        }
        // Told to open the watch anew while it was being opened: no failure.
        if (!this.#wake.signal.aborted) {
          await this.#fail(error);
        }
      }
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { optional, timings, cluster } = this.#options;
    if (error instanceof GoneError) {
      // Once is normal; again and again must not become a busy loop.
      this.#resourceVersion = undefined;
      this.#gone += 1;
      if (this.#gone > 1) {
        await this.#rest(undefined);
      }
      return;
    }
    const known =
      error instanceof ClusterError
        ? error
        : new ClusterError(
            'unreachable',
            `Cluster ${cluster} broke off in the middle of an answer`,
          );
    if (known.code === 'crds-missing') {
      this.#resourceVersion = undefined;
      if (optional) {
        this.#options.sink.list(this.#options.namespace).commit();
        this.#failures = 0;
        this.#set({ phase: 'absent', synced: true, heardAt: this.#now() });
        await this.#sleep(timings.retryAbsent);
        return;
      }
    }
    this.#failures += 1;
    this.#set({ ...this.#state, phase: 'failed', error: known });
    await this.#rest(known);
  }

  async #rest(error: ClusterError | undefined): Promise<void> {
    await this.#sleep(
      retryDelay(
        error,
        Math.max(this.#failures, this.#gone, 1),
        this.#options.timings,
        this.#random,
      ),
    );
  }

  async #sleep(ms: number): Promise<void> {
    await pause(ms, this.#freshWake());
  }

  #freshWake(): AbortSignal {
    if (this.#wake.signal.aborted && !this.#stop.signal.aborted) {
      this.#wake = new AbortController();
    }
    return this.#wake.signal;
  }

  #set(state: ReflectorState): void {
    const before = this.#state;
    this.#state = state;
    if (
      before.phase !== state.phase ||
      before.synced !== state.synced ||
      before.error?.message !== state.error?.message
    ) {
      this.#options.onState();
    }
  }

  /** A list, event or bookmark has come. */
  #heard(phase: ReflectorState['phase'], synced: boolean): void {
    const error = phase === 'live' ? undefined : this.#state.error;
    this.#set({ phase, synced, error, heardAt: this.#now() });
  }

  async #list(): Promise<void> {
    const batch = this.#options.sink.list(this.#options.namespace);
    const version = await this.#listWatch.list(batch.add, this.#stop.signal);
    batch.commit();
    this.#resourceVersion = version;
    this.#heard('live', true);
  }

  async #watch(): Promise<void> {
    const { timings } = this.#options;
    const watch = await this.#listWatch.watch({
      resourceVersion: this.#resourceVersion,
      timeoutMs: timings.watchTimeout * (1 + this.#random() / 2),
      signal: this.#freshWake(),
    });
    // It answered, and begins with whatever has changed since we were told last.
    this.#heard('live', true);
    const startedAt = this.#now();
    let silent = false;
    let timer: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        silent = true;
        watch.close();
      }, timings.silence);
    };
    listen();
    try {
      for await (const event of watchEvents(watch.stream)) {
        listen();
        this.#take(event.type, event.object);
      }
      if (!silent) {
        // The server ended it; up to then it would have told us everything.
        this.#heard('live', true);
      }
    } catch (error) {
      if (error instanceof GoneError || error instanceof ClusterError) {
        throw error;
      }
      if (error instanceof SyntaxError || error instanceof RangeError) {
        throw new GoneError();
      }
      // Broken off. Whether the cluster is away shows when it is asked again.
    } finally {
      clearTimeout(timer);
      watch.close();
      // One that ends at once, again and again, must not become a busy loop.
      const short = this.#now() - startedAt < timings.shortLived;
      this.#failures = short ? this.#failures + 1 : 0;
      this.#gone = short ? this.#gone : 0;
    }
  }

  #take(type: string, raw: Raw): void {
    if (type === 'ERROR') {
      throw this.#listWatch.failure('watch', {
        httpStatus: Number(at(raw, 'code')) || 500,
        body: JSON.stringify(raw),
      });
    }
    const resourceVersion = textAt(raw, ['metadata', 'resourceVersion'], 64);
    if (type === 'ADDED' || type === 'MODIFIED') {
      this.#options.sink.upsert(raw);
    } else if (type === 'DELETED') {
      const id = identity(raw);
      if (id) {
        this.#options.sink.remove(id);
      }
    }
    this.#resourceVersion = resourceVersion ?? this.#resourceVersion;
    this.#heard('live', true);
  }
}
