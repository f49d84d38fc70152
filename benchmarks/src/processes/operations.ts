// SPDX-License-Identifier: Apache-2.0
/**
 * A replica reduced to what carries out operations, in a process of its own. It
 * stands by until SIGUSR2. Where a file says so it kills or stops itself at a
 * named point of an operation; the product knows nothing of these points.
 */
import { unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CommittedIntent } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Operation } from '../../../plugins/kubevirt-snapshots-backend/src/operations/types';
import { hurry, offsetOf, type Pace } from '../lib/pace';
import { openReplica, type ReplicaCluster } from '../lib/replica';

/** What it is told on the command line. */
export interface ReplicaArguments {
  database: string;
  clusters: ReplicaCluster[];
  owner: string;
  pace: Pace;
  /** Folder of files `<point>.<signal>`. */
  faults: string;
  /** Writes that don't care how old their lease is. */
  broken: boolean;
}

/** What it tells: a line of JSON each. */
export type ReplicaLine =
  /** An operation has come to a step, or to `finished`. */
  | { operation: string; step: string; at: number }
  /** A signal that it is about to send itself. */
  | { operation: string; fault: string; signal: 'SIGKILL' | 'SIGSTOP' };

function tell(line: ReplicaLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function strikeIn(folder: string) {
  let armed = true;
  return (point: string, operation: string) => {
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      if (!armed) {
        return;
      }
      try {
        // Whoever removes the file is the one that it strikes.
        unlinkSync(join(folder, `${point}.${signal}`));
      } catch {
        continue;
      }
      // Once is enough: it is sent away a moment after it woke up.
      armed = false;
      tell({ operation, fault: point, signal });
      process.kill(process.pid, signal);
      return;
    }
  };
}

async function main() {
  const options: ReplicaArguments = JSON.parse(process.argv[2]);
  hurry(options.pace);
  const { operations, trail, cluster, worker } = await openReplica({
    ...options,
    connections: 10,
    offsetMs: offsetOf(options.pace),
  });
  if (options.broken) {
    CommittedIntent.prototype.until = function asLongAsYouLike() {
      return this;
    };
  }
  const strike = strikeIn(options.faults);

  const around = (method: string, name: (args: any[]) => string) => {
    // Methods are named; each takes the intent first.
    const target = cluster as unknown as Record<
      string,
      (intent: CommittedIntent, ...args: unknown[]) => Promise<unknown>
    >;
    const original = target[method].bind(target);
    target[method] = async (intent: CommittedIntent, ...args: unknown[]) => {
      strike(`before ${name(args)}`, intent.operationId);
      const result = await original(intent, ...args);
      strike(`after ${name(args)}`, intent.operationId);
      return result;
    };
  };
  around('setPower', ([, action]) => action);
  for (const method of ['createSnapshot', 'deleteSnapshot', 'createRestore']) {
    around(method, () => method);
  }
  const finish = operations.finish.bind(operations);
  operations.finish = async (id, ...args) => {
    strike('before it is finished', id);
    return finish(id, ...args);
  };
  const settle = trail.settle.bind(trail);
  trail.settle = async (tx, settled, now) => {
    strike('in the transaction that finishes it', settled.operationId);
    return settle(tx, settled, now);
  };
  const steps = new Map<string, string>();
  operations.onChange((operation: Operation) => {
    const { id, type, finishedAt, progress } = operation;
    const step = finishedAt === undefined ? progress?.step : 'finished';
    if (type !== 'restore' || !step || steps.get(id) === step) {
      return;
    }
    steps.set(id, step);
    tell({ operation: id, step, at: Date.now() });
    strike(`entered ${step}`, id);
  });
  process.on('SIGUSR2', () => worker.start());
  process.on('SIGTERM', () => process.exit(0));
  process.stdout.write('ready\n');
}

void main();
