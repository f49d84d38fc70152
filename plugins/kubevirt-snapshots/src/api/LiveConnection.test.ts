// SPDX-License-Identifier: Apache-2.0
import type { WatchOptions } from './KubevirtSnapshotsApi';
import { LIVE_TIMES, LiveConnection, type LiveState } from './LiveConnection';

interface Opened extends WatchOptions {
  end(): void;
  fail(): void;
}

function setUp() {
  const opened: Opened[] = [];
  const states: LiveState[] = [];
  let hidden = false;
  const listeners = new Set<() => void>();
  const onCatchUp = jest.fn();
  const onMessage = jest.fn();
  const connection = new LiveConnection({
    connect: options =>
      new Promise((resolve, reject) => {
        opened.push({
          ...options,
          end: resolve,
          fail: () => reject(new Error('cut')),
        });
      }),
    onMessage,
    onCatchUp,
    onState: state => states.push(state),
    random: () => 1,
    visibility: {
      hidden: () => hidden,
      subscribe: listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return {
    connection,
    opened,
    states,
    onCatchUp,
    onMessage,
    listeners,
    hide(value: boolean) {
      hidden = value;
      listeners.forEach(listener => listener());
    },
    hello: () => opened.at(-1)!.onMessage({ type: 'hello', revision: 1 }),
  };
}

/** Lets promises settle and the time pass. */
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('LiveConnection', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is live once the backend says hello, and catches up then', async () => {
    const { connection, states, hello, onCatchUp } = setUp();
    connection.start();
    expect(states).toEqual([]);
    hello();
    expect(states).toEqual(['live']);
    expect(onCatchUp).toHaveBeenCalledTimes(1);
    await pass(LIVE_TIMES.grace + LIVE_TIMES.poll);
    expect(states).toEqual(['live']);
    expect(onCatchUp).toHaveBeenCalledTimes(1);
  });

  it('hands messages on', () => {
    const { connection, opened, hello, onMessage } = setUp();
    connection.start();
    hello();
    opened[0].onMessage({ type: 'changed', revision: 2 });
    expect(onMessage).toHaveBeenLastCalledWith({
      type: 'changed',
      revision: 2,
    });
  });

  it('mends a short cut without a word', async () => {
    const { connection, opened, states, hello } = setUp();
    connection.start();
    hello();
    opened[0].end();
    await pass(LIVE_TIMES.firstRetry);
    expect(opened).toHaveLength(2);
    hello();
    await pass(LIVE_TIMES.grace);
    expect(states).toEqual(['live']);
  });

  it('polls every 5 s while there is no stream', async () => {
    const { connection, opened, states, hello, onCatchUp } = setUp();
    connection.start();
    hello();
    onCatchUp.mockClear();
    opened[0].fail();
    await pass(LIVE_TIMES.grace);
    expect(states).toEqual(['live', 'polling']);
    expect(onCatchUp).toHaveBeenCalledTimes(1);
    await pass(10_000);
    expect(onCatchUp).toHaveBeenCalledTimes(3);

    hello();
    expect(states.at(-1)).toBe('live');
    onCatchUp.mockClear();
    await pass(LIVE_TIMES.poll * 2);
    expect(onCatchUp).not.toHaveBeenCalled();
  });

  it('polls when the first stream never says hello', async () => {
    const { connection, states } = setUp();
    connection.start();
    await pass(LIVE_TIMES.grace);
    expect(states).toEqual(['polling']);
  });

  it('waits longer from try to try, up to a limit', async () => {
    const { connection, opened } = setUp();
    connection.start();
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const count = opened.length;
      opened.at(-1)!.fail();
      let waited = 0;
      while (opened.length === count) {
        await pass(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('takes a silent stream for a dead one', async () => {
    const { connection, opened, hello } = setUp();
    connection.start();
    hello();
    await pass(LIVE_TIMES.silence - 1_000);
    opened[0].onActivity!();
    await pass(LIVE_TIMES.silence - 1_000);
    expect(opened[0].signal.aborted).toBe(false);
    await pass(1_000);
    expect(opened[0].signal.aborted).toBe(true);
    await pass(LIVE_TIMES.firstRetry);
    expect(opened).toHaveLength(2);
  });

  it('closes while nobody looks and catches up afterwards', async () => {
    const { connection, opened, states, hello, hide, onCatchUp } = setUp();
    connection.start();
    hello();
    onCatchUp.mockClear();
    hide(true);
    expect(opened[0].signal.aborted).toBe(true);
    expect(states.at(-1)).toBe('paused');
    await pass(60_000);
    expect(opened).toHaveLength(1);
    expect(onCatchUp).not.toHaveBeenCalled();

    hide(false);
    expect(opened).toHaveLength(2);
    expect(onCatchUp).toHaveBeenCalledTimes(1);
    hello();
    expect(states.at(-1)).toBe('live');
  });

  it('opens nothing when it starts hidden', () => {
    const { connection, opened, states, hide } = setUp();
    hide(true);
    connection.start();
    expect(opened).toHaveLength(0);
    expect(states).toEqual(['paused']);
  });

  it('fetches at once when the right to look was revoked', () => {
    const { connection, opened, hello, onCatchUp } = setUp();
    connection.start();
    hello();
    onCatchUp.mockClear();
    opened[0].onMessage({ type: 'bye', reason: 'revoked' });
    expect(onCatchUp).toHaveBeenCalledTimes(1);
  });

  it('is silent and still once stopped', async () => {
    const { connection, opened, states, hello, listeners, onCatchUp } = setUp();
    connection.start();
    hello();
    opened[0].fail();
    await pass(0);
    connection.stop();
    onCatchUp.mockClear();
    await pass(120_000);
    opened[0].onMessage({ type: 'changed', revision: 9 });
    expect(opened).toHaveLength(1);
    expect(states).toEqual(['live']);
    expect(onCatchUp).not.toHaveBeenCalled();
    expect(listeners.size).toBe(0);
  });
});
