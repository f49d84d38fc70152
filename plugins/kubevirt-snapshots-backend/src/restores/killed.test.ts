// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { fleetName, FLEET_NAMESPACE, type Sandbox } from 'kubevirt-sandbox';
import { acceptOptions, restoreWanted } from '../__testUtils__/databases';
import { KillBed, LATER_MS, someAtOnce } from '../__testUtils__/KillBed';
import {
  RESTORE_KILL_POINTS,
  runPortal,
  type PortalToKill,
} from '../__testUtils__/portalToKill';
import { until } from '../__testUtils__/until';
import { PublicKeys } from '../audit/signing/keys';
import { verifyDatabase } from '../audit/verify/verifyDatabase';

jest.setTimeout(600_000);

const CASES = RESTORE_KILL_POINTS.map((killAt, i) => ({
  killAt,
  name: fleetName(i),
}));

describe('a portal that is killed while it restores', () => {
  let bed: KillBed<PortalToKill>;
  let sandbox: Sandbox;

  beforeAll(async () => {
    bed = await KillBed.start({
      cluster: 'killed',
      child: 'portalToKill',
      snapshots: RESTORE_KILL_POINTS.map(() => 1),
    });
    sandbox = bed.sandbox;
  });
  afterAll(() => bed?.stop());

  const get = (apiVersion: string, kind: string, name: string) =>
    sandbox.objects.get({ apiVersion, kind, namespace: FLEET_NAMESPACE, name });
  const vmOf = (name: string) => get('kubevirt.io/v1', 'VirtualMachine', name)!;
  const runs = (name: string) =>
    get('kubevirt.io/v1', 'VirtualMachineInstance', name)?.status?.phase ===
    'Running';

  /** Kills one at the point, lets another one finish, and tells what came of it. */
  async function tryPoint({ killAt, name }: (typeof CASES)[number]) {
    const vm = structuredClone(vmOf(name));
    vm.spec.runStrategy = 'Always';
    sandbox.objects.update(vm);
    await until(
      () => runs(name),
      running => running,
    );
    const snapshot = get(
      'snapshot.kubevirt.io/v1beta1',
      'VirtualMachineSnapshot',
      `${name}-s0`,
    )!;
    return bed.withDatabase(async (portal, knex) => {
      const id = randomUUID();
      const accept = acceptOptions('restore', `${name}-s0`, {
        id,
        vm: { cluster: 'killed', namespace: FLEET_NAMESPACE, name },
        vmUid: vm.metadata.uid,
        snapshotUid: snapshot.metadata.uid,
        target: restoreNameOf(id),
        request: { restore: restoreWanted },
      });
      const exit = await bed.runChild({ ...portal, accept, killAt });
      await runPortal({ ...portal, offsetMs: LATER_MS });
      const rows = (await knex('audit_events').orderBy('seq')).map(row =>
        JSON.parse(row.body),
      );
      const { problem } = await verifyDatabase({
        knex,
        keys: PublicKeys.fromPem([]),
      });
      const restore = get(
        'snapshot.kubevirt.io/v1beta1',
        'VirtualMachineRestore',
        restoreNameOf(id),
      );
      const written = (pattern: RegExp) =>
        sandbox.requests
          .list({ pathPattern: pattern })
          .filter(r => r.method !== 'GET' && r.status < 300).length;
      return {
        exit,
        rows: rows.map(row => [row.kind, row.outcome]),
        problem,
        locks: await knex('locks'),
        switched:
          vmOf(name).metadata.annotations?.[
            'restore.kubevirt.io/lastRestoreUID'
          ] === `${restoreNameOf(id)}-${restore?.metadata.uid}`,
        running: await until(
          () => runs(name),
          running => running,
        ),
        runStrategy: vmOf(name).spec.runStrategy,
        stops: written(new RegExp(`/${name}/stop$`)),
        starts: written(new RegExp(`/${name}/start$`)),
        safety: sandbox.objects
          .list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineSnapshot',
            namespace: FLEET_NAMESPACE,
          })
          .filter(
            s => s.metadata.labels?.['kubevirt-snapshots/operation'] === id,
          ).length,
        restores: sandbox.objects
          .list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineRestore',
            namespace: FLEET_NAMESPACE,
          })
          .filter(r => r.spec.target.name === name).length,
      };
    });
  }

  it('leaves the VM restored and running, does nothing twice and closes the trail, wherever it died', async () => {
    const tried = someAtOnce(CASES, tryPoint);
    const results = await Promise.all(
      CASES.map(async one => [one.killAt, await tried(one)] as const),
    );
    const good = {
      exit: 'SIGKILL',
      rows: [
        ['intent', undefined],
        ['settled', 'success'],
      ],
      problem: undefined,
      locks: [],
      switched: true,
      running: true,
      runStrategy: 'Always',
      stops: 1,
      starts: 1,
      safety: 1,
      restores: 1,
    };
    expect(Object.fromEntries(results)).toEqual(
      Object.fromEntries(RESTORE_KILL_POINTS.map(point => [point, good])),
    );
    // Counted where it counts: in the API server's own log.
    expect(
      sandbox.requests
        .list({ method: 'POST', pathPattern: /virtualmachinerestores$/ })
        .filter(r => r.status === 201),
    ).toHaveLength(RESTORE_KILL_POINTS.length);
  });
});
