// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { ProtectionStore } from './ProtectionStore';

jest.setTimeout(60_000);

const logger = mockServices.logger.mock();

describe.each(databases.eachSupportedId())('protections on %s', id => {
  const started: ProtectionStore[] = [];
  afterEach(() => started.splice(0).forEach(store => store.stop()));

  async function begin() {
    const base = await setUp(id);
    const start = async () => {
      const store = new ProtectionStore({ ...base, logger });
      started.push(store);
      await store.start();
      return store;
    };
    return { ...base, start };
  }

  const target = (uid: string) => ({
    vm: FakeCluster.ref,
    snapshotName: `s-${uid}`,
    snapshotUid: uid,
  });
  const options = (more: object = {}) => ({
    operationId: randomUUID(),
    actor: 'user:default/ada',
    reason: 'evidence',
    intent: { ...acceptOptions('delete', 's').intent, action: 'protect' },
    ...more,
  });

  it('is known here at once, elsewhere within a second, and after a start', async () => {
    const { start } = await begin();
    const [here, there] = [await start(), await start()];
    const heard = new Promise<string>(resolve => {
      there.subscribe(resolve);
    });
    await here.protect(target('u1'), options());
    expect(here.of('u1')).toMatchObject({
      reason: 'evidence',
      by: 'user:default/ada',
    });
    const begun = Date.now();
    expect(await heard).toBe('east/shop/web-01');
    expect(Date.now() - begun).toBeLessThan(1000);
    expect(there.of('u1')?.reason).toBe('evidence');
    expect((await start()).of('u1')?.reason).toBe('evidence');
    const revision = await here.unprotect(target('u1'), options());
    await there.catchUp(revision);
    expect([here.of('u1'), there.of('u1')]).toEqual([undefined, undefined]);
    expect((await start()).of('u1')).toBe(undefined);
  });

  it('ends by itself', async () => {
    const { start, store } = await begin();
    const protections = await start();
    await protections.protect(
      target('u1'),
      options({ untilMs: Date.now() + 600 }),
    );
    const remove = {
      ...acceptOptions('delete', 's-u1'),
      unlessProtected: 'u1',
    };
    await expect(store.accept(remove)).rejects.toMatchObject({
      details: { code: 'snapshot-protected' },
    });
    await new Promise(resolve => setTimeout(resolve, 900));
    expect(protections.of('u1')).toBe(undefined);
    await expect(store.accept(remove)).resolves.toMatchObject({
      created: true,
    });
  });

  it('and a deletion of the same snapshot never both happen', async () => {
    const { start, store } = await begin();
    const protections = await start();
    for (let i = 0; i < 15; i += 1) {
      const uid = `u${i}`;
      const results = await Promise.allSettled([
        protections.protect(target(uid), options()),
        store.accept({
          ...acceptOptions('delete', `s-${uid}`),
          unlessProtected: uid,
        }),
      ]);
      expect(results.map(result => result.status).sort()).toEqual([
        'fulfilled',
        'rejected',
      ]);
    }
  });

  it('writes intent and settlement with it, or nothing', async () => {
    const { knex, start, trail } = await begin();
    const protections = await start();
    const { operationId, ...rest } = options();
    await protections.protect(target('u1'), { operationId, ...rest });
    expect(await trail.rowsOf(operationId)).toMatchObject([
      { kind: 'intent' },
      { kind: 'settled', outcome: 'success', snapshot: { uid: 'u1' } },
    ]);
    // The same operation id can't be recorded twice.
    await expect(
      protections.protect(target('u2'), { operationId, ...rest }),
    ).rejects.toThrow();
    expect(await knex('protections')).toHaveLength(1);
    expect(protections.of('u2')).toBe(undefined);
  });
});
