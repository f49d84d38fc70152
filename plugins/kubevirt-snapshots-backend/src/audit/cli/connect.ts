// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { InputError } from '@backstage/errors';
import knexFactory, { type Knex } from 'knex';

/**
 * Opens the plugin's database: a PostgreSQL connection string or the path of a
 * SQLite file.
 */
export function connect(
  database: string,
  schema?: string,
  connections = 2,
): Knex {
  if (/^postgres(ql)?:\/\//.test(database)) {
    return knexFactory({
      client: 'pg',
      connection: database,
      searchPath: schema ? [schema] : undefined,
      pool: { min: 0, max: connections },
    });
  }
  if (/^\w+:\/\//.test(database)) {
    throw new InputError(
      '--database has to be postgresql://… or the path of a SQLite file',
    );
  }
  if (!existsSync(database)) {
    throw new InputError(`There is no file ${database}`);
  }
  return knexFactory({
    client: 'better-sqlite3',
    connection: { filename: database },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
}
