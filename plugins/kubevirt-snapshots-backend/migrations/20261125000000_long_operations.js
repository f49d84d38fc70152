// SPDX-License-Identifier: Apache-2.0
// @ts-check

/**
 * @param {import('knex').Knex} knex
 * @param {(table: import('knex').Knex.CreateTableBuilder) => void} columns
 */
async function remakeLocks(knex, columns) {
  const rows = await knex('locks').select(
    'resource',
    'operation_id',
    'created_at',
  );
  await knex.schema.dropTable('locks');
  await knex.schema.createTable('locks', columns);
  if (rows.length > 0) {
    await knex('locks').insert(rows);
  }
}

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('operations', table => {
    table
      .string('target', 253)
      .comment('Restore, claim, VM or template that it is about, by its name');
    table
      .text('progress')
      .comment('How far an operation of several steps has come, as JSON');
    table.index(['type', 'state'], 'operations_type_idx');
  });
  await remakeLocks(knex, table => {
    table.comment('What running operations hold');
    table
      .string('resource', 600)
      .notNullable()
      .comment('E.g. vm:<cluster>/<ns>/<name>');
    table.string('operation_id', 36).notNullable();
    table
      .boolean('shared')
      .notNullable()
      .defaultTo(false)
      .comment('Others may hold it as well, if they share it too');
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table.primary(['resource', 'operation_id']);
    table.index(['operation_id'], 'locks_operation_idx');
  });
  // Whoever accepts looks first; this stands behind it.
  await knex.raw(
    `CREATE UNIQUE INDEX locks_exclusive_uniq ON locks (resource) WHERE ${
      knex.client.config.client === 'pg' ? 'NOT shared' : 'shared = 0'
    }`,
  );
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex('locks').where({ shared: true }).delete();
  await remakeLocks(knex, table => {
    table.comment('What running operations hold; one holder each');
    table
      .string('resource', 600)
      .primary()
      .comment('E.g. vm:<cluster>/<ns>/<name>');
    table.string('operation_id', 36).notNullable();
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table.index(['operation_id'], 'locks_operation_idx');
  });
  await knex.schema.alterTable('operations', table => {
    table.dropIndex(['type', 'state'], 'operations_type_idx');
    table.dropColumn('target');
    table.dropColumn('progress');
  });
};
