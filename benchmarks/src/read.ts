// SPDX-License-Identifier: Apache-2.0
/**
 * Reading one VM's snapshots out of 10,000 over 500 VMs while 50 objects a
 * second change: our route against the same question through the Kubernetes
 * plugin's proxy, and against routes that do nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { get, load, type Load } from './lib/load';
import { listPath, startCluster, startPortal } from './lib/portal';
import { percentile, report, round, say } from './lib/report';

const VMS = 500;
const SNAPSHOTS_EACH = 20;
const CLIENTS = 32;
const EVENTS_PER_SECOND = 50;
const PHASE_MS = 8_000;

const SNAPSHOT_API = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
  namespace: FLEET_NAMESPACE,
};

async function main() {
  // Broken on purpose: views that ask the cluster each time.
  const broken = process.argv.includes('--break');
  say(`Making ${VMS * SNAPSHOTS_EACH} snapshots`);
  const cluster = await startCluster({
    snapshots: Array.from({ length: VMS }, () => SNAPSHOTS_EACH),
  });
  const portal = await startPortal(cluster, { vms: VMS });
  const { pid } = portal.process;
  // People who may read every VM.
  const bearers = await Promise.all(
    ['pat', 'ada', 'quinn'].map(
      async person => `Bearer ${await portal.token(person)}`,
    ),
  );
  const [authorization] = bearers;
  const vm = fleetName(0);
  const describe = (name: string, description: string) =>
    cluster.control('POST', 'objects', {
      action: 'patch',
      ref: { ...SNAPSHOT_API, name },
      patch: { metadata: { annotations: { description } } },
    });

  let changing = true;
  const changes = (async () => {
    for (let i = 0; changing; i += 1) {
      const target = fleetName(1 + (i % (VMS - 1)));
      void describe(`${target}-s${i % SNAPSHOTS_EACH}`, `change ${i}`);
      await sleep(1000 / EVENTS_PER_SECOND);
    }
  })();

  const results: Record<string, Load> = {};
  const measure = async (
    name: string,
    pathOf: (n: number) => string,
    headers: Record<string, string> = {},
    options: { clients?: number; ms?: number } = {},
  ) => {
    results[name] = await load({
      clients: options.clients ?? CLIENTS,
      ms: options.ms ?? PHASE_MS,
      pid,
      ask: n => get(`${portal.url}${pathOf(n)}`, { authorization, ...headers }),
    });
    say(`${name}: ${JSON.stringify(results[name])}`);
  };
  const ourView = broken
    ? () => `${listPath(vm)}/${vm}-s0`
    : () => listPath(vm);

  // Warm the engine before anything is measured.
  await measure('warming', ourView, {}, { ms: 3_000 });
  await measure('empty', () => '/api/floor/empty');

  const since = Date.now();
  const staleness: number[] = [];
  let probing = true;
  const probes = (async () => {
    for (let i = 0; probing; i += 1) {
      const text = `probe ${i}`;
      await describe(`${vm}-s0`, text);
      const at = performance.now();
      while (probing) {
        const { body } = await get(`${portal.url}${listPath(vm)}`, {
          authorization,
        });
        if (body().includes(`"${text}"`)) {
          staleness.push(performance.now() - at);
          break;
        }
      }
      await sleep(20);
    }
  })();
  await measure('warm', ourView);
  probing = false;
  await probes;
  const user =
    'system:serviceaccount:backstage-kubevirt-snapshots:kubevirt-snapshots';
  const { items } = await cluster.control(
    'GET',
    `requests?since=${since}&user=${user}`,
  );
  const calls = items.filter((item: any) => !/watch=/.test(item.path)).length;

  // Each pair of person and entity once, so that nothing is remembered.
  const nth = (n: number) => fleetName(n % VMS);
  await measure('asking', n => `/api/floor/asking/${nth(n)}`);
  results.cold = await load({
    clients: CLIENTS,
    ms: PHASE_MS,
    pid,
    ask: n => {
      const bearer = bearers[Math.floor(n / VMS)];
      if (!bearer) {
        throw new Error('Too quick: there are no more pairs to ask with');
      }
      return get(`${portal.url}${listPath(nth(n))}`, { authorization: bearer });
    },
  });
  say(`cold: ${JSON.stringify(results.cold)}`);

  const proxy = `/api/kubernetes/proxy/apis/snapshot.kubevirt.io/v1beta1/namespaces/${FLEET_NAMESPACE}/virtualmachinesnapshots`;
  const viaProxy = { 'backstage-kubernetes-cluster': 'bench' };
  const { items: own } = JSON.parse(
    (
      await get(`${portal.url}${proxy}?limit=1`, { authorization, ...viaProxy })
    ).body(),
  );
  const vmUid = own[0].metadata.labels['kubevirt-snapshots/vm-uid'];
  const selector = encodeURIComponent(`kubevirt-snapshots/vm-uid=${vmUid}`);
  await measure(
    'proxyFiltered',
    () => `${proxy}?labelSelector=${selector}`,
    viaProxy,
  );
  await measure('proxyUnfiltered', () => proxy, viaProxy, { ms: 20_000 });

  changing = false;
  await changes;
  await portal.process.stop();
  await cluster.process.stop();

  const { warm, cold, empty, asking, proxyFiltered, proxyUnfiltered } = results;
  report(
    'read',
    {
      ...Object.fromEntries(
        Object.entries(results)
          .filter(([name]) => name !== 'warming')
          .flatMap(([name, r]) => [
            [`${name}PerSecond`, r.perSecond],
            [`${name}P50Ms`, r.p50],
            [`${name}P99Ms`, r.p99],
            [`${name}CpuMs`, r.cpuMs],
            [`${name}Failed`, r.failed],
          ]),
      ),
      stalenessP99Ms: round(percentile(staleness, 0.99)),
      stalenessProbes: staleness.length,
      warmToUnfilteredProxy: round(warm.perSecond / proxyUnfiltered.perSecond),
      warmToFilteredProxy: round(warm.perSecond / proxyFiltered.perSecond, 2),
      // What the sandbox takes to list isn't in this one.
      unfilteredProxyCpuToWarm: round(proxyUnfiltered.cpuMs / warm.cpuMs),
      warmCpuToFloor: round(warm.cpuMs / empty.cpuMs, 2),
      coldCpuToFloor: round(cold.cpuMs / asking.cpuMs, 2),
      clusterCallsPerView: round(calls / warm.requests, 4),
    },
    {
      warmToUnfilteredProxy: { atLeast: 25 },
      warmToFilteredProxy: { atLeast: 1 },
      warmCpuToFloor: { atMost: 2 },
      coldCpuToFloor: { atMost: 2 },
      clusterCallsPerView: { atMost: 0 },
    },
  );
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
