// SPDX-License-Identifier: Apache-2.0
import { Coalescer } from './Coalescer';

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('Coalescer', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('runs once for calls close together, within its delay', async () => {
    const run = jest.fn(async () => {});
    const coalescer = new Coalescer(run, 50);
    coalescer.trigger();
    await pass(30);
    coalescer.trigger();
    expect(run).not.toHaveBeenCalled();
    await pass(20);
    expect(run).toHaveBeenCalledTimes(1);
    await pass(500);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('runs again after a run during which it was called', async () => {
    let end = () => {};
    const run = jest.fn(
      () =>
        new Promise<void>(resolve => {
          end = resolve;
        }),
    );
    const coalescer = new Coalescer(run, 50);
    coalescer.trigger();
    await pass(50);
    coalescer.trigger();
    coalescer.trigger();
    await pass(500);
    expect(run).toHaveBeenCalledTimes(1);
    end();
    await pass(50);
    expect(run).toHaveBeenCalledTimes(2);
    end();
    await pass(500);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('goes on after a run that failed', async () => {
    const run = jest.fn().mockRejectedValueOnce(new Error('no'));
    const coalescer = new Coalescer(run, 50);
    coalescer.trigger();
    await pass(50);
    coalescer.trigger();
    await pass(50);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('runs no more once stopped', async () => {
    const run = jest.fn(async () => {});
    const coalescer = new Coalescer(run, 50);
    coalescer.trigger();
    coalescer.stop();
    coalescer.trigger();
    await pass(500);
    expect(run).not.toHaveBeenCalled();
  });
});
