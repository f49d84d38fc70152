// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, revokesView } from '../../api';
import { mayPass } from '../../hooks/queries';
import { isFinished } from '../Operations';

/**
 * How far one VM of a bulk is. `unknown`: it was asked for and nobody can tell
 * what became of it.
 */
export type BulkState =
  | 'waiting'
  | 'sending'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'unknown'
  | 'cancelled';

/** What is to be done with one VM. */
export interface BulkTask {
  vm: VmListItem;
  /** Name of what is made. */
  name: string;
  /** The same each time that it is sent, so that it is never done twice. */
  operationId: string;
}

/** One VM of a bulk. */
export interface BulkItem extends BulkTask {
  state: BulkState;
  /** Why it failed or is unknown. */
  reason?: string;
  /** It was accepted, so another try is another act. */
  accepted: boolean;
}

/** A bulk at one moment. */
export interface BulkSnapshot {
  items: readonly BulkItem[];
  /** Something is being done or waits for its turn. */
  active: boolean;
  cancelled: boolean;
}

/** What a bulk does with each VM. */
export interface BulkWork {
  /** Asks for it. Without an operation as the answer it is done. */
  begin: (task: BulkTask) => Promise<OperationView | undefined>;
  /** Looks at what has been asked for. */
  look: (task: BulkTask, operation: OperationView) => Promise<OperationView>;
  /** Another try of one that was accepted and has failed: another act. */
  anew: (task: BulkTask) => BulkTask;
}

/** VMs that are worked on at once. The storage behind them is shared. */
export const AT_ONCE = 3;

/** Times in milliseconds. */
export const BULK_TIMES = {
  /** How often an operation is looked at. */
  look: 1_500,
  /** Pauses before a request without an answer is sent again. */
  again: [1_000, 3_000, 9_000],
};

/** Another may be tried after these; the rest is as wanted or still to come. */
const RETRIED: readonly BulkState[] = ['failed', 'unknown', 'cancelled'];

/**
 * Does the same with many VMs, a few at a time. Each is an act of its own, so
 * one that fails stops no other. It lives outside of the page, which may show
 * other filters, pages or nothing of it meanwhile.
 */
export class BulkRun {
  readonly id: string;
  readonly #work: BulkWork;
  readonly #listeners = new Set<() => void>();
  #snapshot: BulkSnapshot;
  #workers = 0;

  constructor(options: { id: string; tasks: BulkTask[]; work: BulkWork }) {
    this.id = options.id;
    this.#work = options.work;
    this.#snapshot = {
      items: options.tasks.map(task => ({
        ...task,
        state: 'waiting',
        accepted: false,
      })),
      active: false,
      cancelled: false,
    };
  }

  get snapshot(): BulkSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins with those that wait. */
  start(): void {
    this.#set({ cancelled: false });
    while (this.#workers < AT_ONCE && this.#next()) {
      this.#workers += 1;
      void this.#workOff();
    }
  }

  /** Begins no other. What has been asked for goes on. */
  cancel(): void {
    this.#set({
      cancelled: true,
      items: this.#snapshot.items.map(item =>
        item.state === 'waiting' ? { ...item, state: 'cancelled' } : item,
      ),
    });
  }

  /** Tries those again that did not come to a good end. */
  retry(): void {
    this.#set({
      items: this.#snapshot.items.map(item => {
        if (!RETRIED.includes(item.state)) {
          return item;
        }
        const task = item.accepted ? this.#work.anew(item) : item;
        return {
          ...item,
          ...task,
          accepted: false,
          state: 'waiting',
          reason: undefined,
        };
      }),
    });
    this.start();
  }

  #next(): BulkItem | undefined {
    return this.#snapshot.items.find(({ state }) => state === 'waiting');
  }

  async #workOff(): Promise<void> {
    // Taken and marked in one turn, so that no other worker takes it too.
    for (let item = this.#next(); item; item = this.#next()) {
      this.#change(item, { state: 'sending' });
      await this.#do(item);
    }
    this.#workers -= 1;
    this.#set({});
  }

  async #do(item: BulkItem): Promise<void> {
    let operation: OperationView | undefined;
    try {
      operation = await this.#send(item);
    } catch (error) {
      const { status, message } = apiFailure(error);
      // Without an answer it may have been accepted all the same.
      const state = status === undefined ? 'unknown' : 'failed';
      this.#change(item, { state, reason: message });
      return;
    }
    if (!operation) {
      this.#change(item, { state: 'succeeded', accepted: true });
      return;
    }
    this.#change(item, { state: 'running', accepted: true });
    await this.#follow(item, operation);
  }

  async #send(item: BulkItem): Promise<OperationView | undefined> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#work.begin(item);
      } catch (error) {
        // The same act by its id, so it may be sent again.
        if (!mayPass(error) || tries >= BULK_TIMES.again.length) {
          throw error;
        }
        await pause(BULK_TIMES.again[tries]);
      }
    }
  }

  async #follow(item: BulkItem, operation: OperationView): Promise<void> {
    let last = operation;
    while (!isFinished(last.state)) {
      await pause(BULK_TIMES.look);
      try {
        last = await this.#work.look(item, last);
      } catch (error) {
        if (revokesView(error)) {
          const { message } = apiFailure(error);
          this.#change(item, { state: 'unknown', reason: message });
          return;
        }
        // The backend goes on with it, whether we see it or not.
      }
    }
    this.#change(item, {
      state: last.state as 'succeeded' | 'failed' | 'unknown',
      reason: last.error?.message,
    });
  }

  #change({ vm }: BulkItem, patch: Partial<BulkItem>): void {
    this.#set({
      items: this.#snapshot.items.map(item =>
        item.vm.uid === vm.uid ? { ...item, ...patch } : item,
      ),
    });
  }

  #set(patch: Partial<BulkSnapshot>): void {
    const next = { ...this.#snapshot, ...patch };
    this.#snapshot = {
      ...next,
      active: next.items.some(({ state }) =>
        ['waiting', 'sending', 'running'].includes(state),
      ),
    };
    this.#listeners.forEach(listener => listener());
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms);
  });
}
