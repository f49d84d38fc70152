// SPDX-License-Identifier: Apache-2.0

/** `backend.database` of a portal on the PostgreSQL at that address. */
export function databaseConfig(connectionString: string) {
  const url = new URL(connectionString);
  return {
    client: 'pg',
    connection: {
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
      password: decodeURIComponent(url.password),
    },
  };
}
