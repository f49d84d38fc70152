// SPDX-License-Identifier: Apache-2.0
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { Clock } from '../../database/Clock';
import { DatabaseAuditTrail } from '../DatabaseAuditTrail';
import { prune } from '../prune';
import { recover } from '../recover';
import type { SignedCheckpoint } from '../signing/checkpoints';
import { PublicKeys, Signer } from '../signing/keys';
import { parseCheckpoints } from '../parseCheckpoints';
import type { VerificationResult } from '../verify/types';
import { verifyDatabase } from '../verify/verifyDatabase';
import { verifyExport } from '../verify/verifyExport';
import { connect } from './connect';

const USAGE = `Usage: audit <command> [options]

  verify       Verify the trail in a database
                 --database <postgresql://… or SQLite file>  (or AUDIT_DATABASE)
                 --schema <name>             PostgreSQL schema, if not public
                 --public-key <file>         PEM, may be repeated
                 --checkpoints <file>        checkpoints kept outside, may be repeated
  verify-file  Verify an NDJSON export without the database
                 <file>, - for standard input
                 --public-key, --checkpoints as above
  prune        Take rows away up to a signed checkpoint (as the tables' owner)
                 --database, --schema, --public-key (former keys) as above
                 --signing-key <file>        PEM, private
                 --through <row> and/or --before <time, e.g. 2025-01-01T00:00:00Z>
                 --actor <who> --reason <why>
  recover      Go on after the database was restored from a backup
                 --database, --schema, --signing-key, --checkpoints, --actor, --reason

Exit codes: 0 ok, 1 the trail is not whole, 2 it could not be told, 3 whole but unsigned.
--json prints the result as JSON.
`;

const EXIT = { ok: 0, broken: 1, unsigned: 3 } as const;

const OPTIONS = {
  database: { type: 'string' },
  schema: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
  checkpoints: { type: 'string', multiple: true },
  'signing-key': { type: 'string' },
  through: { type: 'string' },
  before: { type: 'string' },
  actor: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true });
}
type Values = ReturnType<typeof parse>['values'];

/**
 * Where a command's words go.
 *
 * @public
 */
export interface CliOutput {
  out: (text: string) => void;
  err: (text: string) => void;
}

function needed(values: Values, name: keyof Values): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') {
    throw new InputError(`--${name} is missing. See audit --help.`);
  }
  return value;
}

function keysOf(values: Values): PublicKeys {
  return PublicKeys.fromPem(
    (values['public-key'] ?? []).map(path => readFileSync(path, 'utf8')),
  );
}

function outsideOf(values: Values): SignedCheckpoint[] {
  return (values.checkpoints ?? []).flatMap(path => {
    const found = parseCheckpoints(readFileSync(path, 'utf8'));
    if (found.length === 0) {
      throw new InputError(`${path} holds no checkpoint`);
    }
    return found;
  });
}

async function withDatabase<T>(
  values: Values,
  work: (knex: Knex) => Promise<T>,
): Promise<T> {
  const database = values.database ?? process.env.AUDIT_DATABASE;
  const knex = connect(database ?? needed(values, 'database'), values.schema);
  try {
    return await work(knex);
  } finally {
    await knex.destroy();
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line !== '') {
      yield line;
    }
  }
}

function tell(result: VerificationResult, values: Values, io: CliOutput) {
  if (values.json) {
    io.out(`${JSON.stringify(result)}\n`);
  } else {
    io.out(`${result.message}\n`);
    io.out(
      `Rows ${result.from} to ${result.to}: ${result.rows} read, ${result.stubs} as digests only, ${result.durationMs} ms.\n`,
    );
    result.notes.forEach(note => io.out(`Note: ${note}\n`));
  }
  return EXIT[result.status];
}

function operator(values: Values) {
  const signer = Signer.fromPem(
    readFileSync(needed(values, 'signing-key'), 'utf8'),
  );
  const keys = keysOf(values);
  keys.add(signer.publicKey);
  return {
    signer,
    keys,
    actor: `operator:${needed(values, 'actor')}`,
    reason: needed(values, 'reason'),
  };
}

function trailOf(knex: Knex) {
  const clock = new Clock({ knex });
  return { clock, trail: DatabaseAuditTrail.create({ knex, clock }) };
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InputError('--before has to be a time as 2025-01-01T00:00:00Z');
  }
  return time;
}

async function run(args: string[], io: CliOutput): Promise<number> {
  const { values, positionals } = parse(args);
  const [command, file] = positionals;
  if (values.help || !command) {
    io.out(USAGE);
    return values.help ? 0 : 2;
  }
  switch (command) {
    case 'verify':
      return withDatabase(values, async knex =>
        tell(
          await verifyDatabase({
            knex,
            keys: keysOf(values),
            outside: outsideOf(values),
          }),
          values,
          io,
        ),
      );
    case 'verify-file':
      if (!file) {
        throw new InputError('Name the file, or - for standard input');
      }
      return tell(
        await verifyExport(linesOf(file), {
          keys: keysOf(values),
          outside: outsideOf(values),
        }),
        values,
        io,
      );
    case 'prune':
      return withDatabase(values, async knex => {
        const { through, before } = values;
        if (through === undefined && before === undefined) {
          throw new InputError('Give --through, --before or both');
        }
        const { count, through: last } = await prune({
          ...operator(values),
          ...trailOf(knex),
          knex,
          throughSeq: through === undefined ? undefined : Number(through),
          before: before === undefined ? undefined : timeOf(before),
        });
        io.out(`${count} rows up to ${last} were pruned.\n`);
        return 0;
      });
    case 'recover':
      return withDatabase(values, async knex => {
        const { clock, trail } = trailOf(knex);
        const { row, lost } = await recover({
          ...operator(values),
          knex,
          trail,
          outside: outsideOf(values),
          now: await clock.now(),
        });
        io.out(
          `Row ${row} says that the trail goes on. ${lost} rows that a checkpoint outside was signed for are lost or differ.\n`,
        );
        return 0;
      });
    default:
      throw new InputError(`There is no command ${command}. See audit --help.`);
  }
}

/**
 * The operators' command: verifies, prunes and recovers the audit trail.
 * `auditCli(['--help'])` tells how.
 *
 * @returns the exit code: 0 ok, 1 the trail is not whole, 2 it could not be
 *   told, 3 whole but unsigned
 * @public
 */
export async function auditCli(
  args: string[],
  io: CliOutput = {
    out: text => process.stdout.write(text),
    err: text => process.stderr.write(text),
  },
): Promise<number> {
  try {
    return await run(args, io);
  } catch (error) {
    io.err(`${(error as Error).message}\n`);
    return 2;
  }
}
