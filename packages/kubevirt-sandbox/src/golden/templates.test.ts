// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { call, until } from '../testing/http';
import {
  createMachine,
  snapshot,
  snapshotRef,
  vmRef,
} from '../testing/machines';
import type { Sandbox } from '../types';

const NS = 'templates';
const GROUP = `/apis/template.kubevirt.io/v1beta1/namespaces/${NS}`;
const TEMPLATES = `${GROUP}/virtualmachinetemplates`;

describe('templates', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'templates', speed: 50 });
    await createMachine(sandbox, NS, 'web-01');
    sandbox.objects.create(snapshot(NS, 'snap-1', 'web-01'));
    await until(
      'it is ready',
      () => sandbox.objects.get(snapshotRef(NS, 'snap-1'))?.status?.readyToUse,
    );
  });
  afterAll(() => sandbox.stop());
  afterEach(() => sandbox.faults.clear());

  const dv = (name: string) => ({
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    namespace: NS,
    name,
  });
  const phase = (name: string) => sandbox.objects.get(dv(name))?.status?.phase;

  function volumeSnapshot(): string {
    const [first] = sandbox.objects.list({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      namespace: NS,
    });
    return first.metadata.name!;
  }

  function copyOfDisk(name: string, more: { storageClass?: string } = {}) {
    return sandbox.objects.create({
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name,
        namespace: NS,
        ...(more.storageClass && {
          annotations: {
            'cdi.kubevirt.io/storage.bind.immediate.requested': '',
          },
        }),
      },
      spec: {
        source: { snapshot: { namespace: NS, name: volumeSnapshot() } },
        storage: more.storageClass
          ? { storageClassName: more.storageClass }
          : {},
      },
    });
  }

  it('fills a DataVolume from a VolumeSnapshot, with its size', async () => {
    copyOfDisk('disk-1');
    await until('it is filled', () => phase('disk-1') === 'Succeeded');
    const claim = sandbox.objects.get({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: NS,
      name: 'disk-1',
    })!;
    expect(claim.spec.resources.requests.storage).toBe('1Gi');
    expect(claim.spec.dataSource).toMatchObject({
      kind: 'VolumeSnapshot',
      name: volumeSnapshot(),
    });
    expect(claim.status.phase).toBe('Bound');
  });

  it.each([
    [
      { source: { snapshot: { name: 'x' } } },
      422,
      'spec.source.snapshot.namespace: Required value',
    ],
    [
      { storage: { resources: { requests: { storage: '1 Gi' } } } },
      422,
      'spec.storage.resources.requests.storage: Invalid value: "1 Gi": spec.storage.resources.requests.storage in body should match',
    ],
    [
      { storage: { size: '1Gi' } },
      400,
      'strict decoding error: unknown field "spec.storage.size"',
    ],
  ])('takes no DataVolume such as %j', async (spec, status, message) => {
    const answer = await call(
      sandbox,
      'POST',
      `/apis/cdi.kubevirt.io/v1beta1/namespaces/${NS}/datavolumes?fieldValidation=Strict`,
      {
        body: {
          apiVersion: 'cdi.kubevirt.io/v1beta1',
          kind: 'DataVolume',
          metadata: { name: 'odd' },
          spec,
        },
      },
    );
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });

  it('binds at once where that was asked for, without a consumer', async () => {
    copyOfDisk('disk-now', { storageClass: 'fast-wffc' });
    await until('it is filled', () => phase('disk-now') === 'Succeeded');
  });

  it('fails a DataVolume for good', async () => {
    sandbox.faults.addVolumeFault({
      claim: 'disk-bad',
      mode: 'import-error',
      message: 'no space left in pool',
    });
    copyOfDisk('disk-bad');
    await until('it failed', () => phase('disk-bad') === 'Failed');
    sandbox.faults.clear();
    const { conditions } = sandbox.objects.get(dv('disk-bad'))!.status;
    expect(
      conditions.find((entry: any) => entry.type === 'Running'),
    ).toMatchObject({ reason: 'Error', message: 'no space left in pool' });
  });

  const body = (name: string, parameters: object[]) => ({
    apiVersion: 'template.kubevirt.io/v1beta1',
    kind: 'VirtualMachineTemplate',
    metadata: { name, namespace: NS },
    spec: {
      parameters,
      virtualMachine: {
        metadata: { name: '${NAME}', namespace: NS },
        spec: {
          runStrategy: 'Halted',
          template: {
            spec: {
              domain: {
                cpu: { cores: '${{CORES}}' },
                memory: { guest: '256Mi' },
                devices: {},
              },
            },
          },
        },
      },
    },
  });

  const post = (path: string, json: object) =>
    call(sandbox, 'POST', path, { body: json });

  it('makes a machine of a template', async () => {
    const made = await post(
      TEMPLATES,
      body('small', [
        { name: 'NAME', required: true },
        { name: 'CORES', value: '2' },
      ]),
    );
    expect(made.status).toBe(201);
    await until('it is ready', () => {
      const template = sandbox.objects.get({
        apiVersion: 'template.kubevirt.io/v1beta1',
        kind: 'VirtualMachineTemplate',
        namespace: NS,
        name: 'small',
      });
      return template?.status?.conditions?.[0]?.status === 'True';
    });
    const action = (verb: string) =>
      `/apis/subresources.template.kubevirt.io/v1beta1/namespaces/${NS}/virtualmachinetemplates/small/${verb}`;
    expect((await post(action('process'), {})).status).toBe(422);
    const processed = await post(action('process'), {
      parameters: { NAME: 'new-01' },
    });
    expect(processed.body).toMatchObject({
      kind: 'ProcessedVirtualMachineTemplate',
      virtualMachine: {
        metadata: { name: 'new-01' },
        spec: { template: { spec: { domain: { cpu: { cores: 2 } } } } },
      },
    });
    expect(sandbox.objects.get(vmRef(NS, 'new-01'))).toBeUndefined();
    await post(action('create'), { parameters: { NAME: 'new-01' } });
    expect(sandbox.objects.get(vmRef(NS, 'new-01'))).toBeDefined();
  });

  it('refuses a parameter that nobody defined', async () => {
    const answer = await post(
      TEMPLATES,
      body('broken', [{ name: 'NAME', required: true }]),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('CORES');
  });

  it('asks for more rights for a request than for a template', async () => {
    await sandbox.applyManifests(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: maker, namespace: ${NS}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker, namespace: ${NS}}
rules:
  - apiGroups: [template.kubevirt.io]
    resources: [virtualmachinetemplates, virtualmachinetemplaterequests]
    verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: maker, namespace: ${NS}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: maker}
subjects: [{kind: ServiceAccount, name: maker, namespace: ${NS}}]
`);
    const token = sandbox.serviceAccountToken(NS, 'maker');
    const template = await call(sandbox, 'POST', TEMPLATES, {
      token,
      body: body('by-maker', [
        { name: 'NAME', required: true },
        { name: 'CORES', value: '1' },
      ]),
    });
    expect(template.status).toBe(201);
    const asked = await call(
      sandbox,
      'POST',
      `${GROUP}/virtualmachinetemplaterequests`,
      {
        token,
        body: {
          apiVersion: 'template.kubevirt.io/v1beta1',
          kind: 'VirtualMachineTemplateRequest',
          metadata: { name: 't-1', namespace: NS },
          spec: { virtualMachineRef: { namespace: NS, name: 'web-01' } },
        },
      },
    );
    expect(asked.status).toBe(403);
    expect(asked.body.message).toBe(
      `virtualmachinetemplaterequests.template.kubevirt.io "t-1" is forbidden: ValidatingAdmissionPolicy 'virt-template-vmtr-authz' with binding 'virt-template-vmtr-authz' denied request: User is not allowed to create DataVolumes in namespace ${NS}`,
    );
  });

  it.each([
    ['kubevirt', 200, 404],
    ['openshift', 404, 200],
    ['none', 404, 404],
  ] as const)(
    'with the API %s serves that alone',
    async (api, own, foreign) => {
      sandbox.faults.setTemplateApi(api);
      const status = async (path: string) =>
        (await call(sandbox, 'GET', path)).status;
      expect(await status(TEMPLATES)).toBe(own);
      expect(await status('/apis/template.kubevirt.io/v1beta1')).toBe(own);
      expect(
        await status(
          `/apis/template.openshift.io/v1/namespaces/${NS}/templates`,
        ),
      ).toBe(foreign);
      expect(await status('/apis/template.openshift.io/v1')).toBe(foreign);
    },
  );
});
