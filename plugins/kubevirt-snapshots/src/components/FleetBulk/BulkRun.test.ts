// SPDX-License-Identifier: Apache-2.0
import { operation, refusal, vmItem } from '../../__testUtils__/fixtures';
import { AT_ONCE, BULK_TIMES, BulkRun, type BulkWork } from './BulkRun';

const task = (n: number) => ({
  vm: vmItem({ ref: { name: `vm-${n}` }, uid: `uid-${n}` }),
  name: `vm-${n}-now`,
  operationId: `operation-${n}`,
});

describe('BulkRun', () => {
  let work: { [Key in keyof BulkWork]: jest.Mock };

  beforeEach(() => {
    jest.useFakeTimers();
    work = {
      begin: jest.fn(async ({ operationId: id }) => operation({ id })),
      look: jest.fn(async (_task, { id }) =>
        operation({ id, state: 'succeeded' }),
      ),
      anew: jest.fn(t => ({ ...t, operationId: `${t.operationId}-2` })),
    };
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (ms = 100_000) => jest.advanceTimersByTimeAsync(ms);
  const begun = () => work.begin.mock.calls.map(([{ name }]) => name);

  function start(number: number) {
    const run = new BulkRun({
      id: 'batch',
      tasks: Array.from({ length: number }, (_, n) => task(n)),
      work,
    });
    run.start();
    return run;
  }
  const states = (run: BulkRun) => run.snapshot.items.map(i => i.state);

  it('works on a few at a time, and on each once', async () => {
    const run = start(8);
    let most = 0;
    run.subscribe(() => {
      most = Math.max(
        most,
        states(run).filter(s => s === 'sending' || s === 'running').length,
      );
    });
    expect(begun()).toHaveLength(AT_ONCE);
    expect(run.snapshot.active).toBe(true);
    await pass();
    expect(most).toBe(AT_ONCE);
    expect(begun()).toEqual(Array.from({ length: 8 }, (_, n) => task(n).name));
    expect(new Set(states(run))).toEqual(new Set(['succeeded']));
    expect(run.snapshot.active).toBe(false);
  });

  it('goes on with the rest when one fails, and says why', async () => {
    work.begin.mockImplementation(async ({ name, operationId: id }) => {
      if (name === 'vm-0-now') {
        throw refusal(409, { code: 'vm-busy' }, 'Being restored.');
      }
      return operation({ id });
    });
    work.look.mockImplementation(async (t, { id }) =>
      t.name === 'vm-1-now'
        ? operation({
            id,
            state: 'failed',
            error: { code: 'deadline', message: 'Too late.' },
          })
        : operation({ id, state: 'succeeded' }),
    );
    const run = start(5);
    await pass();
    expect(states(run)).toEqual([
      'failed',
      'failed',
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
    expect(run.snapshot.items[0].reason).toBe('Being restored.');
    expect(run.snapshot.items[1].reason).toBe('Too late.');
    // A refusal stays one.
    expect(begun().filter(name => name === 'vm-0-now')).toHaveLength(1);
  });

  it('begins no other once it is cancelled, and follows those under way', async () => {
    const run = start(6);
    await pass(10);
    run.cancel();
    expect(states(run)).toEqual([
      ...Array(AT_ONCE).fill('running'),
      ...Array(3).fill('cancelled'),
    ]);
    await pass();
    expect(begun()).toHaveLength(AT_ONCE);
    expect(states(run).slice(0, AT_ONCE)).toEqual(
      Array(AT_ONCE).fill('succeeded'),
    );
    expect(run.snapshot).toMatchObject({ active: false, cancelled: true });
  });

  it('sends one without an answer again as the same act', async () => {
    work.begin
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockRejectedValueOnce(refusal(503));
    const run = start(1);
    await pass();
    expect(states(run)).toEqual(['succeeded']);
    expect(work.begin.mock.calls.map(([t]) => t.operationId)).toEqual(
      Array(3).fill('operation-0'),
    );
  });

  it('does not say failed where nobody knows', async () => {
    work.begin.mockRejectedValue(new TypeError('Failed to fetch'));
    const run = start(1);
    await pass();
    expect(states(run)).toEqual(['unknown']);
    expect(begun()).toHaveLength(1 + BULK_TIMES.again.length);
    // The next try is the same act: the first may have arrived.
    work.begin.mockResolvedValue(operation({ state: 'succeeded' }));
    run.retry();
    await pass();
    expect(work.anew).not.toHaveBeenCalled();
    expect(work.begin.mock.calls.at(-1)![0].operationId).toBe('operation-0');
    expect(states(run)).toEqual(['succeeded']);
  });

  it('tries again what failed, and nothing else', async () => {
    work.look.mockImplementation(async (t, { id }) =>
      operation({
        id,
        state: t.operationId === 'operation-1' ? 'failed' : 'succeeded',
      }),
    );
    const run = start(3);
    await pass();
    expect(states(run)).toEqual(['succeeded', 'failed', 'succeeded']);
    work.begin.mockClear();
    run.retry();
    await pass();
    // It was accepted before, so this is another act.
    expect(work.begin.mock.calls.map(([t]) => t.operationId)).toEqual([
      'operation-1-2',
    ]);
    expect(states(run)).toEqual(Array(3).fill('succeeded'));
  });

  it('keeps looking while the backend is away, and stops when it may not', async () => {
    work.look
      .mockRejectedValueOnce(refusal(503))
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockRejectedValueOnce(refusal(403, {}, 'Not yours any more.'));
    const run = start(1);
    await pass();
    expect(work.look).toHaveBeenCalledTimes(3);
    expect(run.snapshot.items[0]).toMatchObject({
      state: 'unknown',
      reason: 'Not yours any more.',
    });
  });

  it('is done with the answer where there is nothing to follow', async () => {
    work.begin.mockResolvedValue(undefined);
    const run = start(4);
    await pass();
    expect(states(run)).toEqual(Array(4).fill('succeeded'));
    expect(work.look).not.toHaveBeenCalled();
  });
});
