// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { setImmediate as turn } from 'node:timers/promises';
import { Jobs } from './Jobs';

/** A job that ends when it is told to. */
function held() {
  const ends: ((more: boolean) => void)[] = [];
  const job = jest.fn(
    () => new Promise<boolean>(resolve => void ends.push(resolve)),
  );
  return { job, end: (more = false) => ends.shift()!(more) };
}

describe('Jobs', () => {
  const logger = mockServices.logger.mock();
  let jobs: Jobs;
  beforeEach(() => {
    jobs = new Jobs({ logger });
  });

  it('does a job once more when it was asked for meanwhile, however often', async () => {
    const { job, end } = held();
    jobs.soon('east', job);
    jobs.soon('east', job);
    jobs.soon('east', job);
    expect(job).toHaveBeenCalledTimes(1);
    end();
    await turn();
    expect(job).toHaveBeenCalledTimes(2);
    end();
    await turn();
    expect(job).toHaveBeenCalledTimes(2);
  });

  it('goes on while there is more to do', async () => {
    const { job, end } = held();
    jobs.soon('east', job);
    end(true);
    await turn();
    expect(job).toHaveBeenCalledTimes(2);
  });

  it('does others beside one that hangs, and that one not twice', async () => {
    const { job } = held();
    jobs.soon('east', job);
    await expect(jobs.run('west', async () => true)).resolves.toBe(true);
    await expect(jobs.run('east', job)).resolves.toBe(false);
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('says what went wrong, and does it again when asked', async () => {
    const away = new Error('the database is away');
    await expect(jobs.run('east', () => Promise.reject(away))).resolves.toBe(
      false,
    );
    expect(logger.warn).toHaveBeenCalledWith(expect.any(String), away);
    await expect(jobs.run('east', async () => true)).resolves.toBe(true);
  });

  it('stops after what is being done, and begins nothing more', async () => {
    const { job, end } = held();
    jobs.soon('east', job);
    jobs.soon('east', job);
    let stopped = false;
    const stopping = jobs.stop().then(() => {
      stopped = true;
    });
    await turn();
    expect(stopped).toBe(false);
    end(true);
    await stopping;
    jobs.soon('west', job);
    await turn();
    expect(job).toHaveBeenCalledTimes(1);
  });
});
