// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { databases } from '../__testUtils__/databases';
import { signedTrail } from '../__testUtils__/signedTrail';
import { AuditReader } from './reading/AuditReader';

jest.setTimeout(60_000);

/** Makes a database fail in its own way; the answer makes it well again. */
type Trouble = (knex: Knex) => Promise<() => Promise<unknown>>;

/** PostgreSQL's own error, raised where a row would be added. */
const raised =
  (code: string): Trouble =>
  async knex => {
    await knex.raw(`
      CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'words of the database' USING ERRCODE = '${code}';
      END
      $$`);
    await knex.raw(
      'CREATE TRIGGER trouble BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION trouble()',
    );
    return () => knex.raw('DROP TRIGGER trouble ON audit_events');
  };

const TROUBLES: Record<'sqlite' | 'pg', [string, Trouble, RegExp][]> = {
  sqlite: [
    [
      'read-only',
      async knex => {
        await knex.raw('PRAGMA query_only = 1');
        return () => knex.raw('PRAGMA query_only = 0');
      },
      /read-only/,
    ],
    [
      'a full disk',
      async knex => {
        const [{ page_count: pages }] = await knex.raw('PRAGMA page_count');
        await knex.raw(`PRAGMA max_page_count = ${pages}`);
        return () => knex.raw('PRAGMA max_page_count = 1000000');
      },
      /disk .* full/,
    ],
  ],
  pg: [
    ['read-only', raised('25006'), /read-only/],
    ['a revoked right', raised('42501'), /lacks the right/],
    ['a full disk', raised('53100'), /disk .* full/],
    ['a server that goes down', raised('57P01'), /away/],
  ],
};

describe.each(databases.eachSupportedId())('bad weather on %s', id => {
  it.each(TROUBLES[id === 'SQLITE_3' ? 'sqlite' : 'pg'])(
    '%s: acts are refused with the reason, reading works, and it recovers by itself',
    async (_, trouble, words) => {
      const bed = await signedTrail(id);
      const { knex, trail, act } = bed;
      await act('s1');
      const heal = await trouble(knex);
      const failures: unknown[] = [];
      // A full disk has room left in its last pages.
      for (let n = 0; n < 300 && !trail.refusal; n += 1) {
        await act(`s2-${n}`).catch(error => failures.push(error));
      }
      expect(trail.refusal).toMatch(words);
      expect(failures).toHaveLength(1);
      await expect(act('s3')).rejects.toMatchObject({
        name: 'ServiceUnavailableError',
      });
      // Nothing of the database's own words.
      expect(trail.refusal).not.toContain('words of the database');
      const { items } = await new AuditReader(bed).list('everything', {});
      expect(items[items.length - 1].snapshot).toEqual({ name: 's1' });
      await trail.probe();
      expect(trail.refusal).toMatch(words);
      await heal();
      await trail.probe();
      expect(trail.refusal).toBeUndefined();
      await act('s4');
      const result = await bed.verify();
      // A probe leaves no row and no gap.
      expect(result.problem).toBeUndefined();
      const actions = await knex('audit_events').distinct('action');
      expect(actions).toEqual([{ action: 'snapshot.take' }]);
    },
  );

  it('a row that is refused for itself stops nothing', async () => {
    const { trail, knex } = await signedTrail(id);
    const row = {
      action: 'snapshot.changed',
      actor: 'cluster:east',
      origin: 'cluster' as const,
      once: 'x',
    };
    await trail.write('observed', row);
    await expect(trail.write('observed', row)).rejects.toThrow();
    expect(trail.refusal).toBeUndefined();
    expect(await knex('audit_events')).toHaveLength(1);
  });
});
