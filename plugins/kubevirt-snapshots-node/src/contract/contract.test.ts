// SPDX-License-Identifier: Apache-2.0
import { contract, runCheck } from './contract';
import { createSandboxBed } from './sandboxBed';

jest.setTimeout(60_000);

/** Checks that the sandbox may skip. None: it can do everything. */
const ALLOWED_SKIPS: string[] = [];

describe('the contract, kept by the sandbox', () => {
  let sandbox: Awaited<ReturnType<typeof createSandboxBed>>;

  beforeAll(async () => {
    sandbox = await createSandboxBed();
  });

  afterAll(async () => {
    await sandbox?.stop();
  });

  it.each(contract.map(check => [check.name, check] as const))(
    '%s',
    async (name, check) => {
      const result = await runCheck(check, sandbox.bed.context);
      expect(result).toEqual({
        name,
        outcome: ALLOWED_SKIPS.includes(name) ? 'skipped' : 'passed',
        ...(result.outcome === 'skipped' && { reason: result.reason }),
      });
    },
  );

  it('leaves nothing behind', async () => {
    expect(await sandbox.bed.tearDown()).toEqual([]);
  });
});
