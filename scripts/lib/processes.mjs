// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { duration, failure, step } from './log.mjs';
import { DIE_WITH_PARENT, NODE_TRANSFORM, ROOT } from './paths.mjs';

/** How long a service may take to shut down before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
const LINES_KEPT = 200;

/**
 * Runs a command that prints to the terminal. It has no input: a tool that asks
 * something must not wait for an answer for ever.
 *
 * @param options.timeoutMinutes after which it is killed
 * @param options.output takes what it would print, for later
 * @returns its exit code
 */
export async function runVisible(command, args, options = {}) {
  const { output, timeoutMinutes } = options;
  const out = output ? 'pipe' : 'inherit';
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...options.env },
  });
  child.stdout?.on('data', chunk => output.push(chunk));
  child.stderr?.on('data', chunk => output.push(chunk));
  const timer =
    timeoutMinutes &&
    setTimeout(() => {
      failure(`Killed: not done after ${timeoutMinutes} minutes`);
      child.kill('SIGKILL');
    }, timeoutMinutes * 60_000);
  try {
    return await exitCodeOf(child);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a command and keeps the last lines of its output.
 *
 * @param options.onLine called with each line
 * @param options.stillRunning printed with the time every 20 seconds
 */
export async function runCollected(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: options.shell ?? false,
    env: { ...process.env, ...options.env },
  });
  const started = Date.now();
  const timer =
    options.stillRunning &&
    setInterval(
      () => step(`${options.stillRunning} (${duration(Date.now() - started)})`),
      20_000,
    );
  const output = [];
  const keep = line => {
    output.push(line);
    if (output.length > LINES_KEPT) {
      output.shift();
    }
    options.onLine?.(line);
  };
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', keep);
  try {
    return { code: await exitCodeOf(child), output };
  } finally {
    clearInterval(timer);
  }
}

async function exitCodeOf(child) {
  return await new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(signal ? 1 : code ?? 1));
  });
}

/** Arguments for Node to run a TypeScript file of this repository. */
export function nodeArgs(file, args = []) {
  return ['--require', NODE_TRANSFORM, file, ...args];
}

/**
 * A process of ours that runs until it is stopped: the sandbox, the backend.
 * Its output goes to a log file.
 */
export class Service {
  #child;
  #lines = [];
  #listeners = new Set();
  #stopping = false;

  /** Settles with the reason when the process ends. */
  ended;

  constructor(options) {
    this.name = options.name;
    this.logFile = options.logFile;
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = createWriteStream(options.logFile);
    this.#child = spawn(
      process.execPath,
      ['--require', DIE_WITH_PARENT, ...nodeArgs(options.file, options.args)],
      {
        cwd: options.cwd ?? ROOT,
        // A group of its own: Ctrl-C reaches this script only, which then
        // stops its services in the right order.
        detached: process.platform !== 'win32',
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ...options.env },
      },
    );
    const onLine = line => {
      log.write(`${line}\n`);
      this.#lines.push(line);
      if (this.#lines.length > LINES_KEPT) {
        this.#lines.shift();
      }
      if (options.verbose) {
        console.log(`[${this.name}] ${line}`);
      }
      for (const listener of this.#listeners) {
        listener(line);
      }
    };
    createInterface({ input: this.#child.stdout }).on('line', onLine);
    createInterface({ input: this.#child.stderr }).on('line', onLine);
    this.#child.stdin.on('error', () => {});
    this.ended = new Promise(done => {
      this.#child.on('error', error => done(String(error)));
      this.#child.on('close', (code, signal) => {
        log.end();
        done(signal ? `was ended by ${signal}` : `ended with code ${code}`);
      });
    });
  }

  get stopping() {
    return this.#stopping;
  }

  get pid() {
    return this.#child.pid;
  }

  lastLines(count) {
    return this.#lines.slice(-count);
  }

  onLine(listener) {
    for (const line of this.#lines) {
      listener(line);
    }
    this.#listeners.add(listener);
  }

  async stop() {
    this.#stopping = true;
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(
        () => this.#child.kill('SIGKILL'),
        STOP_TIMEOUT_MS,
      );
      await this.ended;
      clearTimeout(timer);
    }
  }
}
