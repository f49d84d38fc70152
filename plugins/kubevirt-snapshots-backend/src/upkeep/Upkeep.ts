// SPDX-License-Identifier: Apache-2.0
import { setImmediate as letOthersIn } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  ClusterService,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';

/** How often each VM is looked at, ms. It costs the cluster nothing. */
export const ROUND_MS = 30_000;

/** VMs that are looked at in one go, so that requests don't wait for thousands. */
const TURN = 50;

/** Something that is looked after on every VM. */
export interface Task {
  look(vm: VmRecord, now: number): Promise<void>;
}

/**
 * What the portal does by itself about what restores have made. Every replica
 * goes round; what comes of it is the same whichever is first.
 */
export class Upkeep {
  readonly #cluster: ClusterService;
  readonly #logger: LoggerService;
  readonly #tasks: Task[];
  #next = 0;

  constructor(options: {
    cluster: ClusterService;
    logger: LoggerService;
    tasks: Task[];
  }) {
    this.#cluster = options.cluster;
    this.#logger = options.logger;
    this.#tasks = options.tasks;
  }

  /** A round, when it is time for one. */
  async tick(now: number): Promise<boolean> {
    // Its clock may be moved by more than a round.
    if (now < this.#next && this.#next - now <= ROUND_MS) {
      return false;
    }
    this.#next = now + ROUND_MS;
    for (const { name } of this.#cluster.statuses()) {
      // A cache that is behind shows neither absence nor the latest state.
      if (this.#cluster.freshness(name).state === 'live') {
        await this.#ofCluster(name, now);
      }
    }
    return false;
  }

  async #ofCluster(cluster: string, now: number): Promise<void> {
    for (const [i, vm] of this.#cluster.vms(cluster).entries()) {
      if (i % TURN === TURN - 1) {
        await letOthersIn();
      }
      for (const task of this.#tasks) {
        try {
          await task.look(vm, now);
        } catch (error) {
          this.#logger.warn(
            `Could not look after VM ${vm.ref.namespace}/${vm.ref.name}`,
            error as Error,
          );
        }
      }
    }
  }
}
