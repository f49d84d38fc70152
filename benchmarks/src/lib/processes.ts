// SPDX-License-Identifier: Apache-2.0
import { ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Root of the repository. */
export const ROOT = resolve(__dirname, '../../..');

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach(child => child.kill('SIGKILL')));

/** A process of a measurement. */
export interface Process {
  pid: number;
  stop(): Promise<void>;
}

/**
 * Runs a TypeScript file of this repository and waits until it says that it is
 * ready.
 *
 * @param options.ready called with each line; anything but undefined is the answer
 */
export async function start<T>(options: {
  file: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  log: string;
  nodeArgs?: string[];
  ready: (line: string) => T | undefined;
}): Promise<{ process: Process; answer: T }> {
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeArgs ?? []),
      '--require',
      resolve(ROOT, 'scripts/lib/dieWithParent.cjs'),
      '--require',
      resolve(ROOT, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
      resolve(ROOT, options.file),
      ...(options.args ?? []),
    ],
    {
      cwd: resolve(ROOT, options.cwd ?? '.'),
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  const log = createWriteStream(options.log);
  const ended = new Promise<void>(done => {
    child.on('close', () => {
      children.delete(child);
      done();
    });
  });
  const answer = await new Promise<T>((done, fail) => {
    const onLine = (line: string) => {
      log.write(`${line}\n`);
      const value = options.ready(line);
      if (value !== undefined) {
        done(value);
      }
    };
    createInterface({ input: child.stdout }).on('line', onLine);
    createInterface({ input: child.stderr }).on('line', onLine);
    void ended.then(() =>
      fail(new Error(`${options.file} ended before it was ready`)),
    );
  }).catch(error => {
    throw new Error(`${error.message}\n${readFileSync(options.log, 'utf8')}`);
  });
  return {
    answer,
    process: {
      pid: child.pid!,
      stop: async () => {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended;
        clearTimeout(timer);
      },
    },
  };
}

/** CPU time that a process has used so far, ms. Linux only. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields after the name in parentheses; 11 and 12 are utime and stime, in
  // ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(done => {
    server.close(done);
  });
  return port;
}
