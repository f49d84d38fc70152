// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaArguments, ReplicaLine } from '../processes/operations';
import { start, type Process } from './processes';
import { say } from './report';

/** Replicas at work; those that were stopped and haven't gone on don't count. */
const REPLICAS = 2;
/** Replicas that stand by to follow one that is struck. */
const SPARES = 2;

/** One that has been stopped, and the operation at which it was. */
interface Stalled {
  replica: Process;
  name: string;
  operation: string;
  /** ms since 1970. */
  since: number;
}

/**
 * Two replicas at work. One that kills or stops itself is followed by another
 * one at once, as a supervisor does; one that was stopped wakes up later
 * beside its successors.
 */
export class Replicas {
  readonly #options: Omit<ReplicaArguments, 'owner' | 'faults'>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-bench-'));
  readonly #processes = new Set<Process>();
  readonly #spares: Promise<Process>[] = [];
  readonly #onStep: (line: Extract<ReplicaLine, { step: string }>) => void;
  #stalled: Stalled[] = [];
  #count = 0;
  #over = false;
  readonly struck: { fault: string; signal: string }[] = [];

  constructor(
    options: Omit<ReplicaArguments, 'owner' | 'faults'>,
    onStep: (line: Extract<ReplicaLine, { step: string }>) => void = () => {},
  ) {
    this.#options = options;
    this.#onStep = onStep;
  }

  /** From now on each of these, `<point>.<signal>`, strikes once. */
  arm(faults: string[]): void {
    faults.forEach(fault => writeFileSync(join(this.#folder, fault), ''));
  }

  async start(spares = SPARES): Promise<void> {
    this.#spares.push(
      ...Array.from({ length: REPLICAS + spares }, () => this.#standBy()),
    );
    await Promise.all(this.#spares);
    for (let i = 0; i < REPLICAS; i += 1) {
      await this.#follow();
    }
  }

  /** Faults that nobody has come by yet. */
  get left(): string[] {
    return readdirSync(this.#folder).filter(name => !name.endsWith('.log'));
  }

  /** Wakes those that were stopped where `may` agrees. */
  async wake(may: (stalled: Stalled) => boolean): Promise<void> {
    const waking = this.#stalled.filter(may);
    this.#stalled = this.#stalled.filter(each => !waking.includes(each));
    for (const { replica, name } of waking) {
      process.kill(replica.pid, 'SIGCONT');
      say(`${name} goes on`);
    }
    if (waking.length > 0 && !this.#over) {
      // What it was about to do it does now; then it isn't needed any more.
      void sleep(5_000).then(() =>
        Promise.all(waking.map(({ replica }) => this.#end(replica))),
      );
    }
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.wake(() => true);
    await Promise.allSettled(this.#spares);
    await Promise.all(
      Array.from(this.#processes, replica => this.#end(replica)),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(replica: Process) {
    this.#processes.delete(replica);
    await replica.stop();
  }

  async #standBy(): Promise<Process> {
    this.#count += 1;
    const name = `replica ${this.#count}`;
    const own: { replica?: Process } = {};
    const { process: replica } = await start({
      file: 'benchmarks/src/processes/operations.ts',
      args: [
        JSON.stringify({
          ...this.#options,
          owner: name,
          faults: this.#folder,
        } satisfies ReplicaArguments),
      ],
      log: join(this.#folder, `${name}.log`),
      ready: line => {
        if (line === 'ready') {
          return true;
        }
        if (line.startsWith('{')) {
          this.#hear(JSON.parse(line), name, own.replica!);
        } else {
          say(`${name}: ${line}`);
        }
        return undefined;
      },
    });
    own.replica = replica;
    this.#processes.add(replica);
    return replica;
  }

  #hear(line: ReplicaLine, name: string, replica: Process): void {
    if ('step' in line) {
      this.#onStep(line);
      return;
    }
    const { fault, signal, operation } = line;
    say(`${name}: ${signal} ${fault} ${operation}`);
    this.struck.push({ fault, signal });
    if (signal === 'SIGKILL') {
      this.#processes.delete(replica);
    } else {
      this.#stalled.push({ replica, name, operation, since: Date.now() });
    }
    if (!this.#over) {
      void this.#follow();
      this.#spares.push(this.#standBy());
    }
  }

  async #follow(): Promise<void> {
    const replica = await this.#spares.shift()!;
    process.kill(replica.pid, 'SIGUSR2');
  }
}
