// SPDX-License-Identifier: Apache-2.0
// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('protections', table => {
    table.comment('Snapshots that nobody may delete through the portal');
    table.string('snapshot_uid', 64).primary();
    table.string('cluster', 253).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('vm_name', 253).notNullable();
    table.string('snapshot_name', 253).notNullable();
    table
      .text('reason')
      .notNullable()
      .comment('Why, in the words of the person');
    table
      .bigInteger('until')
      .comment('When it ends by itself, ms since 1970; absent: never');
    table
      .string('set_by', 512)
      .notNullable()
      .comment('Entity ref of the person');
    table.bigInteger('set_at').notNullable().comment('ms since 1970');
    table
      .boolean('released')
      .notNullable()
      .comment('Kept as a row, so that other replicas hear of the release');
    table
      .bigInteger('revision')
      .notNullable()
      .comment('Of the same counter as the operations');
    table.index(['revision'], 'protections_revision_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('protections');
};
