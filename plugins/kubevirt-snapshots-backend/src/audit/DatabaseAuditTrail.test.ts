// SPDX-License-Identifier: Apache-2.0
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { canonicalJson } from './canonicalJson';
import { DatabaseAuditTrail } from './DatabaseAuditTrail';

jest.setTimeout(60_000);

describe('canonicalJson', () => {
  it('gives the same bytes for the same content', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe(
      canonicalJson({ b: [1, { c: 'x', d: null }] }),
    );
    expect(canonicalJson({ a: 1 })).not.toBe(canonicalJson({ a: '1' }));
    expect(() => canonicalJson({ a: NaN })).toThrow(TypeError);
  });
});

describe.each(databases.eachSupportedId())('audit trail on %s', id => {
  it('numbers rows without gaps and in the order of their time, whoever writes and rolls back', async () => {
    const { knex, trail, clock } = await setUp(id);
    const write = (n: number) =>
      knex.transaction(async tx => {
        await trail.writeIntent(
          tx,
          {
            ...acceptOptions('take', `s${n}`).intent,
            operationId: `operation-${n}`,
          },
          await clock.now(tx),
        );
        if (n % 3 === 0) {
          throw new Error('rolled back');
        }
      });
    await Promise.allSettled(Array.from({ length: 30 }, (_, n) => write(n)));
    const rows = await knex('audit_events').orderBy('seq');
    expect(rows.map(row => Number(row.seq))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    const times = rows.map(row => Number(row.at));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('never lets time go back, even when the clock does', async () => {
    let offset = 0;
    const { knex, trail } = await setUp(id, () => offset);
    await trail.write('denied', {
      action: 'snapshot.take',
      actor: 'user:default/a',
      origin: 'portal',
    });
    offset = -3_600_000;
    await trail.write('denied', {
      action: 'snapshot.take',
      actor: 'user:default/a',
      origin: 'portal',
    });
    const [first, second] = await knex('audit_events').orderBy('seq');
    expect(Number(second.at)).toBe(Number(first.at));
  });

  it('refuses to change or remove a row', async () => {
    const { knex, trail } = await setUp(id);
    await trail.write('denied', {
      action: 'snapshot.take',
      actor: 'user:default/a',
      origin: 'portal',
    });
    await expect(
      knex('audit_events').update({ actor: 'user:default/b' }),
    ).rejects.toThrow(/append-only/);
    await expect(knex('audit_events').delete()).rejects.toThrow(/append-only/);
    // SQLite's TRUNCATE is a DELETE, PostgreSQL's passes row triggers.
    await expect(knex('audit_events').truncate()).rejects.toThrow(
      /append-only/,
    );
    const rows = await knex('audit_events');
    expect(rows.map(row => row.actor)).toEqual(['user:default/a']);
  });

  it('settles an intent exactly once', async () => {
    const { knex, trail } = await setUp(id);
    const { intent } = acceptOptions('take', 's1');
    const operationId = 'operation-1';
    await knex.transaction(tx =>
      trail.writeIntent(tx, { ...intent, operationId }, 1_000),
    );
    const settle = () =>
      knex.transaction(tx =>
        trail.settle(
          tx,
          {
            operationId,
            outcome: 'failure',
            error: { code: 'x', message: 'y'.repeat(5000) },
          },
          1_750,
        ),
      );
    await settle();
    await expect(settle()).rejects.toThrow();
    const rows = await trail.rowsOf(operationId);
    expect(rows.map(row => [row.kind, row.outcome])).toEqual([
      ['intent', undefined],
      ['settled', 'failure'],
    ]);
    expect(rows[1].durationMs).toBe(750);
    expect(rows[1].vm).toEqual(intent.vm);
    expect(rows[1].error!.message.length).toBeLessThan(2100);
  });

  it('gives proof of an intent only after its commit', async () => {
    const { knex, trail } = await setUp(id);
    await expect(trail.committedIntent('operation-1')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
    await knex.transaction(tx =>
      trail.writeIntent(
        tx,
        {
          ...acceptOptions('take', 's1').intent,
          operationId: 'operation-1',
        },
        1_000,
      ),
    );
    const intent = await trail.committedIntent('operation-1');
    expect(intent.operationId).toBe('operation-1');
    expect(intent.sequence).toBe(1);
  });
});

it('refuses acts on a database that forgets', async () => {
  const { knex, clock } = await setUp('SQLITE_3');
  const trail = DatabaseAuditTrail.create({ knex, clock });
  expect(trail.refusal).toMatch(/in memory/);
  await expect(
    knex.transaction(tx =>
      trail.writeIntent(
        tx,
        {
          ...acceptOptions('take', 's1').intent,
          operationId: 'operation-1',
        },
        1_000,
      ),
    ),
  ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
});
