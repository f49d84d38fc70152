// SPDX-License-Identifier: Apache-2.0
// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('schedules', table => {
    table.comment('What takes snapshots of a VM by the clock');
    table
      .string('id', 16)
      .primary()
      .comment('Part of the names of its snapshots');
    table.string('cluster', 253).notNullable();
    table.string('namespace', 63).notNullable();
    table.string('vm_name', 253).notNullable();
    table.string('vm_uid', 64).notNullable().comment('UID that was approved');
    table
      .text('owners')
      .notNullable()
      .comment('Owners of the VM when last saved, JSON array');
    table
      .string('entity_ref', 512)
      .notNullable()
      .comment('Entity through which it was saved last');
    table.string('name', 63).notNullable();
    table.text('settings').notNullable().comment('As set, JSON');
    table
      .integer('settings_revision')
      .notNullable()
      .comment('Number of the last edit');
    table
      .string('state', 16)
      .notNullable()
      .comment('active, paused, suspended, ended or deleting');
    table.string('state_code', 32).comment('Why it is not active');
    table.text('state_message');
    table.string('state_by', 512).comment('Entity ref of who paused it');
    table.bigInteger('state_since').comment('ms since 1970');
    table
      .bigInteger('resume_at')
      .comment('When a pause ends by itself, ms since 1970');
    table
      .bigInteger('next_due_at')
      .comment('Next run, ms since 1970; absent unless active');
    table
      .bigInteger('effective_from')
      .notNullable()
      .comment('Nothing due up to here was missed, ms since 1970');
    table.string('created_by', 512).notNullable().comment('Entity ref');
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table
      .string('author', 512)
      .notNullable()
      .comment('Entity ref of who saved, resumed or adopted it last');
    table
      .string('author_basis', 16)
      .notNullable()
      .comment(
        'What the catalog said of the author then: owner, known or unknown',
      );
    table.string('author_problem', 32).comment('What it says since');
    table.bigInteger('author_problem_since').comment('ms since 1970');
    table
      .boolean('author_told')
      .notNullable()
      .defaultTo(false)
      .comment('The owners have been told of it');
    table
      .bigInteger('author_due_at')
      .comment('When the author is looked up again, ms since 1970');
    table
      .bigInteger('unbound_since')
      .comment('Since when the catalog lacks the entity, ms since 1970');
    table
      .integer('failures')
      .notNullable()
      .defaultTo(0)
      .comment('Failures of the VM itself since the last success');
    table
      .string('trouble', 16)
      .comment('What the owners were told of: failed or skipped');
    table
      .bigInteger('retain_at')
      .comment('When the retention rule is applied next, ms since 1970');
    table.string('deleted_by', 512).comment('Entity ref');
    table.bigInteger('deleted_at').comment('ms since 1970');
    table
      .bigInteger('revision')
      .notNullable()
      .comment('Number of the last change, over all rows');
    table.index(['cluster', 'next_due_at'], 'schedules_due_idx');
    table.index(['resume_at'], 'schedules_resume_idx');
    table.index(['author_due_at'], 'schedules_author_due_idx');
    table.index(['retain_at'], 'schedules_retain_idx');
    table.index(['revision'], 'schedules_revision_idx');
    table.index(['cluster', 'namespace', 'vm_name'], 'schedules_vm_idx');
    table.index(['author'], 'schedules_author_idx');
  });

  await knex.schema.createTable('schedule_runs', table => {
    table.comment(
      'One row for each time a schedule was due, or for a gap in which it was missed',
    );
    table.string('id', 36).primary();
    table.string('schedule_id', 16).notNullable();
    table.bigInteger('due_at').notNullable().comment('ms since 1970');
    table.boolean('by_hand').notNullable().comment('Run now');
    table.string('cluster', 253).notNullable();
    table.string('vm_uid', 64).notNullable();
    table
      .string('state', 16)
      .notNullable()
      .comment(
        'blocked, running, succeeded, failed, skipped, missed or unknown',
      );
    table.string('code', 64).comment('Why, as a word');
    table.text('reason').comment('Why, as a sentence');
    table
      .bigInteger('deadline_at')
      .comment('A blocked run is skipped after this, ms since 1970');
    table
      .bigInteger('next_try_at')
      .comment('When a blocked run is tried again, ms since 1970');
    table
      .integer('tries')
      .notNullable()
      .defaultTo(0)
      .comment('Operations that came to nothing');
    table.bigInteger('created_at').notNullable().comment('ms since 1970');
    table.bigInteger('started_at').comment('ms since 1970');
    table.bigInteger('finished_at').comment('ms since 1970');
    table.bigInteger('missed_last').comment('Last of the gap, ms since 1970');
    table.integer('missed_count').comment('How many were missed in the gap');
    table.string('snapshot_name', 253);
    table.string('snapshot_uid', 64).comment('UID of the cluster object');
    table.string('operation_id', 36);
    table.string('requested_by', 512).comment('Entity ref of who ran it now');
    table
      .string('prune_operation_id', 36)
      .comment('Operation that removes its snapshot');
    table
      .bigInteger('gone_at')
      .comment('When its snapshot was gone, ms since 1970');
    table.unique(['schedule_id', 'due_at'], {
      indexName: 'schedule_runs_due_uq',
    });
    table.index(
      ['cluster', 'state', 'next_try_at'],
      'schedule_runs_blocked_idx',
    );
    table.index(['state', 'deadline_at'], 'schedule_runs_deadline_idx');
    table.index(['operation_id'], 'schedule_runs_operation_idx');
    table.index(['snapshot_uid'], 'schedule_runs_snapshot_idx');
  });

  await knex.schema.createTable('schedule_author_pauses', table => {
    table.comment('People whose schedules an operator has paused, all of them');
    table.string('author', 512).primary().comment('Entity ref');
    table.text('reason').notNullable();
    table.string('paused_by', 512).notNullable().comment('Entity ref');
    table.bigInteger('since').notNullable().comment('ms since 1970');
  });

  await knex.schema.createTable('schedule_notices', table => {
    table.comment('Messages to owners that are still to be sent');
    table.string('id', 36).primary();
    table.string('schedule_id', 16).notNullable();
    table.text('payload').notNullable().comment('JSON');
    table.bigInteger('send_at').notNullable().comment('ms since 1970');
    table.integer('tries').notNullable().defaultTo(0);
    table.index(['send_at'], 'schedule_notices_send_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('schedule_notices');
  await knex.schema.dropTable('schedule_author_pauses');
  await knex.schema.dropTable('schedule_runs');
  await knex.schema.dropTable('schedules');
};
