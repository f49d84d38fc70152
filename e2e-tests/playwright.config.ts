// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';

// Each worker has a portal and a sandbox of its own; what tests and their helpers
// know of it they take from the environment.
const portals: NodeJS.ProcessEnv[] = JSON.parse(process.env.PORTALS ?? '[]');
Object.assign(
  process.env,
  portals[Number(process.env.TEST_PARALLEL_INDEX ?? 0)],
);

const { CHROMIUM_PATH, PLAYWRIGHT_JSON_OUTPUT_FILE, PORTAL_URL } = process.env;

if (!PORTAL_URL) {
  throw new Error(
    'Run the browser tests by `npm run test:e2e`: it starts the portal that they need',
  );
}

// Pictures for the README are made on demand only. Asking for them by their tag
// is told to the workers, which don't see the command line.
if (process.argv.some(argument => argument.includes('@screenshots'))) {
  process.env.E2E_SCREENSHOTS = 'true';
}

/** The tests of a portal change the state of its sandbox: they run one by one. */
export default defineConfig({
  testDir: __dirname,
  projects: process.env.E2E_SCREENSHOTS
    ? [{ name: 'pictures', testMatch: 'screenshots.ts' }]
    : [
        {
          name: 'portal',
          testMatch: 'tests/*.test.ts',
          testIgnore: 'tests/schedules*.test.ts',
        },
        // Last, since they move the clocks of their portals. What they wait for
        // takes its time: the portals share the tests of a file.
        {
          name: 'clock',
          testMatch: 'tests/schedules*.test.ts',
          fullyParallel: true,
          timeout: 240_000,
        },
      ],
  workers: portals.length || 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  outputDir: resolve(__dirname, '../test-results'),
  reporter: [
    ['list'],
    ['html', { open: 'never', outputFolder: '../e2e-test-report' }],
    ...(PLAYWRIGHT_JSON_OUTPUT_FILE
      ? [['json', { outputFile: PLAYWRIGHT_JSON_OUTPUT_FILE }] as const]
      : []),
  ] as never,
  use: {
    baseURL: PORTAL_URL,
    browserName: 'chromium',
    actionTimeout: 10_000,
    viewport: { width: 1360, height: 900 },
    screenshot: 'only-on-failure',
    // Keeping a trace makes everything slower, so it is made when asked for.
    trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: CHROMIUM_PATH,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
