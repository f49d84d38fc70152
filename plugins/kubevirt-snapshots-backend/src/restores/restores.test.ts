// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { CLUSTER, RestoreBed } from '../__testUtils__/restoreBed';
import { until } from '../__testUtils__/until';

jest.setTimeout(120_000);

describe('restores', () => {
  let bed: RestoreBed;

  beforeAll(async () => {
    bed = await RestoreBed.create({
      machines: 30,
      config: { restore: { inPlace: true } },
    });
  });
  afterEach(() => bed.sandbox.faults.clear());
  afterAll(() => bed?.stop());

  it('brings a running VM back: off, safety snapshot, new disks, on again as it was', async () => {
    const machine = bed.machine();
    await machine.start();
    const before = machine.claims;
    const memory = machine.vm.spec.template.spec.domain.memory.guest;
    machine.change(vm => {
      vm.spec.template.spec.domain.memory.guest = '8Gi';
    });
    const plan = await machine.plan();
    expect(plan.configuration).toContainEqual({
      label: 'Memory',
      captured: '4Gi',
      current: '8Gi',
      change: 'changed',
    });
    const operation = await machine.restore();
    const done = await machine.settled(operation.id);
    expect(done).toMatchObject({ type: 'restore', state: 'succeeded' });
    expect(done.steps?.map(({ id, state }) => [id, state])).toEqual([
      ['power-off', 'done'],
      ['safety', 'done'],
      ['check', 'done'],
      ['claims', 'done'],
      ['switch', 'done'],
      ['power-on', 'done'],
    ]);
    const uid = bed.get('VirtualMachineRestore', restoreNameOf(operation.id))!
      .metadata.uid;
    expect(machine.claims).toEqual({
      rootdisk: `restore-${uid}-rootdisk`,
      data: `restore-${uid}-data`,
    });
    expect(machine.vm.spec.template.spec.domain.memory.guest).toBe(memory);
    expect(machine.vm.spec.runStrategy).toBe('Always');
    // The plain disk was not the VM's, so neither is the new one.
    expect(
      bed.get('PersistentVolumeClaim', machine.claims.data)!.metadata
        .ownerReferences,
    ).toBeUndefined();
    expect(bed.get('PersistentVolumeClaim', before.data)).toBeDefined();
    const safety = bed.get(
      'VirtualMachineSnapshot',
      done.restore!.safetySnapshot!,
    )!;
    expect(safety.metadata.labels).toMatchObject({
      'kubevirt-snapshots/origin': 'safety',
    });
    expect(safety.status.indications ?? []).not.toContain('Online');
    // Each write once.
    expect(
      bed.writes(new RegExp(`${machine.name}|virtualmachinerestores$`)),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^PUT .*\/stop 202$/),
        expect.stringMatching(/^POST .*\/virtualmachinerestores 201$/),
        expect.stringMatching(/^PUT .*\/start 202$/),
      ]),
    );
  });

  it('sends what guards the VM: FailImmediate, the approved UID, the patch that fails', async () => {
    const machine = bed.machine();
    const operation = await machine.restore();
    await machine.settled(operation.id);
    expect(
      bed.get('VirtualMachineRestore', restoreNameOf(operation.id)),
    ).toMatchObject({
      metadata: {
        ownerReferences: [{ kind: 'VirtualMachine', uid: machine.uid }],
        labels: { 'kubevirt-snapshots/operation': operation.id },
      },
      spec: {
        targetReadinessPolicy: 'FailImmediate',
        volumeRestorePolicy: 'RandomizeNames',
        volumeOwnershipPolicy: 'None',
        patches: [
          '{"op":"remove","path":"/metadata/annotations/kubevirt-snapshots-guard"}',
        ],
      },
    });
    // Off it was, and off it stays.
    expect(machine.running).toBe(false);
  });

  it('refuses what has changed since the review', async () => {
    const machine = bed.machine();
    const wanted = await machine.wanted();
    machine.change(vm => {
      vm.spec.template.spec.volumes[2].cloudInitNoCloud.userData = '# other';
    });
    const res = await machine.send(wanted);
    expect([res.status, res.body.error.details.code]).toEqual([
      409,
      'plan-changed',
    ]);
    const plan = await machine.plan();
    expect(plan.configuration).toContainEqual({
      label: 'Cloud-init (cloudinit)',
      captured: 'present',
      current: 'present',
      change: 'changed',
      sensitive: true,
    });
    expect(JSON.stringify(plan)).not.toMatch(/secret|password/);
  });

  it.each([
    ['no typed name', { typedName: undefined }, 400, 'name-not-typed'],
    ['another hash', { planHash: '0'.repeat(64) }, 409, 'plan-changed'],
    ['another snapshot', { snapshotUid: 'other' }, 409, 'snapshot-changed'],
    ['another VM', { vmUid: 'other' }, 409, 'vm-changed'],
  ])('refuses %s', async (_, change, status, code) => {
    const machine = bed.machine();
    const res = await machine.send({
      ...(await machine.wanted()),
      ...(change as object),
    });
    expect([res.status, res.body.error.details.code]).toEqual([status, code]);
    expect(bed.writes(/virtualmachinerestores/).join()).not.toContain(
      machine.name,
    );
  });

  it('never restores a snapshot of another VM that bore the name', async () => {
    const machine = bed.machine();
    const { vm } = machine;
    bed.sandbox.objects.remove(ref('VirtualMachine', vm));
    await until(
      () => bed.get('VirtualMachine', machine.name),
      gone => gone === undefined,
    );
    bed.sandbox.objects.create({
      apiVersion: vm.apiVersion,
      kind: vm.kind,
      metadata: {
        name: vm.metadata.name!,
        namespace: FLEET_NAMESPACE,
        annotations: vm.metadata.annotations,
      },
      spec: vm.spec,
    });
    await machine.cacheHas(cached => cached.uid === machine.uid);
    // KubeVirt has turned the hint to the new VM.
    await until(
      () => bed.get('VirtualMachineSnapshot', machine.snapshot),
      found => found?.status.sourceUID === machine.uid,
    );
    const plan = await machine.plan('new-names', 'platform');
    expect(plan.checks).toContainEqual({
      code: 'same-vm',
      state: 'refused',
      message: expect.stringContaining('would overwrite this one'),
      instead: 'create-vm',
    });
    const res = await machine.send(
      {
        operationId: '00000000-0000-4000-8000-00000000000a',
        vmUid: machine.uid,
        snapshotUid: plan.snapshot.uid,
        planHash: plan.hash,
        ...plan.defaults,
        typedName: machine.name,
      },
      'platform',
    );
    expect(res.status).toBe(409);
  });

  it('starts a VM that it stopped again when the safety snapshot fails', async () => {
    const machine = bed.machine();
    await machine.start();
    bed.sandbox.faults.addVolumeFault({
      namespace: FLEET_NAMESPACE,
      claim: `${machine.name}-data`,
      mode: 'hang',
    });
    const operation = await machine.restore();
    const waiting = await machine.inStep(operation.id, 'safety');
    expect(waiting.restore!.stop).toMatchObject({ effect: 'safe' });
    expect(machine.running).toBe(false);
    // A hanging one is given up by its own deadline; here somebody removes it.
    const name = await until(
      async () =>
        (
          await machine.operation(operation.id)
        ).restore!.safetySnapshot,
      found => found,
    );
    bed.sandbox.objects.remove(
      ref('VirtualMachineSnapshot', bed.get('VirtualMachineSnapshot', name!)!),
    );
    const done = await machine.settled(operation.id);
    expect(done).toMatchObject({
      state: 'failed',
      error: { code: 'safety-failed' },
    });
    await until(
      () => machine.running,
      running => running,
    );
    expect(bed.get('VirtualMachineRestore', restoreNameOf(operation.id))).toBe(
      undefined,
    );
  });

  it('stops while the disks are made: nothing is left and the VM runs again', async () => {
    const machine = bed.machine();
    await machine.start();
    const before = machine.claims;
    bed.sandbox.faults.addVolumeFault({
      namespace: FLEET_NAMESPACE,
      claim: /^restore-/,
      mode: 'never-bind',
    });
    const operation = await machine.restore({ safetySnapshot: false });
    await machine.inStep(operation.id, 'claims');
    await until(
      () => machine.operation(operation.id),
      now => (now.restore?.disks.length ?? 0) > 0,
    );
    const name = restoreNameOf(operation.id);
    expect((await machine.operation(operation.id)).restore!.stop).toMatchObject(
      { effect: 'leaves-claims' },
    );
    const { body } = await machine.act(`restores/${name}/stop`, {}).expect(202);
    expect(await machine.settled(body.operation.id)).toMatchObject({
      type: 'stop-restore',
      state: 'succeeded',
    });
    expect(await machine.settled(operation.id)).toMatchObject({
      state: 'failed',
      error: { code: 'stopped' },
    });
    bed.sandbox.faults.clear();
    expect(machine.claims).toEqual(before);
    expect(bed.get('VirtualMachineRestore', name)).toBeUndefined();
    await until(
      () =>
        bed
          .list('PersistentVolumeClaim')
          .filter(
            claim =>
              claim.metadata.annotations?.['restore.kubevirt.io/name'] === name,
          ),
      left => left.length === 0,
    );
    await until(
      () => machine.running,
      running => running,
    );
  });

  it('makes no VM where the approved one is gone, and leaves no disk of it', async () => {
    const machine = bed.machine();
    const claims = () =>
      bed
        .list('PersistentVolumeClaim')
        .map(({ metadata }) => metadata.name!)
        .filter(name => name.startsWith('restore-'));
    const before = claims();
    bed.sandbox.faults.addVolumeFault({
      namespace: FLEET_NAMESPACE,
      claim: /^restore-/,
      mode: 'never-bind',
    });
    const operation = await machine.restore({ safetySnapshot: false });
    await until(claims, names => names.length === before.length + 2);
    bed.sandbox.objects.remove({
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      namespace: FLEET_NAMESPACE,
      name: machine.name,
    });
    await until(claims, names => names.length === before.length);
    expect(bed.get('VirtualMachine', machine.name)).toBeUndefined();
    expect(
      bed.get('VirtualMachineRestore', restoreNameOf(operation.id)),
    ).toBeUndefined();
    // The plain disk is nobody's, and survives the VM as it would have.
    expect(
      bed.get('PersistentVolumeClaim', `${machine.name}-data`),
    ).toBeDefined();
  });

  it('waits for the VM to be stopped with nothing in the cluster, and can be stopped meanwhile', async () => {
    const machine = bed.machine();
    await machine.start();
    const waiting = await machine.restore({
      power: 'wait',
      startAfterwards: false,
    });
    const view = await machine.inStep(waiting.id, 'wait-off');
    expect(
      Date.parse(view.deadlineAt!) - Date.parse(view.createdAt),
    ).toBeGreaterThan(23 * 3_600_000);
    expect(
      bed.get('VirtualMachineRestore', restoreNameOf(waiting.id)),
    ).toBeUndefined();
    await machine
      .act(`restores/${restoreNameOf(waiting.id)}/stop`, {})
      .expect(202);
    expect(await machine.settled(waiting.id)).toMatchObject({
      state: 'failed',
      error: { code: 'stopped' },
    });
    expect(machine.running).toBe(true);

    const second = await machine.restore({
      power: 'five-minutes',
      startAfterwards: false,
      safetySnapshot: false,
    });
    await machine.inStep(second.id, 'wait-off');
    // While it waits the VM is ours to restore, and nobody else's.
    const busy = await machine.act('power', { action: 'stop' }, 'platform');
    expect(busy.status).toBe(409);
    machine.change(vm => {
      vm.spec.runStrategy = 'Halted';
    });
    expect(await machine.settled(second.id)).toMatchObject({
      state: 'succeeded',
    });
    expect(machine.running).toBe(false);
  });

  it('clears a failed restore of others as part of the next, and by itself', async () => {
    const machine = bed.machine();
    const failedRestore = async (name: string) => {
      bed.sandbox.objects.create({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineRestore',
        metadata: { name, namespace: FLEET_NAMESPACE },
        spec: {
          target: {
            apiGroup: 'kubevirt.io',
            kind: 'VirtualMachine',
            name: machine.name,
          },
          virtualMachineSnapshotName: machine.snapshot,
          targetReadinessPolicy: 'FailImmediate',
        },
      });
      await until(
        () => bed.get('VirtualMachineRestore', name),
        found =>
          found?.status?.conditions?.some((c: any) => c.type === 'Failure'),
      );
      const { uid } = bed.get('VirtualMachineRestore', name)!.metadata;
      await until(
        () =>
          bed.service.restore({
            cluster: 'bed',
            namespace: FLEET_NAMESPACE,
            name,
          }),
        cached => cached?.state === 'failed',
      );
      return uid!;
    };
    await machine.start();
    const uid = await failedRestore(`${machine.name}-failed-1`);
    await machine
      .act(`restores/${machine.name}-failed-1/clear`, { restoreUid: uid })
      .expect(202)
      .then(({ body }) => machine.settled(body.operation.id));
    expect(
      bed.get('VirtualMachineRestore', `${machine.name}-failed-1`),
    ).toBeUndefined();
    await failedRestore(`${machine.name}-failed-2`);
    const list = await bed.http('get', `${machine.door}/snapshots`);
    expect(list.body.vm.notices).toEqual([
      expect.objectContaining({ code: 'restore-failed' }),
    ]);
    const operation = await machine.restore({ safetySnapshot: false });
    expect(await machine.settled(operation.id)).toMatchObject({
      state: 'succeeded',
    });
    expect(
      bed.get('VirtualMachineRestore', `${machine.name}-failed-2`),
    ).toBeUndefined();
  });

  it('wants the exact names where something else keeps the manifest, and uses them', async () => {
    const machine = bed.machine();
    machine.change(vm => {
      vm.metadata.annotations['argocd.argoproj.io/tracking-id'] = 'app:x';
    });
    const plan = await machine.plan();
    expect(plan.gitOps!.managers).toEqual(['Argo CD']);
    const res = await machine.send(
      await machine.wanted({ acknowledgedNames: undefined }),
    );
    expect([res.status, res.body.error.details.code]).toEqual([
      400,
      'names-not-acknowledged',
    ]);
    const operation = await machine.restore({ safetySnapshot: false });
    expect(await machine.settled(operation.id)).toMatchObject({
      state: 'succeeded',
    });
    expect(Object.values(machine.claims).sort()).toEqual(
      plan.gitOps!.names.map(({ claim }) => claim).sort(),
    );
    // The tool turns the VM back.
    machine.change(vm => {
      vm.spec.template.spec.volumes[1].persistentVolumeClaim.claimName = `${machine.name}-data`;
    });
    await machine.cacheHas(vm =>
      vm.claims.some((c: any) => c.claim === `${machine.name}-data`),
    );
    const { body } = await bed.http('get', `${machine.door}/snapshots`);
    expect(body.vm.notices).toEqual([
      expect.objectContaining({
        code: 'claims-changed',
        message: expect.stringContaining(`${machine.name}-data`),
      }),
    ]);
  });

  it('gives the same request the same answer, also while the first is being checked', async () => {
    const machine = bed.machine();
    const wanted = await machine.wanted();
    // The second one passes its first look, and finds the VM busy with itself.
    const answers = await Promise.all([
      machine.send(wanted),
      machine.send(wanted),
      machine.send(wanted),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.operation.id))).toEqual(
      new Set([wanted.operationId]),
    );
    await machine.settled(wanted.operationId);
    const restores = bed.writes(/virtualmachinerestores$/);
    const again = await machine.send(wanted);
    expect(again.status).toBe(202);
    expect(bed.writes(/virtualmachinerestores$/)).toEqual(restores);
  });

  it('keeps a second restore, a snapshot and a delete off, naming the first', async () => {
    const machine = bed.machine();
    await machine.start();
    const wanted = await machine.wanted();
    const first = await machine.restore({
      power: 'wait',
      startAfterwards: false,
    });
    await machine.inStep(first.id, 'wait-off');
    const second = await machine.send(wanted);
    expect([second.status, second.body.error.message]).toEqual([
      409,
      expect.stringContaining('restore-'),
    ]);
    const repeat = await machine.operation(first.id);
    expect(repeat.id).toBe(first.id);
    const take = await machine.act('snapshots', { name: 'meanwhile' });
    expect(take.status).toBe(409);
    const uid = bed.get('VirtualMachineSnapshot', machine.snapshot)!.metadata
      .uid;
    const remove = await machine.act(`snapshots/${machine.snapshot}/delete`, {
      snapshotUid: uid,
      typedName: machine.snapshot,
    });
    expect(remove.status).toBe(409);
    await machine
      .act(`restores/${restoreNameOf(first.id)}/stop`, {})
      .expect(202);
    await machine.settled(first.id);
  });

  it('restores in place where that is configured, under the old names', async () => {
    const machine = bed.machine();
    const before = machine.claims;
    const uids = Object.values(before).map(
      name => bed.get('PersistentVolumeClaim', name)!.metadata.uid,
    );
    const operation = await machine.restore({ volumes: 'in-place' });
    expect(await machine.settled(operation.id)).toMatchObject({
      state: 'succeeded',
    });
    expect(machine.claims).toEqual(before);
    for (const name of Object.values(before)) {
      expect(uids).not.toContain(
        bed.get('PersistentVolumeClaim', name)!.metadata.uid,
      );
    }
  });

  it('brings TPM state back with the disks, and never where KubeVirt would not finish', async () => {
    const machine = bed.machine();
    const snapshot = `${machine.name}-with-state`;
    machine.change(vm => {
      vm.spec.template.spec.domain.devices.tpm = { persistent: true };
    });
    await machine.start();
    const stateClaims = () =>
      bed
        .list('PersistentVolumeClaim')
        .filter(
          ({ metadata }) =>
            metadata.labels?.['persistent-state-for'] === machine.name,
        );
    const [old] = stateClaims();
    bed.sandbox.objects.create({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshot',
      metadata: { name: snapshot, namespace: FLEET_NAMESPACE },
      spec: {
        source: {
          apiGroup: 'kubevirt.io',
          kind: 'VirtualMachine',
          name: machine.name,
        },
      },
    });
    const address = {
      cluster: CLUSTER,
      namespace: FLEET_NAMESPACE,
      name: snapshot,
    };
    await until(
      () => bed.service.snapshot(address),
      record => record?.facts.readyToUse && record.capturedVmUid,
    );
    await machine.cacheHas(vm => !vm.snapshotInProgress);
    const state = `persistent-state-for-${machine.name}`;
    const { body: list } = await bed
      .http('get', `${machine.door}/snapshots`)
      .expect(200);
    const clonable = list.items.map((item: any) => [
      item.name,
      item.allowed.clone.code,
    ]);
    expect(clonable).toContainEqual([snapshot, 'backend-storage']);
    expect(clonable).not.toContainEqual([machine.snapshot, 'backend-storage']);
    const plan = await machine.plan('new-names', 'owner', snapshot);
    expect(plan.allowed).toEqual({ allowed: true });
    expect(plan.disks).toContainEqual(
      expect.objectContaining({
        name: state,
        fate: 'replaced',
        currentClaim: old.metadata.name,
        oldClaim: 'deleted',
      }),
    );
    const wanted = async (volumes: 'new-names' | 'in-place') => {
      const {
        hash,
        snapshot: of,
        vmUid,
        defaults,
      } = await machine.plan(volumes, 'owner', snapshot);
      return {
        operationId: randomUUID(),
        vmUid,
        snapshotUid: of.uid,
        planHash: hash,
        ...defaults,
        typedName: machine.name,
        volumes,
      };
    };
    const inPlace = await machine.send(
      await wanted('in-place'),
      'owner',
      snapshot,
    );
    expect([inPlace.status, inPlace.body.error]).toEqual([
      409,
      expect.objectContaining({ details: { code: 'backend-storage' } }),
    ]);
    const { body } = await machine
      .send(await wanted('new-names'), 'owner', snapshot)
      .expect(202);
    const done = await machine.settled(body.operation.id);
    expect(done).toMatchObject({ type: 'restore', state: 'succeeded' });
    expect(
      bed.get('VirtualMachineSnapshot', done.restore!.safetySnapshot!)!.status
        .snapshotVolumes.includedVolumes,
    ).toContain(state);
    const [restored, ...others] = stateClaims();
    expect(others).toEqual([]);
    expect(restored.metadata.name).toMatch(/^restore-.*-persistent-state-for-/);
    expect(
      bed.get('PersistentVolumeClaim', old.metadata.name!),
    ).toBeUndefined();
    await until(
      () => machine.running,
      running => running,
    );

    await machine.power('stop');
    bed.sandbox.objects.remove(ref('PersistentVolumeClaim', restored));
    const refused = await machine.plan('new-names', 'owner', snapshot);
    expect(refused.checks).toContainEqual({
      code: 'content-missing',
      state: 'refused',
      message: expect.stringContaining('without which KubeVirt never finishes'),
    });
    expect(refused.allowed.allowed).toBe(false);
  });

  it('tells a quota that leaves no room', async () => {
    const machine = bed.machine();
    bed.sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: FLEET_NAMESPACE },
      spec: { hard: { persistentvolumeclaims: '1' } },
      status: {
        hard: { persistentvolumeclaims: '1' },
        used: { persistentvolumeclaims: '1' },
      },
    });
    try {
      const plan = await machine.plan();
      expect(plan.checks).toContainEqual(
        expect.objectContaining({ code: 'quota', state: 'refused' }),
      );
    } finally {
      bed.sandbox.objects.remove(
        ref('ResourceQuota', bed.get('ResourceQuota', 'small')!),
      );
    }
  });

  it('lists restores with who, result and reason, on VM and snapshot', async () => {
    const machine = bed.machine();
    const operation = await machine.restore({
      safetySnapshot: false,
      reason: 'The update went wrong',
    });
    await machine.settled(operation.id);
    const { body } = await bed
      .http('get', `${machine.door}/restores?snapshot=${machine.snapshot}`)
      .expect(200);
    expect(body).toMatchObject({
      truncated: false,
      items: [
        {
          name: restoreNameOf(operation.id),
          origin: 'portal',
          state: 'succeeded',
          snapshotName: machine.snapshot,
          actor: 'user:default/ada',
          reason: 'The update went wrong',
          allowed: { stop: { allowed: false }, clear: { allowed: false } },
        },
      ],
    });
    const none = await bed.http(
      'get',
      `${machine.door}/restores?snapshot=another`,
    );
    expect(none.body.items).toEqual([]);
  });

  it('starts and stops a VM, once each', async () => {
    const machine = bed.machine();
    expect(await machine.power('start')).toMatchObject({ state: 'succeeded' });
    await machine.cacheHas(vm => vm.running);
    const again = await machine.act('power', { action: 'start' }, 'platform');
    expect([again.status, again.body.error.details.code]).toEqual([
      409,
      'vm-running',
    ]);
    expect(await machine.power('stop')).toMatchObject({ state: 'succeeded' });
    expect(bed.writes(new RegExp(`${machine.name}/(start|stop)$`))).toEqual([
      expect.stringMatching(/start 202$/),
      expect.stringMatching(/stop 202$/),
    ]);
  });
});

function ref(kind: string, object: any) {
  return {
    apiVersion: object.apiVersion,
    kind,
    namespace: FLEET_NAMESPACE,
    name: object.metadata.name,
  };
}
