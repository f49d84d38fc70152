// SPDX-License-Identifier: Apache-2.0
/**
 * What deciding costs and how soon it takes effect: questions that a list of
 * 1,000 VMs asks the policy and the catalog, beside one of 10; and the time
 * from an owner change in the cluster until the former owner is refused.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { get } from './lib/load';
import { listPath, startCluster, startPortal } from './lib/portal';
import { report, round, say } from './lib/report';
import { openStream } from './lib/stream';

const FEW = 10;
const MANY = 1_000;

/**
 * Questions that the portal asked itself while something ran, from its access
 * log. The catalog asks the policy too, about what the person may read there.
 */
async function questions(
  log: string,
  work: () => Promise<unknown>,
): Promise<{ policy: number; catalog: number }> {
  await sleep(500);
  const before = readFileSync(log, 'utf8').length;
  await work();
  await sleep(500);
  const lines = readFileSync(log, 'utf8').slice(before);
  const count = (pattern: RegExp) => (lines.match(pattern) ?? []).length;
  return {
    policy: count(/POST \/api\/permission\/authorize/g),
    catalog: count(/(GET|POST) \/api\/catalog\/entities/g),
  };
}

async function costOfList(vms: number, broken: boolean) {
  const cluster = await startCluster({
    snapshots: Array.from({ length: vms }, () => 1),
  });
  const portal = await startPortal(cluster, { vms, logLevel: 'info' });
  const authorization = `Bearer ${await portal.token('ada')}`;
  const log = join(cluster.folder, 'portal/backend.log');
  const asked = await questions(log, async () => {
    // Broken on purpose: a question for each VM.
    for (let i = 0; broken && i < vms; i += 1) {
      await get(`${portal.url}${listPath(fleetName(i))}`, { authorization });
    }
    const { body } = await get(
      `${portal.url}/api/kubevirt-snapshots/vms?limit=100`,
      { authorization },
    );
    const { allItems } = JSON.parse(body());
    if (allItems !== vms) {
      throw new Error(`The list has ${allItems} VMs of ${vms}`);
    }
  });
  await portal.process.stop();
  await cluster.process.stop();
  say(`${vms} VMs: ${JSON.stringify(asked)}`);
  return asked;
}

async function timeToRefusal() {
  const cluster = await startCluster({ snapshots: [2, 2, 2] });
  const portal = await startPortal(cluster, { vms: 3 });
  const token = await portal.token('ada');
  const authorization = `Bearer ${token}`;
  const giveAway = (vm: string) =>
    cluster.control('POST', 'objects', {
      action: 'patch',
      ref: {
        apiVersion: 'kubevirt.io/v1',
        kind: 'VirtualMachine',
        namespace: FLEET_NAMESPACE,
        name: vm,
      },
      patch: {
        metadata: {
          annotations: { 'kubevirt-snapshots/owner': 'group:default/team-b' },
        },
      },
    });
  const list = (vm: string) =>
    get(`${portal.url}${listPath(vm)}`, { authorization });

  // A read that has just been decided, so that the decision is remembered.
  const [reading, writing, listening] = [0, 1, 2].map(fleetName);
  await list(reading);
  await giveAway(reading);
  let at = performance.now();
  while ((await list(reading)).status === 200) {
    await sleep(10);
  }
  const read = (performance.now() - at) / 1000;

  const { vm } = JSON.parse((await list(writing)).body());
  await giveAway(writing);
  at = performance.now();
  const { status } = await fetch(`${portal.url}${listPath(writing)}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      operationId: randomUUID(),
      vmUid: vm.uid,
      name: 'too-late',
    }),
  });
  // The very first attempt has to be refused.
  const write = status === 404 || status === 403 ? 0 : Infinity;

  const stream = await openStream(portal.url, listening, token);
  await giveAway(listening);
  at = performance.now();
  await stream.ended;
  const streamed = (performance.now() - at) / 1000;
  await portal.process.stop();
  await cluster.process.stop();
  return { read, write, streamed };
}

async function main() {
  const broken = process.argv.includes('--break');
  const few = await costOfList(FEW, broken);
  const many = await costOfList(MANY, broken);
  const { read, write, streamed } = await timeToRefusal();
  report(
    'authorize',
    {
      policyQuestions: many.policy,
      policyQuestionsFor10: few.policy,
      catalogQuestions: many.catalog,
      catalogQuestionsFor10: few.catalog,
      growth: many.policy + many.catalog - few.policy - few.catalog,
      writeSeconds: write,
      readSeconds: round(read, 2),
      streamSeconds: round(streamed),
    },
    {
      policyQuestions: { atLeast: 1 },
      catalogQuestions: { atLeast: 1 },
      growth: { atMost: 0 },
      writeSeconds: { atMost: 0 },
      readSeconds: { atMost: 5 },
      streamSeconds: { atMost: 31 },
    },
  );
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
