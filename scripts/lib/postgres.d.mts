// SPDX-License-Identifier: Apache-2.0
/** Types of postgres.mjs, for what is written in TypeScript. */
export function startPostgres(): Promise<{
  major: number;
  connectionString: string;
  stop(): Promise<void>;
}>;
