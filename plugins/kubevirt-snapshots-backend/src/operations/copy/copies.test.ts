// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/expect-expect -- the cases run beside each other and expect for themselves */
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Knex } from 'knex';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import {
  fleetName,
  FLEET_NAMESPACE,
  type KubeObject,
  type Sandbox,
} from 'kubevirt-sandbox';
import { acceptOptions } from '../../__testUtils__/databases';
import { KillBed, LATER_MS, someAtOnce } from '../../__testUtils__/KillBed';
import { runPortal, type PortalToKill } from '../../__testUtils__/portalToKill';
import { DatabaseAuditTrail } from '../../audit/DatabaseAuditTrail';
import { Clock } from '../../database/Clock';
import {
  DatabaseOperationStore,
  type AcceptOptions,
} from '../DatabaseOperationStore';
import { nameLock, shared, snapshotLock } from '../locks';
import type { CloneWanted, TemplateWanted } from './types';

jest.setTimeout(180_000);

const NS = FLEET_NAMESPACE;
const VMS = 40;

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const CLONE = {
  apiVersion: 'clone.kubevirt.io/v1beta1',
  kind: 'VirtualMachineClone',
};
const TEMPLATE = {
  apiVersion: 'template.kubevirt.io/v1beta1',
  kind: 'VirtualMachineTemplate',
};
const DISK = { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume' };
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const RESTORE = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineRestore',
};
const SNAPSHOT = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
};

describe('making things from snapshots', () => {
  let bed: KillBed<PortalToKill>;
  let sandbox: Sandbox;
  let used = 0;

  beforeAll(async () => {
    bed = await KillBed.start({
      cluster: 'copies',
      child: 'portalToKill',
      snapshots: Array.from({ length: VMS }, () => 1),
    });
    sandbox = bed.sandbox;
  });
  afterEach(() => sandbox.faults.clear());
  afterAll(() => bed?.stop());

  const get = (kind: typeof VM, name: string) =>
    sandbox.objects.get({ ...kind, namespace: NS, name });
  const all = (kind: typeof VM) =>
    sandbox.objects.list({ ...kind, namespace: NS });
  const ofOperation = (kind: typeof VM, id: string) =>
    all(kind).filter(one => one.metadata.labels?.[LABEL_OPERATION] === id);

  interface Case {
    vm: string;
    target: string;
    accept: AcceptOptions;
    id: string;
  }

  function accept(
    type: 'clone' | 'template',
    more: { clone?: Partial<CloneWanted>; template?: Partial<TemplateWanted> },
  ): Case {
    const vm = fleetName(used);
    used += 1;
    const snapshot = `${vm}-s0`;
    const target = `${vm}-new`;
    const ref = { cluster: 'copies', namespace: NS, name: vm };
    const base = acceptOptions('delete', snapshot, {
      vm: ref,
      vmUid: get(VM, vm)!.metadata.uid,
      snapshotUid: get(SNAPSHOT, snapshot)!.metadata.uid,
    });
    const plural = type === 'clone' ? 'virtualmachines' : 'templates';
    return {
      vm,
      target,
      id: base.operation.id,
      accept: {
        ...base,
        operation: {
          ...base.operation,
          type,
          target,
          request:
            type === 'clone'
              ? {
                  description: 'made by a test',
                  clone: {
                    start: false,
                    macAddresses: {},
                    labels: {},
                    keepAnnotations: true,
                    keepInstanceLabels: false,
                    ...more.clone,
                  },
                }
              : {
                  template: {
                    api: 'kubevirt',
                    volumes: ['rootdisk', 'data'],
                    parameters: [],
                    userData: [],
                    ...more.template,
                  },
                },
        },
        intent: { ...base.intent, action: `snapshot.${type}` },
        locks: [
          shared(snapshotLock(ref, snapshot)),
          nameLock(ref, plural, target),
        ],
      },
    };
  }

  /** Runs an operation to its end; what the trail says of it. */
  async function run({ accept: wanted, id }: Case) {
    return bed.withDatabase(async (portal, knex) => {
      await runPortal({ ...portal, accept: wanted });
      return settlementOf(knex, id);
    });
  }

  async function settlementOf(knex: Knex, id: string) {
    const rows = (await knex('audit_events').orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );
    expect(rows.map(row => [row.kind, row.operationId])).toEqual([
      ['intent', id],
      ['settled', id],
    ]);
    expect(await knex('locks')).toEqual([]);
    return rows[1];
  }

  const claimsFor = (target: string) =>
    all(CLAIM).filter(claim => claim.metadata.name!.startsWith(`${target}-`));

  function expectClone({ vm, target, id }: Case, running = false) {
    const copy = get(VM, target)!;
    const source = get(VM, vm)!;
    expect(copy.metadata.labels).toEqual(source.metadata.labels);
    expect(copy.metadata.annotations).toMatchObject({
      'kubevirt-snapshots/owner':
        source.metadata.annotations!['kubevirt-snapshots/owner'],
      description: 'made by a test',
    });
    expect(
      Object.keys(copy.metadata.annotations!).filter(key =>
        key.startsWith('kubevirt-snapshots/'),
      ),
    ).toEqual(['kubevirt-snapshots/owner']);
    expect(copy.spec.runStrategy).toBe(running ? 'Always' : 'Halted');
    // What KubeVirt needed for it is gone.
    expect(ofOperation(CLONE, id)).toEqual([]);
    expect(all(RESTORE).filter(one => one.spec.target.name === target)).toEqual(
      [],
    );
  }

  function expectTemplate({ target, id }: Case) {
    const [template, ...others] = ofOperation(TEMPLATE, id);
    expect(others).toEqual([]);
    expect(template.metadata.name).toBe(target);
    const disks = ofOperation(DISK, id);
    expect(disks.map(disk => disk.metadata.name).sort()).toEqual([
      `${target}-data`,
      `${target}-rootdisk`,
    ]);
    for (const disk of disks) {
      expect(disk.status.phase).toBe('Succeeded');
      expect(disk.metadata.ownerReferences).toEqual([
        expect.objectContaining({ uid: template.metadata.uid }),
      ]);
    }
    return template;
  }

  async function expectNothing({ target, id }: Case) {
    expect(get(VM, target)).toBeUndefined();
    for (const kind of [CLONE, TEMPLATE, DISK]) {
      expect(ofOperation(kind, id)).toEqual([]);
    }
    // The cluster's garbage collector takes them a moment after their disks.
    while (claimsFor(target).some(one => one.metadata.deletionTimestamp)) {
      await new Promise(done => setTimeout(done, 20));
    }
    expect(claimsFor(target)).toEqual([]);
  }

  it('makes a VM, with owner and labels of the source as it is now', async () => {
    const wanted = accept('clone', {});
    sandbox.objects.patch(
      { ...VM, namespace: NS, name: wanted.vm },
      { metadata: { labels: { tier: 'later' } } },
    );
    expect(await run(wanted)).toMatchObject({ outcome: 'success' });
    expectClone(wanted);
    expect(get(VM, wanted.target)!.metadata.labels!.tier).toBe('later');
  });

  it('starts it where that was asked for', async () => {
    const wanted = accept('clone', { clone: { start: true } });
    expect(await run(wanted)).toMatchObject({ outcome: 'success' });
    expectClone(wanted, true);
  });

  it('tells why KubeVirt gave up, and leaves nothing', async () => {
    const wanted = accept('clone', {});
    const content = get(
      { ...SNAPSHOT, kind: 'VirtualMachineSnapshotContent' },
      get(SNAPSHOT, `${wanted.vm}-s0`)!.status
        .virtualMachineSnapshotContentName,
    )!;
    sandbox.objects.update({
      ...content,
      spec: {
        ...content.spec,
        volumeBackups: content.spec.volumeBackups.slice(1),
      },
    });
    const settled = await run(wanted);
    expect(settled).toMatchObject({
      outcome: 'failure',
      error: {
        code: 'clone-failed',
        message: expect.stringMatching(/is not backed up in snapshot/),
      },
    });
    await expectNothing(wanted);
  });

  it('takes away what a copy that was removed has left', async () => {
    const wanted = accept('clone', {});
    sandbox.faults.addVolumeFault({ namespace: NS, mode: 'never-bind' });
    const before = all(CLAIM).length;
    const removed = (async () => {
      for (;;) {
        const [clone] = ofOperation(CLONE, wanted.id);
        if (clone && all(CLAIM).length === before + 2) {
          sandbox.objects.remove({
            ...CLONE,
            namespace: NS,
            name: clone.metadata.name!,
          });
          return;
        }
        await new Promise(done => setTimeout(done, 10));
      }
    })();
    const settled = await run(wanted);
    await removed;
    expect(settled).toMatchObject({
      outcome: 'failure',
      error: { code: 'deleted' },
    });
    await expectNothing(wanted);
    expect(all(CLAIM)).toHaveLength(before);
  });

  it('refuses a name that was taken meanwhile', async () => {
    const wanted = accept('clone', {});
    const other: KubeObject = JSON.parse(JSON.stringify(get(VM, wanted.vm)!));
    sandbox.objects.create({
      ...other,
      metadata: { name: wanted.target, namespace: NS },
      status: undefined,
    });
    expect(await run(wanted)).toMatchObject({
      outcome: 'failure',
      error: { code: 'name-taken' },
    });
    expect(ofOperation(CLONE, wanted.id)).toEqual([]);
    expect(get(VM, wanted.target)).toBeDefined();
  });

  it('makes a template that outlives the snapshot', async () => {
    const wanted = accept('template', {
      template: {
        parameters: [{ slot: 'memory', name: 'MEMORY', value: '2Gi' }],
      },
    });
    expect(await run(wanted)).toMatchObject({ outcome: 'success' });
    const template = expectTemplate(wanted);
    expect(template.spec.parameters.map((p: any) => p.name)).toEqual([
      'NAME',
      'MEMORY',
    ]);
    expect(JSON.stringify(template.spec.virtualMachine)).not.toContain(
      'kubevirt-snapshots',
    );
    sandbox.objects.remove({
      ...SNAPSHOT,
      namespace: NS,
      name: `${wanted.vm}-s0`,
    });
    const response = await fetch(
      `${sandbox.url}/apis/subresources.template.kubevirt.io/v1beta1/namespaces/${NS}/virtualmachinetemplates/${wanted.target}/create`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${sandbox.adminToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ parameters: { NAME: 'from-template' } }),
      },
    );
    expect(response.status).toBe(200);
    expect(
      get(VM, 'from-template')!.spec.template.spec.domain.memory.guest,
    ).toBe('2Gi');
  });

  it('removes every disk when one can not be filled', async () => {
    const wanted = accept('template', {});
    sandbox.faults.addVolumeFault({
      namespace: NS,
      claim: `${wanted.target}-data`,
      mode: 'import-error',
      message: 'no space left in pool',
    });
    expect(await run(wanted)).toMatchObject({
      outcome: 'failure',
      error: {
        code: 'disk-failed',
        message: expect.stringContaining('no space left in pool'),
      },
    });
    await expectNothing(wanted);
  });

  it('removes what it made when the template is refused', async () => {
    const wanted = accept('template', {});
    sandbox.faults.add({
      match: { method: 'POST', path: /virtualmachinetemplates$/ },
      action: { type: 'respond', status: 422, message: 'not this one' },
    });
    expect(await run(wanted)).toMatchObject({
      outcome: 'failure',
      error: { message: expect.stringContaining('not this one') },
    });
    await expectNothing(wanted);
  });

  it("touches nobody else's disk of the same name", async () => {
    const wanted = accept('template', {});
    const name = `${wanted.target}-data`;
    sandbox.objects.create({
      ...DISK,
      metadata: { name, namespace: NS },
      spec: {
        source: { blank: {} },
        storage: {
          resources: { requests: { storage: '1Gi' } },
          storageClassName: 'fast',
        },
      },
    });
    expect(await run(wanted)).toMatchObject({
      outcome: 'failure',
      error: { code: 'name-taken' },
    });
    expect(get(DISK, name)).toBeDefined();
    expect(ofOperation(DISK, wanted.id)).toEqual([]);
  });

  it('makes nothing twice when an answer is lost', async () => {
    for (const [type, path] of [
      ['clone', /virtualmachineclones$/],
      ['template', /datavolumes$/],
    ] as const) {
      const wanted = accept(type, {});
      sandbox.faults.add({
        match: { method: 'POST', path },
        action: { type: 'drop', applied: true },
        times: 1,
      });
      expect(await run(wanted)).toMatchObject({ outcome: 'success' });
    }
  });

  /** Asks, on behalf of a person, that it be stopped. */
  async function askToStop(
    knex: Knex,
    { accept: { operation, intent } }: Case,
  ) {
    const id = randomUUID();
    const clock = new Clock({ knex, offsetMs: () => 0 });
    const trail = DatabaseAuditTrail.create({ knex, clock });
    const logger = mockServices.logger.mock();
    const store = new DatabaseOperationStore({ knex, clock, trail, logger });
    const type = operation.type === 'clone' ? 'stop-clone' : 'stop-template';
    await store.accept({
      operation: {
        ...operation,
        id,
        type,
        request: { stops: operation.id },
        requestDigest: id,
      },
      intent: { ...intent, action: type },
      cancels: operation.id,
      locks: [],
    });
    return id;
  }

  const outcomes = async (knex: Knex) =>
    (await knex('audit_events').where({ kind: 'settled' }))
      .map(row => JSON.parse(row.body))
      .map(row => [row.operationId, row.outcome, row.error?.code]);

  const begun = (wanted: Case) =>
    claimsFor(wanted.target).length > 0 ||
    ofOperation(CLONE, wanted.id).length > 0;

  async function untilTrue(test: () => boolean) {
    while (!test()) {
      await new Promise(done => setTimeout(done, 10));
    }
  }

  it.each(['clone', 'template'] as const)(
    'a %s that is stopped while its disks are made leaves nothing',
    async type => {
      const wanted = accept(type, {});
      sandbox.faults.addVolumeFault({ namespace: NS, mode: 'never-bind' });
      await bed.withDatabase(async (portal, knex) => {
        const running = runPortal({ ...portal, accept: wanted.accept });
        await untilTrue(() => begun(wanted));
        const stop = await askToStop(knex, wanted);
        await running;
        expect(await outcomes(knex)).toEqual([
          [wanted.id, 'failure', 'stopped'],
          [stop, 'success', undefined],
        ]);
        expect(await knex('locks')).toEqual([]);
      });
      await expectNothing(wanted);
      expect(
        get(SNAPSHOT, `${wanted.vm}-s0`)!.metadata.deletionTimestamp,
      ).toBeUndefined();
    },
  );

  it.each([
    ['clone', 'after', 'deleteClone'],
    ['template', 'after', 'deleteDataVolume'],
  ] as const)(
    'a %s that is being stopped, killed %s %s: goes on, and leaves nothing',
    async (type, when, call) => {
      const wanted = accept(type, {});
      sandbox.faults.addVolumeFault({ namespace: NS, mode: 'never-bind' });
      await bed.withDatabase(async (portal, knex) => {
        const killed = bed.runChild({
          ...portal,
          accept: wanted.accept,
          killAround: { call, when },
        });
        await untilTrue(() => begun(wanted));
        const stop = await askToStop(knex, wanted);
        expect(await killed).toBe('SIGKILL');
        await runPortal({ ...portal, offsetMs: LATER_MS });
        expect(await outcomes(knex)).toEqual([
          [wanted.id, 'failure', 'stopped'],
          [stop, 'success', undefined],
        ]);
      });
      await expectNothing(wanted);
    },
  );

  it('a clone whose VM is there already when it is stopped says so, and keeps it', async () => {
    const wanted = accept('clone', {});
    sandbox.faults.addVolumeFault({ namespace: NS, mode: 'never-bind' });
    await bed.withDatabase(async (portal, knex) => {
      const running = runPortal({ ...portal, accept: wanted.accept });
      await untilTrue(() => ofOperation(CLONE, wanted.id).length > 0);
      const other = JSON.parse(JSON.stringify(get(VM, wanted.vm)!));
      sandbox.objects.create({
        ...other,
        metadata: { name: wanted.target, namespace: NS },
        status: undefined,
      });
      const stop = await askToStop(knex, wanted);
      await running;
      expect(await outcomes(knex)).toEqual([
        [wanted.id, 'failure', 'too-late'],
        [stop, 'failure', 'operation-finished'],
      ]);
    });
    expect(get(VM, wanted.target)).toBeDefined();
  });

  const KILLS = (
    [
      ['clone', 'createClone'],
      ['clone', 'setPower'],
      ['clone', 'deleteClone'],
      ['template', 'createTemplateDisk'],
      ['template', 'createTemplateDisk', 2],
      ['template', 'createTemplate'],
      ['template', 'handDataVolumeOver', 2],
    ] as const
  ).flatMap(([type, call, nth = 1]) =>
    (['before', 'after'] as const).map(when => ({ type, when, call, nth })),
  );

  async function tryKill({ type, when, call, nth }: (typeof KILLS)[number]) {
    const wanted = accept(type, { clone: { start: true } });
    await bed.withDatabase(async (portal, knex) => {
      const killed = await bed.runChild({
        ...portal,
        accept: wanted.accept,
        killAround: { call, when, nth },
      });
      expect(killed).toBe('SIGKILL');
      // Another one starts when the lease of the dead one is over.
      await runPortal({ ...portal, offsetMs: LATER_MS });
      expect(await settlementOf(knex, wanted.id)).toMatchObject({
        outcome: 'success',
      });
    });
    if (type === 'clone') {
      expectClone(wanted, true);
    } else {
      expectTemplate(wanted);
    }
  }

  it.each(KILLS)(
    '$type, killed $when $call no. $nth: goes on, and nothing is there twice',
    someAtOnce(KILLS, tryKill),
  );
});
