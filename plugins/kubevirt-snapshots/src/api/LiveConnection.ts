// SPDX-License-Identifier: Apache-2.0
import type { StreamMessage } from 'backstage-plugin-kubevirt-snapshots-common';
import type { WatchOptions } from './KubevirtSnapshotsApi';

/**
 * How changes reach the page: `connecting` at first, `live` by the stream,
 * `polling` while there is no stream, `paused` while nobody looks.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'paused';

/** Times in milliseconds. */
export const LIVE_TIMES = {
  /** Without a stream the page asks this often. */
  poll: 5_000,
  /** A cut that is mended within this time isn't worth a notice. */
  grace: 2_000,
  /** The backend sends a heartbeat every 15 s; three missed mean a dead stream. */
  silence: 45_000,
  firstRetry: 500,
  maxRetry: 30_000,
};

/** Tells whether somebody can see the page. */
export interface Visibility {
  hidden(): boolean;
  subscribe(listener: () => void): () => void;
}

/** The visibility of the browser tab. */
export const documentVisibility: Visibility = {
  hidden: () => document.hidden,
  subscribe: listener => {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};

/** Options of a {@link LiveConnection}. */
export interface LiveConnectionOptions {
  connect: (options: WatchOptions) => Promise<void>;
  onMessage: (message: StreamMessage) => void;
  onState: (state: LiveState) => void;
  /** Something may have been missed: fetch anew. */
  onCatchUp: () => void;
  visibility?: Visibility;
  /** From 0 to 1; spreads the retries of many browsers. */
  random?: () => number;
}

/**
 * Keeps one event stream open while the page is visible, mends it when it
 * breaks, and polls meanwhile. A message is a hint only, so whatever happens
 * the answer is the same: fetch anew.
 */
export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  readonly #visibility: Visibility;
  readonly #random: () => number;
  #state: LiveState = 'connecting';
  #controller?: AbortController;
  #attempt = 0;
  #unsubscribe?: () => void;
  #retryTimer?: ReturnType<typeof setTimeout>;
  #graceTimer?: ReturnType<typeof setTimeout>;
  #silenceTimer?: ReturnType<typeof setTimeout>;
  #pollTimer?: ReturnType<typeof setInterval>;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
    this.#visibility = options.visibility ?? documentVisibility;
    this.#random = options.random ?? Math.random;
  }

  start() {
    this.#unsubscribe = this.#visibility.subscribe(() => this.#look());
    if (this.#visibility.hidden()) {
      this.#setState('paused');
      return;
    }
    this.#awaitHello();
    this.#open();
  }

  stop() {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#close();
  }

  #look() {
    if (this.#visibility.hidden()) {
      this.#close();
      this.#setState('paused');
    } else if (this.#state === 'paused') {
      this.#attempt = 0;
      this.#setState('connecting');
      this.#options.onCatchUp();
      this.#awaitHello();
      this.#open();
    }
  }

  #close() {
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.abort();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#silenceTimer);
    clearInterval(this.#pollTimer);
    this.#graceTimer = undefined;
    this.#pollTimer = undefined;
  }

  #open() {
    const controller = new AbortController();
    this.#controller = controller;
    const current = () => this.#controller === controller;
    this.#listenForSilence();
    this.#options
      .connect({
        signal: controller.signal,
        onActivity: () => current() && this.#listenForSilence(),
        onMessage: message => current() && this.#receive(message),
      })
      .catch(() => {})
      .then(() => current() && this.#cut());
  }

  #receive(message: StreamMessage) {
    if (message.type === 'hello') {
      this.#attempt = 0;
      clearTimeout(this.#graceTimer);
      this.#graceTimer = undefined;
      clearInterval(this.#pollTimer);
      this.#pollTimer = undefined;
      this.#setState('live');
      // Between the last fetch and now nobody listened.
      this.#options.onCatchUp();
    } else if (message.type === 'bye' && message.reason === 'revoked') {
      this.#options.onCatchUp();
    }
    this.#options.onMessage(message);
  }

  #cut() {
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.abort();
    clearTimeout(this.#silenceTimer);
    this.#awaitHello();
    const wait = Math.min(
      LIVE_TIMES.maxRetry,
      LIVE_TIMES.firstRetry * 2 ** this.#attempt,
    );
    this.#attempt += 1;
    this.#retryTimer = setTimeout(
      () => this.#open(),
      wait * (0.5 + this.#random() / 2),
    );
  }

  /** Starts the time after which a missing stream is admitted. */
  #awaitHello() {
    if (this.#state === 'polling' || this.#graceTimer) {
      return;
    }
    this.#graceTimer = setTimeout(() => {
      this.#graceTimer = undefined;
      this.#setState('polling');
      this.#options.onCatchUp();
      this.#pollTimer = setInterval(
        () => this.#options.onCatchUp(),
        LIVE_TIMES.poll,
      );
    }, LIVE_TIMES.grace);
  }

  #listenForSilence() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#cut(), LIVE_TIMES.silence);
  }

  #setState(state: LiveState) {
    if (state !== this.#state) {
      this.#state = state;
      this.#options.onState(state);
    }
  }
}
