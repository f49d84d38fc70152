// SPDX-License-Identifier: Apache-2.0
import {
  cloneObject,
  contentObject,
  restoreObject,
  snapshotObject,
  vmiObject,
  vmObject,
} from '../testing/objects';
import { Interner } from '../text/Interner';
import {
  joinSnapshot,
  projectContentFacts,
  projectSnapshot,
} from './projectSnapshot';
import { projectRestore } from './projectRestore';
import { projectClone } from './projectUse';
import { joinVm, projectInstance, projectVm } from './projectVm';

const interner = new Interner();

describe('projectVm', () => {
  it.each([
    ['no TPM', {}, undefined],
    ['a TPM that forgets', { devices: { tpm: {} } }, undefined],
    ['a TPM', { devices: { tpm: { persistent: true } } }, true],
    [
      'EFI variables',
      { firmware: { bootloader: { efi: { persistent: true } } } },
      true,
    ],
  ])('knows whether a VM keeps state: %s', (_, domain, keeps) => {
    const vm = vmObject();
    const spec = { template: { spec: { domain } } };
    expect(projectVm('prod', { ...vm, spec }, interner)!.keepsState).toBe(
      keeps,
    );
  });

  it('keeps what the tab needs', () => {
    const vm = projectVm(
      'prod',
      vmObject('web-01', {
        metadata: {
          annotations: {
            'kubevirt-snapshots/owner': 'group:default/team-a',
            other: 'x',
          },
        },
        status: { snapshotInProgress: 'snap-1' },
      }),
      interner,
    )!;
    expect(vm).toMatchObject({
      ref: { cluster: 'prod', namespace: 'vms', name: 'web-01' },
      deleting: false,
      printableStatus: 'Stopped',
      runStrategy: 'Halted',
      snapshotInProgress: 'snap-1',
      labels: { app: 'web' },
      annotations: { 'kubevirt-snapshots/owner': 'group:default/team-a' },
    });
    expect(vm.disks.map(d => d.code)).toEqual([
      undefined,
      'no-snapshot-class',
      'not-a-disk',
    ]);
    expect(JSON.stringify(vm)).not.toContain('hush');
    expect(joinVm(vm, undefined)).toMatchObject({ running: false });
    const vmi = projectInstance(
      vmiObject('web-01', ['AgentConnected', 'Paused']),
      interner,
    );
    expect(joinVm(vm, vmi)).toMatchObject({
      running: true,
      paused: true,
      agentConnected: true,
    });
  });

  it('says what runs in it', () => {
    const vm: any = vmObject('web-01', {
      metadata: { annotations: { 'vm.kubevirt.io/os': 'fedora' } },
    });
    vm.spec.instancetype = { name: 'u1.medium', kind: 'x' };
    vm.spec.preference = { name: 'x'.repeat(5000) };
    const record = projectVm('prod', vm, interner)!;
    expect(record).toMatchObject({ os: 'fedora', instancetype: 'u1.medium' });
    expect(record.preference!.length).toBeLessThanOrEqual(64);
    vm.spec.template.metadata = {
      annotations: { 'vm.kubevirt.io/os': 'windows2k22' },
    };
    expect(projectVm('prod', vm, interner)!.os).toBe('windows2k22');
  });

  it('reads the old form of the run strategy', () => {
    const vm: any = vmObject();
    delete vm.spec.runStrategy;
    vm.spec.running = true;
    expect(projectVm('prod', vm, interner)!.runStrategy).toBe('Always');
  });

  it('cuts owners between two of them', () => {
    const owner = Array.from({ length: 500 }, (_, i) => `group:x/o${i}`);
    const vm = projectVm(
      'prod',
      vmObject('a', {
        metadata: {
          annotations: {
            'kubevirt-snapshots/owner': owner.join(','),
            'kubevirt-snapshots/entity-ref': 'x'.repeat(5000),
          },
        },
      }),
      interner,
    )!;
    const kept = vm.annotations['kubevirt-snapshots/owner'];
    expect(kept.length).toBeLessThanOrEqual(4096);
    expect(owner).toContain(kept.split(',').pop());
    expect(vm.annotations['kubevirt-snapshots/entity-ref']).toBe('');
  });

  it('keeps nothing without identity, and takes any junk', () => {
    expect(projectVm('prod', {}, interner)).toBeUndefined();
    expect(projectVm('prod', { metadata: 'x' }, interner)).toBeUndefined();
    const junk: any = vmObject();
    for (const value of [null, 5, 'x', [], [[]], {}]) {
      for (const key of ['spec', 'status']) {
        expect(
          projectVm('prod', { ...junk, [key]: value }, interner),
        ).toMatchObject({ uid: junk.metadata.uid });
      }
    }
  });
});

describe('projectSnapshot', () => {
  it('keeps what the tab needs and joins the content', () => {
    const vm = vmObject();
    const raw: any = snapshotObject('snap-1', {
      metadata: {
        labels: { 'kubevirt-snapshots/origin': 'manual', app: 'x' },
        annotations: { description: 'before', other: 'y' },
      },
      status: {
        indications: ['Online', 'GuestAgent'],
        sourceIndications: [
          { indication: 'Online', message: 'on' },
          { indication: 'GuestAgent', message: 'agent' },
        ],
        sourceUID: 'hint',
      },
      spec: { failureDeadline: '1m30s', deletionPolicy: 'Retain' },
    });
    const facts = projectSnapshot('prod', raw, interner)!;
    expect(facts).toMatchObject({
      cluster: 'prod',
      namespace: 'vms',
      name: 'snap-1',
      vmName: 'web-01',
      createdAt: '2026-11-22T08:00:00Z',
      cutAt: '2026-11-22T08:00:05Z',
      deadlineMs: 90_000,
      deletionPolicy: 'Retain',
      sourceUid: 'hint',
      excludedVolumes: ['data', 'cloudinit'],
      labels: { 'kubevirt-snapshots/origin': 'manual' },
      annotations: { description: 'before' },
      indications: [
        { indication: 'GuestAgent', message: 'agent' },
        { indication: 'Online', message: 'on' },
      ],
      facts: {
        phase: 'Succeeded',
        readyToUse: true,
        indications: ['GuestAgent', 'Online'],
        includedVolumes: ['root'],
        conditions: [
          { type: 'Progressing', reason: 'Operation complete' },
          {
            type: 'Ready',
            status: 'True',
            lastTransitionTime: '2026-11-22T08:00:05Z',
          },
        ],
      },
    });
    expect(joinSnapshot(facts, undefined)).toMatchObject({
      disks: { total: 0, cut: 0, ready: 0 },
    });
    const content = projectContentFacts(contentObject(raw, vm), interner)!;
    expect(joinSnapshot(facts, content)).toMatchObject({
      capturedVmUid: (vm as any).metadata.uid,
      disks: { total: 1, cut: 1, ready: 1 },
    });
    expect(JSON.stringify(content)).not.toContain('hush');
  });

  it('knows nothing of a snapshot that nobody has looked at', () => {
    const raw: any = snapshotObject();
    delete raw.status;
    delete raw.spec.failureDeadline;
    expect(projectSnapshot('prod', raw, interner)).toMatchObject({
      deadlineMs: 300_000,
      facts: { phase: undefined, includedVolumes: undefined, conditions: [] },
      indications: [],
    });
  });

  it('does not take another kind of source for a VM', () => {
    for (const source of [
      { kind: 'VirtualMachine', name: 'web-01' },
      { apiGroup: 'kubevirt.io', kind: 'VirtualMachinePool', name: 'web-01' },
    ]) {
      const raw = snapshotObject('s', { spec: { source } });
      expect(projectSnapshot('prod', raw, interner)!.vmName).toBe('');
    }
  });

  it('reads deadlines as KubeVirt does', () => {
    const deadline = (failureDeadline: unknown) =>
      projectSnapshot(
        'prod',
        snapshotObject('s', { spec: { failureDeadline } }),
        interner,
      )!.deadlineMs;
    expect(deadline('0s')).toBe(0);
    expect(deadline('junk')).toBe(300_000);
    expect(deadline(5)).toBe(300_000);
  });

  it('caps what others write', () => {
    const long = 'x'.repeat(200_000);
    const raw = snapshotObject('s', {
      metadata: {
        annotations: Object.fromEntries([
          ['description', long],
          ...Array.from({ length: 100 }, (_, i) => [
            `kubevirt-snapshots/a${i}`,
            long,
          ]),
        ]),
      },
      status: {
        error: { message: long },
        conditions: Array.from({ length: 100 }, () => ({
          type: 'Ready',
          reason: long,
        })),
        sourceIndications: Array.from({ length: 100 }, (_, i) => ({
          indication: `${i}${long}`,
          message: long,
        })),
        snapshotVolumes: {
          includedVolumes: Array.from({ length: 1000 }, () => long),
        },
      },
    });
    const size = JSON.stringify(projectSnapshot('prod', raw, interner)).length;
    expect(size).toBeLessThan(120_000);
  });
});

describe('uses of a snapshot', () => {
  const restore = (status: object) =>
    projectRestore(
      'prod',
      restoreObject('r', 'snap-1', status as any),
      interner,
    )!;

  it('tells a restore', () => {
    expect(restore({})).toMatchObject({
      kind: 'restore',
      snapshotName: 'snap-1',
      targetVm: 'web-01',
      state: 'running',
    });
    expect(restore({ complete: true }).state).toBe('succeeded');
    expect(
      restore({
        complete: false,
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'Operation failed' },
          { type: 'Failure', status: 'True', reason: 'target is running' },
        ],
      }),
    ).toMatchObject({ state: 'failed', message: 'target is running' });
    expect(
      restore({
        complete: false,
        conditions: [
          { type: 'Progressing', status: 'True', reason: 'Creating new PVCs' },
        ],
      }),
    ).toMatchObject({ state: 'running', message: 'Creating new PVCs' });
  });

  it('tells a clone by its phase', () => {
    const clone = (kind: string, status: object) =>
      projectClone(
        'prod',
        cloneObject('c', { kind, name: 'n' }, status as any),
        interner,
      )!;
    expect(clone('VirtualMachineSnapshot', {})).toMatchObject({
      snapshotName: 'n',
      sourceVm: undefined,
      targetVm: 'copy',
      state: 'running',
    });
    expect(
      clone('VirtualMachine', {
        phase: 'Failed',
        conditions: [
          { type: 'Progressing', status: 'True', reason: 'Still processing' },
          { type: 'Ready', status: 'False', reason: 'Still processing' },
        ],
      }),
    ).toMatchObject({ sourceVm: 'n', state: 'failed', message: undefined });
    expect(clone('VirtualMachine', { phase: 'Succeeded' }).state).toBe(
      'succeeded',
    );
    expect(clone('VirtualMachine', { phase: 'Tomorrow' }).state).toBe(
      'running',
    );
  });
});
