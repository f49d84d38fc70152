// SPDX-License-Identifier: Apache-2.0
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { nextNumber } from '../database/nextNumber';
import { LEASE_MS } from './DatabaseOperationStore';
import { shared, vmLock, type LockWanted } from './locks';

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('operation store on %s', id => {
  it('accepts operation, locks and intent together or not at all', async () => {
    const { knex, store } = await setUp(id);
    await store.accept(acceptOptions('take', 's1'));
    expect(await knex('operations')).toHaveLength(1);
    expect(await knex('locks')).toHaveLength(2);
    expect(await knex('audit_events')).toHaveLength(1);

    await knex('locks').delete();
    // Without its head the trail can't take the intent.
    await knex.schema.renameTable('audit_head', 'audit_head_lost');
    await expect(store.accept(acceptOptions('take', 's2'))).rejects.toThrow();
    expect(await knex('operations')).toHaveLength(1);
    expect(await knex('locks')).toHaveLength(0);
  });

  it('lets a stalled replica hold up the others for seconds only', async () => {
    const { knex, trail, store, clock } = await setUp(id);
    // A file of SQLite's is one process's alone.
    const pg = knex.client.config.client === 'pg';
    const limits: string[] = [];
    const limitOf = async (tx: typeof knex) => {
      const found =
        pg && (await tx.raw('SHOW idle_in_transaction_session_timeout'));
      limits.push(
        found ? found.rows[0].idle_in_transaction_session_timeout : 'none',
      );
    };
    await knex.transaction(async tx => {
      await nextNumber(tx, clock);
      await limitOf(tx);
    });
    await knex.transaction(async tx => {
      await trail.append(tx, 'system', {
        action: 'audit.probe',
        actor: 'plugin:kubevirt-snapshots',
        origin: 'system',
      });
      await limitOf(tx);
    });
    await limitOf(knex);
    expect(limits).toEqual(pg ? ['5s', '5s', '0'] : ['none', 'none', 'none']);
    expect(await store.changesSince(0, 10)).toEqual([]);
  });

  it('lets several share a resource, and nobody else have it meanwhile', async () => {
    const { knex, store } = await setUp(id);
    const used = 'snapshot:east/shop/s1';
    const accept = (lock: LockWanted, type: 'take' | 'delete' = 'delete') =>
      store.accept({ ...acceptOptions(type, 's1'), locks: [lock] });
    const first = (await accept(shared(used))).operation;
    const second = (await accept(shared(used))).operation;
    await expect(accept(used)).rejects.toMatchObject({
      details: { code: 'vm-busy' },
    });
    await expect(
      store.accept({
        ...acceptOptions('delete', 's1'),
        locks: [],
        mustBeFree: [used],
      }),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    const finish = async (operationId: string) => {
      await store.lease('a', 10);
      await store.finish(operationId, 'a', { state: 'succeeded' });
    };
    await finish(first.id);
    await expect(accept(used)).rejects.toThrow();
    await finish(second.id);
    const third = (await accept(used)).operation;
    await expect(accept(shared(used))).rejects.toMatchObject({
      details: { holder: third.id },
    });
    // Behind the look stands the table itself.
    await expect(
      knex('locks').insert({
        resource: used,
        operation_id: 'other',
        shared: false,
        created_at: 0,
      }),
    ).rejects.toThrow();
  });

  it('gives the second one a conflict that names the first', async () => {
    const { store } = await setUp(id);
    const first = acceptOptions('take', 's1');
    const results = await Promise.allSettled([
      store.accept(first),
      store.accept(acceptOptions('take', 's2', { actor: 'user:default/bo' })),
    ]);
    expect(results.map(result => result.status).sort()).toEqual([
      'fulfilled',
      'rejected',
    ]);
    const loser = results.find(result => result.status === 'rejected');
    expect((loser as PromiseRejectedResult).reason).toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(
        /Snapshot s[12] is being taken, asked for by user:default\//,
      ),
      details: { code: 'vm-busy' },
    });
  });

  it('gives a repeat the answer of the first, however many arrive at once', async () => {
    const { knex, store } = await setUp(id);
    const options = acceptOptions('take', 's1');
    const results = await Promise.all(
      Array.from({ length: 5 }, () => store.accept(options)),
    );
    expect(results.filter(result => result.created)).toHaveLength(1);
    expect(new Set(results.map(result => result.operation.id)).size).toBe(1);
    expect(await knex('audit_events')).toHaveLength(1);
    await expect(
      store.accept({
        ...options,
        operation: { ...options.operation, requestDigest: 'other' },
      }),
    ).rejects.toMatchObject({ details: { code: 'operation-id-used' } });
  });

  it('refuses what needs a lock to be free without taking it', async () => {
    const { store } = await setUp(id);
    const remove = acceptOptions('delete', 's0');
    const mustBeFree = [vmLock(remove.operation.vm)];
    await store.accept({ ...remove, mustBeFree });
    await store.accept(acceptOptions('take', 's1'));
    await expect(
      store.accept({ ...acceptOptions('delete', 's2'), mustBeFree }),
    ).rejects.toMatchObject({ details: { code: 'vm-busy' } });
  });

  it('leases an operation to one replica at a time', async () => {
    let offset = 0;
    const { store } = await setUp(id, () => offset);
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    const leased = await Promise.all(
      ['a', 'b', 'c', 'd'].map(owner => store.lease(owner, 10)),
    );
    expect(leased.flat().map(o => o.id)).toEqual([operation.id]);
    const owner = leased.flat()[0].leaseOwner!;
    const other = owner === 'a' ? 'b' : 'a';
    expect(await store.update(operation.id, other, { attempts: 9 })).toBe(
      undefined,
    );
    expect(await store.renewLease(operation.id, other)).toBe(false);
    expect(
      await store.finish(operation.id, other, { state: 'succeeded' }),
    ).toBe(undefined);

    offset = LEASE_MS + 1000;
    expect(await store.lease(other, 10)).toHaveLength(1);
    expect(await store.update(operation.id, owner, { attempts: 9 })).toBe(
      undefined,
    );
    await store.releaseLeases(other);
    expect(await store.lease(owner, 10)).toHaveLength(1);
  });

  it('finishes with the locks freed and the intent settled', async () => {
    const { knex, store, trail } = await setUp(id);
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    await store.lease('a', 1);
    await store.update(operation.id, 'a', { snapshotUid: 'uid-1' });
    const finished = await store.finish(operation.id, 'a', {
      state: 'failed',
      error: { code: 'deadline', message: 'too late' },
    });
    expect(finished).toMatchObject({
      state: 'failed',
      error: { code: 'deadline', message: 'too late' },
    });
    expect(finished!.finishedAt).toBeGreaterThan(0);
    expect(await knex('locks')).toHaveLength(0);
    expect(await trail.rowsOf(operation.id)).toMatchObject([
      { kind: 'intent' },
      { kind: 'settled', outcome: 'failure', snapshot: { uid: 'uid-1' } },
    ]);
    expect(await store.finish(operation.id, 'a', { state: 'succeeded' })).toBe(
      undefined,
    );
    expect(await store.lease('b', 10)).toHaveLength(0);
  });

  it('tells changes in the order of their revisions', async () => {
    const { store } = await setUp(id);
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    await store.lease('a', 1);
    const before = (await store.forIndex()).revision;
    await store.update(operation.id, 'a', { retrying: true });
    await store.finish(operation.id, 'a', { state: 'succeeded' });
    const changes = await store.changesSince(before, 10);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ state: 'succeeded', retrying: false });
    expect(changes[0].revision).toBeGreaterThan(before + 1);
  });
});
