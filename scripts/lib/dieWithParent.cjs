// SPDX-License-Identifier: Apache-2.0

/**
 * Loaded into the sandbox and the backend by --require. Their standard input is
 * a pipe that nobody writes to: it ends when the script that started them is
 * gone, also when that was killed without a chance to stop them. Without this
 * they would live on and hold their ports.
 */
const { isMainThread } = require('node:worker_threads');

/** How long an orderly shutdown may take. */
const GRACE_MS = 10_000;

// A worker thread loads this too, and has an input that ends at once.
if (isMainThread) {
  const end = () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
  };
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
  process.stdin.unref?.();
  // Nobody reads what is logged from then on, and a logger that logs its own
  // failure to log would go round in circles.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}
