// SPDX-License-Identifier: Apache-2.0
// @ts-check
const { createHash, randomUUID } = require('node:crypto');

/** Tables whose rows may only ever be added. */
const APPEND_ONLY = ['audit_events', 'audit_checkpoints'];

/**
 * What stands before the first row; the same as `genesisHash` in
 * src/audit/chain.ts.
 *
 * @param {string} logId
 */
const genesisHash = logId =>
  createHash('sha256')
    .update(`kubevirt-snapshots audit log v1\n${logId}`)
    .digest('hex');

/**
 * @param {import('knex').Knex} knex
 */
async function createTables(knex) {
  await knex.schema.createTable('audit_events', table => {
    table.comment('The audit trail. Rows are only ever added.');
    table.bigInteger('seq').primary().comment('Without gaps, from 1');
    table
      .string('kind', 16)
      .notNullable()
      .comment('intent, settled, denied, observed or system');
    table
      .bigInteger('at')
      .notNullable()
      .comment('Database clock, ms since 1970; never before an earlier row');
    table.string('operation_id', 36);
    table.string('action', 64).notNullable();
    table.string('actor', 512).notNullable();
    table.string('origin', 16).notNullable();
    table.string('outcome', 16).comment('success, failure or unknown');
    table.string('cluster', 253);
    table.string('namespace', 63);
    table.string('vm_name', 253);
    table.string('vm_uid', 64);
    table.text('owners').comment('Owners of the VM then, as a JSON array');
    table.string('snapshot_name', 253);
    table.string('snapshot_uid', 64);
    table
      .bigInteger('act_seq')
      .notNullable()
      .comment('Number of the intent that it settles, else its own');
    table
      .string('once', 200)
      .comment('Key of what several replicas see and only one may write');
    table
      .text('body')
      .notNullable()
      .comment(
        'The row itself as canonical JSON; the columns above are projections of it',
      );
    table.string('salt', 32).notNullable().comment('16 bytes, hexadecimal');
    table
      .string('content_digest', 64)
      .notNullable()
      .comment('SHA-256 of salt and body');
    table
      .string('row_hash', 64)
      .notNullable()
      .comment('SHA-256 of version, seq, previous row_hash and content_digest');
    table.unique(['operation_id', 'kind'], {
      indexName: 'audit_events_operation_kind_uniq',
    });
    table.unique(['once'], { indexName: 'audit_events_once_uniq' });
    table.index(
      ['cluster', 'namespace', 'vm_name', 'seq'],
      'audit_events_vm_idx',
    );
    table.index(['actor', 'seq'], 'audit_events_actor_idx');
    table.index(['action', 'seq'], 'audit_events_action_idx');
    table.index(['outcome', 'act_seq'], 'audit_events_outcome_idx');
    table.index(['kind', 'seq'], 'audit_events_kind_idx');
    table.index(['at', 'seq'], 'audit_events_at_idx');
  });

  await knex.schema.createTable('audit_head', table => {
    table.comment(
      'One row: the end of the trail. A writer holds it to the end of its transaction, so that rows get their numbers in the order of their commits.',
    );
    table.integer('id').primary();
    table.string('log_id', 36).notNullable().comment('Names this trail');
    table.bigInteger('seq').notNullable().comment('Number of the last row');
    table.string('hash', 64).notNullable().comment('row_hash of the last row');
    table.bigInteger('at').notNullable().comment('Time of the last row');
    table
      .bigInteger('base_seq')
      .notNullable()
      .comment('Rows up to this one have been pruned');
    table.string('base_hash', 64).notNullable().comment('row_hash of that row');
  });
  const logId = randomUUID();
  const genesis = genesisHash(logId);
  await knex('audit_head').insert({
    id: 1,
    log_id: logId,
    seq: 0,
    hash: genesis,
    at: 0,
    base_seq: 0,
    base_hash: genesis,
  });

  await knex.schema.createTable('audit_checkpoints', table => {
    table.comment('Signed statements of how far the trail had come');
    table.bigInteger('number').primary();
    table
      .bigInteger('seq')
      .notNullable()
      .unique({ indexName: 'audit_checkpoints_seq_uniq' });
    table.text('body').notNullable().comment('Canonical JSON');
    table.text('signature').notNullable().comment('Ed25519, Base64');
  });

  await knex.schema.createTable('audit_state', table => {
    table.comment('What replicas tell each other about the trail; no evidence');
    table.string('key', 64).primary();
    table.text('value').notNullable().comment('JSON');
    table.bigInteger('at').notNullable().comment('ms since 1970');
  });

  await knex.schema.createTable('audit_watched', table => {
    table.comment(
      'How snapshots made through the portal looked when last seen, to tell when others change or remove them',
    );
    table.string('snapshot_uid', 64).primary();
    table.string('cluster', 253).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('snapshot_name', 253).notNullable();
    table.string('vm_name', 253).notNullable();
    table.string('vm_uid', 64).notNullable();
    table.string('resource_version', 64).notNullable();
    table.text('look').notNullable().comment('Watched fields, canonical JSON');
    table.boolean('gone').notNullable().defaultTo(false);
    table.index(['gone'], 'audit_watched_gone_idx');
  });
}

/**
 * @param {import('knex').Knex} knex
 */
async function createPostgresGuards(knex) {
  // Lists of "what concerns my VMs" are answered from it.
  await knex.raw(
    'CREATE INDEX audit_events_owners_idx ON audit_events USING gin ((owners::jsonb))',
  );
  await knex.raw(`
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit trail is append-only';
    END
    $$`);
  for (const table of APPEND_ONLY) {
    await knex.raw(
      `CREATE TRIGGER ${table}_no_change BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()`,
    );
    // Row triggers don't see TRUNCATE.
    await knex.raw(
      `CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()`,
    );
  }
  await knex.raw(
    'CREATE TRIGGER audit_head_no_change BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse()',
  );
  await knex.raw(
    'CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()',
  );
  await knex.raw(
    `CREATE TRIGGER audit_head_no_return BEFORE UPDATE ON audit_head FOR EACH ROW
     WHEN (NEW.seq < OLD.seq OR NEW.base_seq <> OLD.base_seq OR NEW.log_id <> OLD.log_id OR NEW.id <> OLD.id)
     EXECUTE FUNCTION audit_refuse()`,
  );
}

/**
 * @param {import('knex').Knex} knex
 */
async function createSqliteGuards(knex) {
  const refuse = `BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`;
  for (const table of APPEND_ONLY) {
    for (const verb of ['UPDATE', 'DELETE']) {
      await knex.raw(
        `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table} ${refuse}`,
      );
    }
  }
  await knex.raw(
    `CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head ${refuse}`,
  );
  await knex.raw(
    `CREATE TRIGGER audit_head_no_return BEFORE UPDATE ON audit_head
     WHEN NEW.seq < OLD.seq OR NEW.base_seq <> OLD.base_seq OR NEW.log_id <> OLD.log_id OR NEW.id <> OLD.id ${refuse}`,
  );
}

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await createTables(knex);
  if (knex.client.config.client === 'pg') {
    await createPostgresGuards(knex);
  } else {
    await createSqliteGuards(knex);
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    ...APPEND_ONLY,
    'audit_head',
    'audit_state',
    'audit_watched',
  ]) {
    await knex.schema.dropTable(table);
  }
  if (knex.client.config.client === 'pg') {
    await knex.raw('DROP FUNCTION audit_refuse()');
  }
};
