// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import knexFactory, { type Knex } from 'knex';

/**
 * Opens the plugin's database: a PostgreSQL connection string or the path of a
 * SQLite file.
 */
export function connect(database: string, schema?: string): Knex {
  if (/^postgres(ql)?:\/\//.test(database)) {
    return knexFactory({
      client: 'pg',
      connection: database,
      searchPath: schema ? [schema] : undefined,
      pool: { min: 0, max: 2 },
    });
  }
  if (/^\w+:\/\//.test(database)) {
    throw new InputError(
      '--database has to be postgresql://… or the path of a SQLite file',
    );
  }
  return knexFactory({
    client: 'better-sqlite3',
    connection: { filename: database, options: { fileMustExist: true } } as any,
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
}
