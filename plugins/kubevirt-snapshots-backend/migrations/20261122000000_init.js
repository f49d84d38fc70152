// SPDX-License-Identifier: Apache-2.0
// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('counters', table => {
    table.comment(
      'Gap-free counters. A writer holds its row to the end of the transaction, so that numbers become visible in their order.',
    );
    table.string('name', 64).primary().comment('What is counted');
    table.bigInteger('value').notNullable().comment('Last number given out');
  });
  await knex('counters').insert([{ name: 'operations', value: 0 }]);

  await knex.schema.createTable('operations', table => {
    table.comment('Everything that changes a cluster, until it is settled');
    table.string('id', 36).primary().comment('UUID made by the client');
    table.string('type', 16).notNullable().comment('take, stop or delete');
    table
      .string('state', 16)
      .notNullable()
      .comment('queued, running, succeeded, failed or unknown');
    table.string('cluster', 253).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('vm_name', 253).notNullable();
    table.string('vm_uid', 64).notNullable().comment('UID that was approved');
    table.string('snapshot_name', 253).notNullable();
    table.string('snapshot_uid', 64).comment('UID of the cluster object');
    table
      .string('actor', 512)
      .notNullable()
      .comment('Entity ref of the person');
    table.text('request').notNullable().comment('What was asked, as JSON');
    table
      .string('request_digest', 64)
      .notNullable()
      .comment('SHA-256 of actor and request; a repeat has to match');
    table
      .boolean('cancel_requested')
      .notNullable()
      .defaultTo(false)
      .comment('Somebody asked to stop it before it reached the cluster');
    table
      .boolean('retrying')
      .notNullable()
      .defaultTo(false)
      .comment('The cluster does not answer, it is being tried again');
    table
      .integer('attempts')
      .notNullable()
      .defaultTo(0)
      .comment('Writes that the cluster got, or may have got');
    table
      .bigInteger('last_sent_at')
      .comment('When the last write was sent, ms since 1970');
    table
      .bigInteger('not_before')
      .notNullable()
      .defaultTo(0)
      .comment('When to look at it again, ms since 1970');
    table.string('lease_owner', 64).comment('Replica that works on it');
    table.bigInteger('lease_until').comment('ms since 1970');
    table.string('error_code', 64);
    table.text('error_message');
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table.bigInteger('updated_at').notNullable().comment('ms since 1970');
    table
      .bigInteger('finished_at')
      .comment('ms since 1970; absent while anything is still to be done');
    table
      .bigInteger('revision')
      .notNullable()
      .comment('Number of the last change, over all rows');
    table.index(['revision'], 'operations_revision_idx');
    table.index(['finished_at', 'not_before'], 'operations_due_idx');
    table.index(['cluster', 'namespace', 'vm_name'], 'operations_vm_idx');
    table.index(['snapshot_uid'], 'operations_snapshot_uid_idx');
  });

  await knex.schema.createTable('locks', table => {
    table.comment('What running operations hold; one holder each');
    table
      .string('resource', 600)
      .primary()
      .comment('E.g. vm:<cluster>/<ns>/<name>');
    table.string('operation_id', 36).notNullable();
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table.index(['operation_id'], 'locks_operation_idx');
  });

  await knex.schema.createTable('captured_snapshots', table => {
    table.comment(
      'Which VM a snapshot really captured, as first seen; KubeVirt rewrites sourceUID, and anybody with rights in the namespace may edit the rest',
    );
    table.string('snapshot_uid', 64).primary();
    table.string('cluster', 253).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('snapshot_name', 253).notNullable();
    table.string('vm_name', 253).notNullable();
    table.string('vm_uid', 64).notNullable();
    table.text('owners').notNullable().comment('Owners then, JSON array');
    table.bigInteger('recorded_at').notNullable().comment('ms since 1970');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('captured_snapshots');
  await knex.schema.dropTable('locks');
  await knex.schema.dropTable('operations');
  await knex.schema.dropTable('counters');
};
