// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { mockServices } from '@backstage/backend-test-utils';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import knexFactory, { type Knex } from 'knex';
import { acceptOptions, databases } from '../__testUtils__/databases';
import { Clock } from '../database/Clock';
import { applyMigrations } from '../database/openDatabase';
import { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { DatabaseAuditTrail } from './DatabaseAuditTrail';

jest.setTimeout(60_000);

const postgres = databases
  .eachSupportedId()
  .flat()
  .find(id => id.startsWith('POSTGRES'));

(postgres ? describe : describe.skip)('a role with fewer rights', () => {
  let knex: Knex;
  const role = `portal_${process.pid}`;

  afterEach(async () => {
    await knex.destroy();
  });

  it('records and settles acts, and can do nothing to what is recorded', async () => {
    const owner = await databases.init(postgres as any);
    await applyMigrations(owner);
    // The recipe of the documentation, as it stands there.
    const docs = readFileSync(
      resolvePackagePath(
        'backstage-plugin-kubevirt-snapshots-backend',
        '../../docs/audit.md',
      ),
      'utf8',
    );
    const recipe = /```sql\n(-- The portal's role[\s\S]*?)```/.exec(docs)![1];
    await owner.raw(`DROP ROLE IF EXISTS ${role}`);
    await owner.raw(recipe.replace(/\bportal\b/g, role).replace(/--.*$/gm, ''));
    try {
      const config = owner.client.config.connection;
      knex = knexFactory({
        client: 'pg',
        connection: {
          // knex hides the password from what copies its settings.
          ...(typeof config === 'string'
            ? {}
            : { ...config, password: config.password }),
          ...(typeof config === 'string' && { connectionString: config }),
        },
        pool: {
          min: 0,
          max: 4,
          // The same as signing in with that role.
          afterCreate: (connection: any, done: any) =>
            connection.query(`SET SESSION AUTHORIZATION ${role}`, (e: any) =>
              done(e, connection),
            ),
        },
      });
      const clock = new Clock({ knex });
      const trail = DatabaseAuditTrail.create({ knex, clock });
      const store = new DatabaseOperationStore({
        knex,
        clock,
        trail,
        logger: mockServices.logger.mock(),
      });
      const { operation } = await store.accept(acceptOptions('take', 's1'));
      expect((await store.lease('a', 10)).map(o => o.id)).toEqual([
        operation.id,
      ]);
      await store.finish(operation.id, 'a', { state: 'succeeded' });
      expect((await trail.rowsOf(operation.id)).map(r => r.kind)).toEqual([
        'intent',
        'settled',
      ]);
      await trail.probe();
      expect(trail.refusal).toBeUndefined();

      for (const statement of [
        "UPDATE audit_events SET actor = 'x'",
        'DELETE FROM audit_events',
        'TRUNCATE audit_events',
        'ALTER TABLE audit_events DISABLE TRIGGER ALL',
        'DROP TRIGGER audit_events_no_change ON audit_events',
        'DROP TABLE audit_events',
        'DELETE FROM audit_head',
        'UPDATE audit_head SET base_seq = 2',
        "UPDATE audit_head SET log_id = 'x'",
        'TRUNCATE audit_head',
        'DELETE FROM audit_checkpoints',
        "UPDATE audit_checkpoints SET signature = 'x'",
        "SET session_replication_role = 'replica'",
        'CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
      ]) {
        await expect(knex.raw(statement)).rejects.toMatchObject({
          message: expect.stringMatching(
            /permission denied|must be owner|append-only/,
          ),
        });
      }
      // What the right on the head is needed for; going back is not part of it.
      await expect(
        knex.raw('UPDATE audit_head SET seq = seq - 1'),
      ).rejects.toThrow(/append-only/);

      await owner.raw(`REVOKE INSERT ON audit_events FROM ${role}`);
      await expect(
        store.accept(acceptOptions('take', 's2')),
      ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
      expect(trail.refusal).toMatch(/lacks the right/);
      await owner.raw(`GRANT INSERT ON audit_events TO ${role}`);
      await trail.probe();
      expect(trail.refusal).toBeUndefined();
    } finally {
      await owner.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
