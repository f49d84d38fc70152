// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../../index';
import { Answer, call, sleep, until } from '../../testing/http';
import {
  createMachine,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../../testing/machines';
import type { Sandbox } from '../../types';

const NS = 'hooks';
const base = `/namespaces/${NS}`;
const SNAPSHOTS = `/apis/snapshot.kubevirt.io/v1beta1${base}/virtualmachinesnapshots`;
const RESTORES = `/apis/snapshot.kubevirt.io/v1beta1${base}/virtualmachinerestores`;
const CLONES = `/apis/clone.kubevirt.io/v1beta1${base}/virtualmachineclones`;
const MACHINES = `/apis/kubevirt.io/v1${base}/virtualmachines`;
const ACTIONS = `/apis/subresources.kubevirt.io/v1${base}`;
const MERGE = { 'content-type': 'application/merge-patch+json' };

const SNAPSHOT_HOOK = 'virtualmachinesnapshot-validator.snapshot.kubevirt.io';
const RESTORE_HOOK = 'virtualmachinerestore-validator.snapshot.kubevirt.io';
const CLONE_HOOK = 'vm-clone-validator.kubevirt.io';
const VM_HOOK = 'virtualmachine-validator.kubevirt.io';

type Row = [spec: any, field: string, text: string, reason?: string];

const VM = { apiGroup: 'kubevirt.io', kind: 'VirtualMachine' };
const target = (name: string) => ({ ...VM, name });
const restoreOf = (more: object, name = 'web-01') => ({
  target: target(name),
  virtualMachineSnapshotName: 'snap-1',
  ...more,
});
const source = {
  apiGroup: 'snapshot.kubevirt.io',
  kind: 'VirtualMachineSnapshot',
  name: 'snap-1',
};
const cloneOf = (more: object) => ({ source, target: target('t-1'), ...more });

const SNAPSHOT_ROWS: Row[] = [
  [
    { source: { kind: 'VirtualMachine', name: 'web-01' } },
    'spec.source.apiGroup',
    'missing apiGroup',
    'FieldValueNotFound',
  ],
  [
    { source: { ...target('web-01'), apiGroup: 'foo.io' } },
    'spec.source.apiGroup',
    'invalid apiGroup',
  ],
  [
    { source: { ...target('web-01'), kind: 'VirtualMachineInstance' } },
    'spec.source.kind',
    'invalid kind',
  ],
];

const RESTORE_ROWS: Row[] = [
  [
    restoreOf({ target: { kind: 'VirtualMachine', name: 'web-01' } }),
    'spec.target.apiGroup',
    'missing apiGroup',
    'FieldValueNotFound',
  ],
  [
    restoreOf({ target: { ...target('web-01'), apiGroup: 'foo.io' } }),
    'spec.target.apiGroup',
    'invalid apiGroup',
  ],
  [
    restoreOf({ target: { ...target('web-01'), kind: 'Pod' } }),
    'spec.target.kind',
    'invalid kind',
  ],
  [
    restoreOf(
      { patches: ['{"op":"replace","path":"/status/x","value":"1"}'] },
      'new-y4',
    ),
    'spec.patches',
    'patching is valid only for elements under /spec/ only: "path":"/status/x"',
  ],
  [
    restoreOf(
      {
        patches: [
          '{"op":"replace","path":"/spec/template/spec/domain/devices/interfaces/0/macAddress","value":"02:00:00:00:00:09"}',
        ],
      },
      'new-y5',
    ),
    'spec.patches',
    'patch format is not valid - one ":" expected in a single key-value json patch: "value":"02:00:00:00:00:09"',
  ],
  [
    restoreOf({ volumeRestoreOverrides: [{ restoreName: 'a' }] }),
    'spec.volumeRestoreOverrides[0].volumeName',
    'must provide a volume name',
    'FieldValueRequired',
  ],
  [
    restoreOf({ volumeRestoreOverrides: [{ volumeName: 'rootdisk' }] }),
    'spec.volumeRestoreOverrides[0]',
    'must provide at least one overriden field',
    'FieldValueRequired',
  ],
  [
    restoreOf({ volumeRestorePolicy: 'Magic' }),
    'spec.volumeRestorePolicy',
    'volume restore policy "Magic" doesn\'t exist',
  ],
  [
    restoreOf({ volumeOwnershipPolicy: 'Nobody' }),
    'spec.volumeOwnershipPolicy',
    'volume ownership policy "Nobody" doesn\'t exist',
  ],
];

const CLONE_ROWS: Row[] = [
  [
    cloneOf({ source: { ...source, kind: 'Pod' } }),
    'spec.Source.Kind',
    'Source kind is not supported',
  ],
  [
    cloneOf({ target: { ...target('t-1'), kind: 'Pod' } }),
    'spec.Target.Kind',
    'Target kind is not supported',
  ],
  [
    cloneOf({ source: { kind: source.kind, name: source.name } }),
    'spec.Source.APIGroup',
    "Source's APIGroup cannot be empty",
  ],
  [
    cloneOf({ source: { ...source, name: '' } }),
    'spec.Source.Name',
    "Source's name cannot be empty",
  ],
  [
    cloneOf({ source: target('web-01'), target: target('web-01') }),
    'spec.target.name',
    'Target name cannot be equal to source name when both are VirtualMachines',
  ],
  [
    cloneOf({ newMacAddresses: { default: 'zz:1' } }),
    'spec.newMacAddresses.default',
    'interface default has malformed MAC address (zz:1).',
  ],
  [
    cloneOf({ patches: ['not json'] }),
    'spec.patches[0]',
    'patch is not valid JSON (not json)',
  ],
  [
    cloneOf({ labelFilters: ['!'] }),
    'spec.labels',
    'a negation character is not a valid filter',
  ],
  [
    cloneOf({ labelFilters: ['a!b'] }),
    'spec.labels',
    'spec.labels filter a!b is invalid: cannot contain a negation character (!); FilterRules: NegationChar can be only used at the beginning of the filter',
  ],
  [
    cloneOf({ annotationFilters: ['a*b'] }),
    'spec.annotations',
    'spec.annotations filter a*b is invalid: cannot contain a wildcard character (*); FilterRules: WildcardChar can be only at the end of the filter',
  ],
  [
    cloneOf({ template: { labelFilters: ['*x'] } }),
    'spec.template.labels',
    'spec.template.labels filter *x is invalid: cannot contain a wildcard character (*); FilterRules: WildcardChar can be only at the end of the filter',
  ],
];

describe('webhooks', () => {
  let sandbox: Sandbox;
  let vm: any;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'hooks', speed: 100 });
    vm = await createMachine(sandbox, NS, 'web-01');
    sandbox.objects.create(snapshot(NS, 'snap-1', 'web-01'));
    await until(
      'the snapshot is ready',
      () => sandbox.objects.get(snapshotRef(NS, 'snap-1'))?.status?.readyToUse,
    );
  });

  afterAll(() => sandbox.stop());

  let counter = 0;

  function post(path: string, kind: string, spec: unknown): Promise<Answer> {
    counter += 1;
    const apiVersion = path.split('/').slice(2, 4).join('/');
    return call(sandbox, 'POST', path, {
      body: { apiVersion, kind, metadata: { name: `x-${counter}` }, spec },
    });
  }

  function expectDenial(
    answer: Answer,
    hook: string,
    [, field, message, reason = 'FieldValueInvalid']: Row,
  ) {
    expect(answer.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `admission webhook "${hook}" denied the request: ${message}`,
      reason: 'Invalid',
      details: { causes: [{ reason, message, field }] },
      code: 422,
    });
    expect(answer.status).toBe(422);
  }

  it.each(SNAPSHOT_ROWS)('snapshot %#', async (...row) =>
    expectDenial(
      await post(SNAPSHOTS, 'VirtualMachineSnapshot', row[0]),
      SNAPSHOT_HOOK,
      row,
    ),
  );

  it.each(RESTORE_ROWS)('restore %#', async (...row) =>
    expectDenial(
      await post(RESTORES, 'VirtualMachineRestore', row[0]),
      RESTORE_HOOK,
      row,
    ),
  );

  it.each(CLONE_ROWS)('clone %#', async (...row) =>
    expectDenial(
      await post(CLONES, 'VirtualMachineClone', row[0]),
      CLONE_HOOK,
      row,
    ),
  );

  it('passes on Go errors of durations as 400 without reason', async () => {
    const { body } = await post(SNAPSHOTS, 'VirtualMachineSnapshot', {
      source: target('web-01'),
      failureDeadline: '5 minutes',
    });
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `admission webhook "${SNAPSHOT_HOOK}" denied the request: time: unknown unit " minutes" in duration "5 minutes"`,
      code: 400,
    });
  });

  it('keeps specs immutable', async () => {
    const { body } = await call(sandbox, 'PATCH', `${SNAPSHOTS}/snap-1`, {
      headers: MERGE,
      body: { spec: { deletionPolicy: 'Retain' } },
    });
    expect(body.message).toBe(
      `admission webhook "${SNAPSHOT_HOOK}" denied the request: spec in immutable after creation`,
    );
  });

  it('checks enums in the schema, before webhooks', async () => {
    const restore = await post(
      RESTORES,
      'VirtualMachineRestore',
      restoreOf({ targetReadinessPolicy: 'Later' }),
    );
    expect(restore.body.message).toContain(
      'spec.targetReadinessPolicy: Unsupported value: "Later": supported values: "StopTarget", "WaitGracePeriod", "FailImmediate", "WaitEventually"',
    );
    const clone = await post(
      CLONES,
      'VirtualMachineClone',
      cloneOf({ volumeNamePolicy: 'Magic' }),
    );
    expect(clone.body.message).toContain(
      'spec.volumeNamePolicy: Unsupported value: "Magic": supported values: "RandomizeNames", "PrefixTargetName"',
    );
  });

  it('crashes where virt-api crashes', async () => {
    const clone = await post(CLONES, 'VirtualMachineClone', {});
    const text =
      'failed calling webhook "virtualmachineclones-mutator.kubevirt.io": failed to call webhook: Post "https://virt-api.kubevirt.svc:6450/vm-clone-mutate-create?timeout=10s": EOF';
    expect(clone.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Internal error occurred: ${text}`,
      reason: 'InternalError',
      details: { causes: [{ message: text }] },
      code: 500,
    });
    sandbox.objects.create(snapshot(NS, 'no-status', 'web-01'));
    const restore = await call(sandbox, 'POST', RESTORES, {
      body: {
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineRestore',
        metadata: { name: 'early' },
        spec: {
          target: target('web-01'),
          virtualMachineSnapshotName: 'no-status',
        },
      },
    });
    expect(restore.status).toBe(500);
    expect(restore.body.message).toContain(`"${RESTORE_HOOK}"`);
    expect(restore.body.message).toMatch(/EOF$/);
    await until(
      'the late snapshot is ready',
      () =>
        sandbox.objects.get(snapshotRef(NS, 'no-status'))?.status?.readyToUse,
    );
  });

  it('gives a clone its target', async () => {
    const path = `${CLONES}?dryRun=All`;
    const body = {
      apiVersion: 'clone.kubevirt.io/v1beta1',
      kind: 'VirtualMachineClone',
      metadata: { name: 'z' },
      spec: { source },
    };
    const answer = await call(sandbox, 'POST', path, { body });
    expect(answer.status).toBe(201);
    expect(answer.body.spec.target).toEqual({
      ...VM,
      name: expect.stringMatching(/^clone-snap-1-[a-z0-9]{5}$/),
    });
  });

  it('blocks a second restore of a target, but not two within milliseconds', async () => {
    const body = (name: string) => ({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineRestore',
      metadata: { name },
      spec: { target: target('web-01'), virtualMachineSnapshotName: 'nope' },
    });
    const create = (name: string) =>
      sandbox.objects.create({
        ...body(name),
        metadata: { name, namespace: NS },
      });
    create('r-1');
    create('r-2');
    await sleep(30);
    const { body: denied } = await call(sandbox, 'POST', RESTORES, {
      body: body('r-3'),
    });
    expect(denied.message).toBe(
      `admission webhook "${RESTORE_HOOK}" denied the request: VirtualMachineRestore "r-1" in progress, VirtualMachineRestore "r-2" in progress`,
    );
    const kind = {
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineRestore',
      namespace: NS,
    };
    ['r-1', 'r-2'].forEach(name => sandbox.objects.remove({ ...kind, name }));
    await until('they are gone', () => sandbox.objects.list(kind).length === 0);
  });

  it('checks run strategies of machines', async () => {
    const { spec } = vm;
    const both = await post(MACHINES, 'VirtualMachine', {
      ...spec,
      running: true,
    });
    expect(both.body.message).toBe(
      `admission webhook "${VM_HOOK}" denied the request: Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead`,
    );
    const { runStrategy, ...none } = spec;
    expect(runStrategy).toBe('Halted');
    const neither = await post(MACHINES, 'VirtualMachine', none);
    expect(neither.body.message).toBe(
      `admission webhook "${VM_HOOK}" denied the request: RunStrategy must be specified`,
    );
  });

  it('lets a machine have one memory dump', async () => {
    const { spec } = vm;
    const dump = (name: string) => ({
      name,
      memoryDump: { claimName: name, hotpluggable: true },
    });
    const template = (...volumes: object[]) => ({
      ...spec,
      template: {
        ...spec.template,
        spec: {
          ...spec.template.spec,
          volumes: [...spec.template.spec.volumes, ...volumes],
        },
      },
    });
    const two = await post(
      MACHINES,
      'VirtualMachine',
      template(dump('a'), dump('b')),
    );
    expect(two.body).toMatchObject({
      code: 422,
      message: `admission webhook "${VM_HOOK}" denied the request: spec.template.spec.volumes must have max one memory dump volume set`,
      details: {
        causes: [
          {
            reason: 'FieldValueInvalid',
            field: 'spec.template.spec.volumes',
          },
        ],
      },
    });
    const one = await post(MACHINES, 'VirtualMachine', template(dump('a')));
    expect(one.status).toBe(201);
  });

  it('keeps a machine that is deleted under a snapshot until that is through', async () => {
    await createMachine(sandbox, NS, 'locked-01');
    const fault = sandbox.faults.addVolumeFault({
      namespace: NS,
      mode: 'hang',
    });
    sandbox.objects.create(snapshot(NS, 'holding', 'locked-01'));
    await until('it is locked', () =>
      sandbox.objects
        .get(vmRef(NS, 'locked-01'))
        ?.metadata.finalizers?.includes(
          'snapshot.kubevirt.io/snapshot-source-protection',
        ),
    );
    const path = `${MACHINES}/locked-01`;
    expect((await call(sandbox, 'DELETE', path)).status).toBe(200);
    await until(
      'it is terminating',
      () =>
        sandbox.objects.get(vmRef(NS, 'locked-01'))?.status.printableStatus ===
        'Terminating',
    );
    sandbox.faults.removeVolumeFault(fault);
    await until(
      'it is gone',
      () => !sandbox.objects.get(vmRef(NS, 'locked-01')),
    );
  });

  it('answers actions as virt-api does', async () => {
    await createMachine(sandbox, NS, 'act-01');
    const put = async (
      path: string,
      headers: Record<string, string> = {},
      body?: unknown,
    ) => {
      const answer = await call(sandbox, 'PUT', `${ACTIONS}/${path}`, {
        headers,
        body,
      });
      return [answer.status, answer.body.message ?? answer.body];
    };
    const vmPath = 'virtualmachines/act-01';
    const vmiPath = 'virtualmachineinstances/act-01';
    const vmRefused =
      'Operation cannot be fulfilled on virtualmachine.kubevirt.io "act-01": ';
    const vmiRefused =
      'Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "act-01": ';
    expect(
      await put(`${vmPath}/start`, { accept: 'application/json' }),
    ).toEqual([406, '406: Not Acceptable\n\nAvailable representations: ']);
    expect(await put(`${vmPath}/stop`)).toEqual([
      409,
      `${vmRefused}VM is not running`,
    ]);
    expect(await put(`${vmPath}/restart`)).toEqual([
      409,
      `${vmRefused}RunStategy Halted does not support manual restart requests`,
    ]);
    expect(await put('virtualmachines/nope/start')).toEqual([
      404,
      'virtualmachine.kubevirt.io "nope" not found',
    ]);
    expect(await put(`${vmiPath}/pause`)).toEqual([
      404,
      'virtualmachineinstance.kubevirt.io "act-01" not found',
    ]);
    await startMachine(sandbox, NS, 'act-01');
    expect(await put(`${vmPath}/start`)).toEqual([
      409,
      `${vmRefused}VM is already running`,
    ]);
    expect(await put(`${vmiPath}/unpause`)).toEqual([
      409,
      `${vmiRefused}VMI is not paused`,
    ]);
    expect(
      await put(`${vmiPath}/freeze`, {}, { unfreezeTimeout: '5m0s' }),
    ).toEqual([200, '']);
    expect(await put(`${vmiPath}/unfreeze`)).toEqual([200, '']);
    expect(await put(`${vmiPath}/pause`)).toEqual([200, '']);
    expect(await put(`${vmiPath}/pause`)).toEqual([
      409,
      `${vmiRefused}VMI is already paused`,
    ]);
    expect(await put(`${vmiPath}/unpause`)).toEqual([200, '']);
    expect(
      await put(`${vmPath}/stop`, { accept: 'application/json, */*' }),
    ).toEqual([202, '']);
    expect(await put(`${vmPath}/stop`)).toEqual([
      409,
      `${vmRefused}Halted only supports manual stop requests with a shorter graceperiod`,
    ]);
  });
});
