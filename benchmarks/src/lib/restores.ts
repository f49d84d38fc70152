// SPDX-License-Identifier: Apache-2.0
/** A batch of restores of different kinds, and what became of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
import type { DatabaseOperationStore } from '../../../plugins/kubevirt-snapshots-backend/src/operations/DatabaseOperationStore';
import {
  shared,
  snapshotLock,
  vmLock,
} from '../../../plugins/kubevirt-snapshots-backend/src/operations/locks';
import type { OperationType } from 'backstage-plugin-kubevirt-snapshots-common';
import type { RestoreWanted } from '../../../plugins/kubevirt-snapshots-backend/src/operations/restore/types';
import { listOf } from './clusterApi';
import type { BenchCluster } from './portal';
import { say } from './report';

interface Kind {
  running: boolean;
  power: RestoreWanted['power'];
  startAfterwards: boolean;
  /** Its safety snapshot never gets ready, and somebody stops the restore. */
  stuck?: boolean;
  /** Effective writes of the portal. */
  expected: Record<'stop' | 'start' | 'restore' | 'delete', number>;
}

const cycle: Kind = {
  running: true,
  power: 'stop',
  startAfterwards: true,
  expected: { stop: 1, start: 1, restore: 1, delete: 0 },
};
const staysOff: Kind = {
  ...cycle,
  startAfterwards: false,
  expected: { stop: 1, start: 0, restore: 1, delete: 0 },
};
const isOff: Kind = {
  running: false,
  power: 'if-stopped',
  startAfterwards: false,
  expected: { stop: 0, start: 0, restore: 1, delete: 0 },
};
/** The owner stops it. */
const waits: Kind = {
  ...cycle,
  power: 'wait',
  expected: { stop: 0, start: 1, restore: 1, delete: 0 },
};
const stuck: Kind = {
  ...cycle,
  stuck: true,
  expected: { stop: 1, start: 1, restore: 0, delete: 1 },
};

/** What the restores in a cluster are, over and over. */
const MIX = [cycle, waits, stuck, isOff, staysOff, cycle, cycle, cycle, cycle];
export const kindOf = (i: number): Kind => MIX[i % MIX.length];

/** One restore of the batch. */
export interface Restore {
  id: string;
  cluster: BenchCluster;
  clusterName: string;
  name: string;
  uid: string;
  kind: Kind;
}

/** A cluster by the name that the replicas have for it. */
export type Named = { name: string; cluster: BenchCluster };

const vmPath = `kubevirt.io/v1/namespaces/${FLEET_NAMESPACE}/virtualmachines`;
const vmiPath = `kubevirt.io/v1/namespaces/${FLEET_NAMESPACE}/virtualmachineinstances`;
const snapshotApi = `snapshot.kubevirt.io/v1beta1/namespaces/${FLEET_NAMESPACE}`;

interface Listed {
  metadata: {
    name: string;
    uid: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: any;
  status?: any;
}

const byName = (items: Listed[]) =>
  new Map(items.map(item => [item.metadata.name, item]));

async function until(
  what: string,
  holds: () => Promise<boolean>,
  limitMs = 60_000,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) {
      say(`Not so after ${limitMs / 1_000} s: ${what}`);
      return false;
    }
    await sleep(250);
  }
  return true;
}

/** Brings the VMs `from` to `from + count` of each cluster into the state of their kinds. */
export async function prepare(
  clusters: Named[],
  from: number,
  count: number,
): Promise<Restore[]> {
  const restores: Restore[] = [];
  for (const { name: clusterName, cluster } of clusters) {
    const vms = byName(await listOf<Listed>(cluster, vmPath));
    const mine = Array.from({ length: count }, (_, i): Restore => {
      const name = fleetName(from + i);
      const { uid } = vms.get(name)!.metadata;
      const id = randomUUID();
      return { id, cluster, clusterName, name, uid, kind: kindOf(i) };
    });
    for (const { name, kind } of mine) {
      if (kind.running) {
        await cluster.control('POST', `power/${FLEET_NAMESPACE}/${name}`, {
          action: 'start',
        });
      }
      if (kind.stuck) {
        await cluster.control('POST', 'volume-faults', {
          namespace: FLEET_NAMESPACE,
          claim: `${name}-data`,
          mode: 'hang',
        });
      }
    }
    restores.push(...mine);
  }
  await until('all VMs are as they should be', async () => {
    const off = await differing(restores, ({ kind }) => kind.running);
    return off.length === 0;
  });
  return restores;
}

/** Restores whose VM doesn't run though it should, or the other way about. */
async function differing(
  restores: Restore[],
  shouldRun: (restore: Restore) => boolean,
): Promise<Restore[]> {
  const found: Restore[] = [];
  for (const cluster of new Set(restores.map(each => each.cluster))) {
    const vms = byName(await listOf<Listed>(cluster, vmPath));
    const instances = byName(await listOf<Listed>(cluster, vmiPath));
    for (const restore of restores.filter(each => each.cluster === cluster)) {
      const wanted = shouldRun(restore);
      const { runStrategy } = vms.get(restore.name)!.spec;
      const phase = instances.get(restore.name)?.status?.phase;
      if (
        runStrategy !== (wanted ? 'Always' : 'Halted') ||
        (wanted ? phase !== 'Running' : phase !== undefined)
      ) {
        found.push(restore);
      }
    }
  }
  return found;
}

function acceptOptions(
  { clusterName, name, uid }: Restore,
  operation: {
    id: string;
    type: OperationType;
    snapshotName: string;
    target: string;
    request: object;
  },
) {
  const vm = { cluster: clusterName, namespace: FLEET_NAMESPACE, name };
  const actor = 'user:default/ada';
  return {
    operation: { ...operation, vm, vmUid: uid, actor, requestDigest: 'digest' },
    intent: {
      action: operation.type,
      actor,
      origin: 'portal' as const,
      vm: { ...vm, uid, owners: ['group:default/team-a'] },
      decision: 'allow' as const,
    },
  };
}

/** Accepts it as a request of a person would be. */
export async function accept(
  store: DatabaseOperationStore,
  restore: Restore,
): Promise<void> {
  const { id, kind, name, cluster } = restore;
  const snapshotName = `${name}-s0`;
  const { object } = await cluster.control('POST', 'objects', {
    action: 'get',
    ref: {
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshot',
      namespace: FLEET_NAMESPACE,
      name: snapshotName,
    },
  });
  const options = acceptOptions(restore, {
    id,
    type: 'restore',
    snapshotName,
    target: restoreNameOf(id),
    request: {
      restore: {
        power: kind.power,
        startAfterwards: kind.startAfterwards,
        safetySnapshot: true,
        volumes: 'new-names',
        ownership: 'None',
        replaces: ['rootdisk', 'data'],
        clears: [],
        wasRunning: kind.running,
        runStrategy: kind.running ? 'Always' : 'Halted',
      } satisfies RestoreWanted,
    },
  });
  const { vm } = options.operation;
  await store.accept({
    ...options,
    operation: { ...options.operation, snapshotUid: object.metadata.uid },
    locks: [vmLock(vm), shared(snapshotLock(vm, snapshotName))],
  });
}

/** Asks to stop it, as a person does. */
export async function stopIt(
  store: DatabaseOperationStore,
  restore: Restore,
): Promise<void> {
  const target = restoreNameOf(restore.id);
  await store.accept({
    ...acceptOptions(restore, {
      id: randomUUID(),
      type: 'stop-restore',
      snapshotName: `${restore.name}-s0`,
      target,
      request: {},
    }),
    locks: [`stop-restore:${restore.clusterName}/${FLEET_NAMESPACE}/${target}`],
    cancels: restore.id,
  });
}

/** Switches the VM off as its owner would. */
export const switchOff = ({ cluster, name }: Restore) =>
  cluster.control('POST', `power/${FLEET_NAMESPACE}/${name}`, {
    action: 'stop',
  });

/**
 * Compares what the API servers' logs and objects say with what each restore
 * should have written, once.
 */
export async function countWrites(restores: Restore[], since: number) {
  let doubled = 0;
  let missing = 0;
  const compare = (what: string, seen: number, expected: number) => {
    if (seen !== expected) {
      say(`${what}: ${seen} times, expected ${expected}`);
    }
    doubled += Math.max(0, seen - expected);
    missing += Math.max(0, expected - seen);
  };
  for (const cluster of new Set(restores.map(each => each.cluster))) {
    const mine = restores.filter(each => each.cluster === cluster);
    const { items } = await cluster.control('GET', `requests?since=${since}`);
    const taken = (method: string, pattern: RegExp) =>
      (items as { method: string; path: string; status: number }[]).filter(
        ({ status, ...request }) =>
          request.method === method &&
          pattern.test(request.path) &&
          status >= 200 &&
          status < 300,
      ).length;
    const snapshots = await listOf<Listed>(
      cluster,
      `${snapshotApi}/virtualmachinesnapshots`,
    );
    const made = await listOf<Listed>(
      cluster,
      `${snapshotApi}/virtualmachinerestores`,
    );
    const vms = byName(await listOf<Listed>(cluster, vmPath));
    const total = (key: keyof Kind['expected']) =>
      mine.reduce((sum, { kind }) => sum + kind.expected[key], 0);
    const where = mine[0].clusterName;
    compare(
      `${where} POST of safety snapshots`,
      taken('POST', /\/virtualmachinesnapshots$/),
      mine.length,
    );
    compare(
      `${where} POST of restores`,
      taken('POST', /\/virtualmachinerestores$/),
      total('restore'),
    );
    compare(
      `${where} DELETE of safety snapshots`,
      taken('DELETE', /\/virtualmachinesnapshots\//),
      total('delete'),
    );
    compare(
      `${where} other writes`,
      taken('POST', /^(?!.*(selfsubject|virtualmachine(snapshot|restore)s$))/) +
        taken('DELETE', /^(?!.*\/virtualmachinesnapshots\/)/) +
        taken('PATCH', /./) +
        taken('PUT', /^(?!.*\/(start|stop)$)/),
      0,
    );
    for (const { id, name, kind } of mine) {
      const { expected } = kind;
      for (const action of ['stop', 'start'] as const) {
        compare(
          `${where} ${action} of ${name}`,
          taken('PUT', new RegExp(`/${name}/${action}$`)),
          expected[action],
        );
      }
      const of = (objects: Listed[]) =>
        objects.filter(
          ({ metadata }) =>
            metadata.labels?.['kubevirt-snapshots/operation'] === id,
        );
      compare(
        `${where} safety snapshots of ${name}`,
        of(snapshots).length,
        1 - expected.delete,
      );
      compare(
        `${where} restores of ${name}`,
        of(made).length,
        expected.restore,
      );
      const last =
        vms.get(name)!.metadata.annotations?.[
          'restore.kubevirt.io/lastRestoreUID'
        ];
      const own = of(made).filter(
        ({ metadata }) => last === `${metadata.name}-${metadata.uid}`,
      );
      compare(`${where} VM ${name} restored`, own.length, expected.restore);
    }
  }
  return { doubled, missing };
}

/** How many VMs are off though they should run, and the other way about. */
export async function countAgainstWish(restores: Restore[]) {
  const wish = ({ kind }: Restore) => kind.running && kind.startAfterwards;
  let wrong: Restore[] = [];
  await until(
    'every VM is as wished',
    async () => {
      wrong = await differing(restores, wish);
      return wrong.length === 0;
    },
    20_000,
  );
  wrong.forEach(each =>
    say(
      `${each.clusterName} VM ${each.name} is ${
        wish(each) ? 'off' : 'on'
      } against the wish`,
    ),
  );
  const off = wrong.filter(wish).length;
  return { off, on: wrong.length - off };
}
