// SPDX-License-Identifier: Apache-2.0
import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

const migrationsDir = resolvePackagePath(
  'backstage-plugin-kubevirt-snapshots-backend',
  'migrations',
);

/**
 * Brings a database to the present schema.
 */
export async function applyMigrations(knex: Knex): Promise<void> {
  await knex.migrate.latest({ directory: migrationsDir });
}

/**
 * The plugin's database, migrated unless the operator does that himself.
 */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const knex = await database.getClient();
  if (!database.migrations?.skip) {
    await applyMigrations(knex);
  }
  return knex;
}

/**
 * Whether rows vanish with the process: an audit trail can't be kept there.
 */
export function isVolatile(knex: Knex): boolean {
  const { client, connection } = knex.client.config;
  if (client === 'pg') {
    return false;
  }
  const filename =
    typeof connection === 'string' ? connection : connection?.filename;
  return filename === ':memory:' || filename === '';
}
