// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { apiReports, compileAll } from '../lib/apiReports.mjs';
import { ensureAppBuilt } from '../lib/buildApp.mjs';
import { contractCommand } from '../lib/contract.mjs';
import { runE2e } from '../lib/e2e.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { runLanes } from '../lib/lanes.mjs';
import { duration, failure, heading, step, UserError } from '../lib/log.mjs';
import { BIN, CACHE, ROOT } from '../lib/paths.mjs';
import { startPostgres } from '../lib/postgres.mjs';
import { runCollected, runVisible } from '../lib/processes.mjs';
import {
  describe,
  oneCheck,
  readJest,
  readLastLine,
  readPlaywright,
  sum,
} from '../lib/results.mjs';

const REPORTS = join(CACHE, 'test-reports');
const JEST_REPORT = join(REPORTS, 'jest.json');
const E2E_REPORT = join(REPORTS, 'e2e.json');

/**
 * What CI checks. Those that say a lot write to the terminal as they go; where
 * a stage gets `output`, another one runs beside it.
 */
const STAGES = {
  Bootstrap: bootstrapTests,
  Types: async ({ output }) => oneCheck(await compileAll({ output })),
  Lint: ({ output }) => check(BIN.backstageCli, ['repo', 'lint'], output),
  Formatting: ({ output }) =>
    check(BIN.prettier, ['--check', '--loglevel=warn', '.'], output),
  'Package metadata': ({ output }) =>
    check(BIN.backstageCli, ['repo', 'fix', '--check', '--publish'], output),
  // Public APIs and tables change only together with their reports.
  'API reports': async ({ ran, output }) =>
    oneCheck(
      await apiReports({ check: true, compiled: ran.has('Types'), output }),
    ),
  'Unit tests': unitTests,
  'Contract suite': contractSuite,
  // Beside a suite that waits for its cluster most of the time.
  'App build': async () => {
    await ensureAppBuilt();
    return oneCheck(0);
  },
  'Browser tests': browserTests,
};

/**
 * In the order in which they are the most use to a person. The lanes of a step
 * run beside each other: each keeps about one core busy.
 */
const STEPS = [
  [['Bootstrap']],
  [
    ['Types', 'API reports'],
    ['Lint', 'Formatting', 'Package metadata'],
  ],
  [['Unit tests']],
  [['Contract suite'], ['App build']],
  [['Browser tests']],
];

export async function run(args) {
  const only = args.map(name => name.toLowerCase());
  const known = Object.keys(STAGES).map(name => name.toLowerCase());
  const unknown = only.find(name => !known.includes(name));
  if (unknown) {
    throw new UserError(
      `There is no stage '${unknown}'. There are: ${known.join(', ')}`,
    );
  }
  const started = Date.now();
  process.on('disconnect', () => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => process.exit(130));
  }

  heading('Dependencies');
  await ensureInstalled();
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });

  const results = new Map();
  const runStage = async (name, output) => {
    if (!output) {
      heading(name);
    }
    const stageStarted = Date.now();
    let counts;
    let problem;
    try {
      const ran = new Set(results.keys());
      counts = await STAGES[name]({ ran, output });
    } catch (error) {
      problem = error instanceof UserError ? error.message : error.stack;
      counts = oneCheck(1);
    }
    if (output) {
      heading(name);
      process.stdout.write(Buffer.concat(output));
    }
    if (problem) {
      failure(problem);
    }
    const time = duration(Date.now() - stageStarted);
    (counts.failed ? failure : step)(`${name}: ${describe(counts)} (${time})`);
    results.set(name, { counts, time });
  };
  const chosen = name => only.length === 0 || only.includes(name.toLowerCase());
  for (const lanes of STEPS) {
    await runLanes(
      lanes.map(lane => lane.filter(chosen)),
      runStage,
    );
  }

  heading(`All stages (${duration(Date.now() - started)})`);
  const ran = Object.keys(STAGES).filter(name => results.has(name));
  for (const name of ran) {
    const { counts, time } = results.get(name);
    console.log(
      `  ${counts.failed ? 'FAILED' : 'ok    '} ${name.padEnd(18)} ${describe(
        counts,
      )} (${time})`,
    );
  }
  const total = sum(Array.from(results.values(), ({ counts }) => counts));
  // The last line of all; CI reads it.
  console.log(`\n${describe(total)}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Runs an installed tool that passes or fails as a whole. */
async function check(bin, args, output) {
  return oneCheck(
    await runVisible(process.execPath, [bin, ...args], {
      timeoutMinutes: 10,
      output,
    }),
  );
}

/** The tests of these scripts; Node's own runner, since they run before jest. */
async function bootstrapTests() {
  const files = readdirSync(join(ROOT, 'scripts/lib'))
    .filter(name => name.endsWith('.test.mjs'))
    .map(name => join(ROOT, 'scripts/lib', name));
  const { code, output } = await runCollected(process.execPath, [
    '--test',
    '--test-reporter=tap',
    ...files,
  ]);
  const count = word =>
    Number(
      output
        .map(line => new RegExp(`^# ${word} (\\d+)$`).exec(line)?.[1])
        .filter(Boolean)
        .at(-1) ?? 0,
    );
  if (code !== 0) {
    console.log(output.join('\n'));
  }
  return readLastLine(
    [`${count('pass')} passed, ${count('fail')} failed`],
    code,
  );
}

/** All workspaces' jest tests, with a real PostgreSQL beside SQLite. */
async function unitTests() {
  const postgres = await startPostgres();
  step(`PostgreSQL ${postgres.major} is up for the tests`);
  try {
    const code = await runVisible(
      process.execPath,
      [
        BIN.backstageCli,
        'repo',
        'test',
        // One more than cores: tests that kill processes wait most of the time.
        `--maxWorkers=${availableParallelism() + 1}`,
        '--json',
        `--outputFile=${JEST_REPORT}`,
      ],
      {
        timeoutMinutes: 20,
        env: {
          CI: '1',
          BACKSTAGE_TEST_DISABLE_DOCKER: '1',
          [`BACKSTAGE_TEST_DATABASE_POSTGRES${postgres.major}_CONNECTION_STRING`]:
            postgres.connectionString,
        },
      },
    );
    return readJest(JEST_REPORT, code);
  } finally {
    await postgres.stop();
  }
}

async function contractSuite({ output: kept }) {
  // A person's cluster is only touched when asked for: `npm run test:contract`.
  const { code, output } = await runCollected(
    process.execPath,
    contractCommand(),
    {
      env: { KUBECONFIG: '' },
      onLine: line =>
        kept ? kept.push(Buffer.from(`${line}\n`)) : console.log(line),
    },
  );
  return readLastLine(output, code);
}

async function browserTests() {
  const code = await runE2e([], { jsonReport: E2E_REPORT });
  return readPlaywright(E2E_REPORT, code);
}
