// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { call, sleep, until } from '../testing/http';
import { ensureNamespace, snapshot } from '../testing/machines';
import type { Sandbox } from '../types';

const NS = 'semantics';
const SNAPSHOTS = `/apis/snapshot.kubevirt.io/v1beta1/namespaces/${NS}/virtualmachinesnapshots`;
const CONFIG_MAPS = `/api/v1/namespaces/${NS}/configmaps`;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

describe('API semantics', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'api', speed: 100 });
    ensureNamespace(sandbox, NS);
  });

  afterAll(() => sandbox.stop());

  const post = (name: string, spec: object = {}, query = '') =>
    call(sandbox, 'POST', SNAPSHOTS + query, {
      body: snapshot(NS, name, 'nobody', spec),
    });

  it('answers a create with what the server sets', async () => {
    const { status, body } = await post('created');
    expect(status).toBe(201);
    expect(body.metadata).toMatchObject({
      generation: 1,
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      creationTimestamp: expect.stringMatching(/:\d\dZ$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
    });
    expect(body.status).toBeUndefined();
    expect(body.metadata.finalizers).toBeUndefined();
  });

  it.each([
    [
      'a missing object',
      () => call(sandbox, 'GET', `${SNAPSHOTS}/nope`),
      404,
      'virtualmachinesnapshots.snapshot.kubevirt.io "nope" not found',
    ],
    [
      'a second one of the same name',
      async () => {
        await post('twice');
        return post('twice');
      },
      409,
      'virtualmachinesnapshots.snapshot.kubevirt.io "twice" already exists',
    ],
    [
      'a bad name',
      () => post('X_1'),
      422,
      `VirtualMachineSnapshot.snapshot.kubevirt.io "X_1" is invalid: metadata.name: Invalid value: "X_1": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
    [
      'a time as a label',
      () =>
        call(sandbox, 'POST', SNAPSHOTS, {
          body: {
            ...snapshot(NS, 'bad-label', 'x'),
            metadata: {
              name: 'bad-label',
              labels: { due: '2026-11-22T03:00:00Z' },
            },
          },
        }),
      422,
      `VirtualMachineSnapshot.snapshot.kubevirt.io "bad-label" is invalid: metadata.labels: Invalid value: "2026-11-22T03:00:00Z": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
    [
      'a resourceVersion on create',
      () =>
        call(sandbox, 'POST', SNAPSHOTS, {
          body: {
            ...snapshot(NS, 'rv', 'x'),
            metadata: { name: 'rv', resourceVersion: '5' },
          },
        }),
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'a missing namespace',
      () =>
        call(sandbox, 'POST', SNAPSHOTS.replace(NS, 'no-such-ns'), {
          body: snapshot('no-such-ns', 'a', 'x'),
        }),
      404,
      'namespaces "no-such-ns" not found',
    ],
    [
      'another namespace in the body',
      () =>
        call(sandbox, 'POST', SNAPSHOTS, {
          body: snapshot('default', 'a', 'x'),
        }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'an unknown field when strict',
      () => post('strict', { disks: ['a'] }, '?fieldValidation=Strict'),
      400,
      'VirtualMachineSnapshot in version "v1beta1" cannot be handled as a VirtualMachineSnapshot: strict decoding error: unknown field "spec.disks"',
    ],
    [
      'a missing source',
      () =>
        call(sandbox, 'POST', SNAPSHOTS, {
          body: { ...snapshot(NS, 'x7', 'x'), spec: {} },
        }),
      422,
      'VirtualMachineSnapshot.snapshot.kubevirt.io "x7" is invalid: spec.source: Required value',
    ],
    [
      'a wrong type',
      () => post('typed', { failureDeadline: 5 }),
      422,
      'VirtualMachineSnapshot.snapshot.kubevirt.io "typed" is invalid: spec.failureDeadline: Invalid value: "integer": spec.failureDeadline in body must be of type string: "integer"',
    ],
    [
      'a field that cannot be selected by',
      () =>
        call(sandbox, 'GET', `${SNAPSHOTS}?fieldSelector=spec.source.name%3Dx`),
      400,
      'field label not supported: spec.source.name',
    ],
    [
      'an unknown version',
      () => call(sandbox, 'GET', SNAPSHOTS.replace('v1beta1', 'v9')),
      404,
      undefined,
    ],
  ] as const)('refuses %s', async (_what, send, code, message) => {
    const { status, body } = await send();
    expect(status).toBe(code);
    const text = message ?? '404 page not found\n';
    expect(body.message ?? body).toBe(text);
    expect(body.code ?? code).toBe(code);
  });

  it('warns about unknown fields and drops them', async () => {
    const { status, body, headers } = await post('warned', { disks: ['a'] });
    expect(status).toBe(201);
    expect(body.spec.disks).toBeUndefined();
    expect(headers.get('warning')).toBe(
      '299 - "unknown field \\"spec.disks\\""',
    );
  });

  it('stores nothing in a dry run', async () => {
    const { status, body } = await post('dry', {}, '?dryRun=All');
    expect(status).toBe(201);
    expect(body.metadata.uid).toBeDefined();
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect((await call(sandbox, 'GET', `${SNAPSHOTS}/dry`)).status).toBe(404);
  });

  it('generates names', async () => {
    const { body } = await call(sandbox, 'POST', SNAPSHOTS, {
      body: { ...snapshot(NS, '', 'x'), metadata: { generateName: 'auto-' } },
    });
    expect(body.metadata.name).toMatch(/^auto-[a-z0-9]{5}$/);
  });

  describe('on an existing object', () => {
    const at = (name: string) => `${SNAPSHOTS}/${name}`;

    async function settled(name: string) {
      await post(name);
      return until('it has a status', async () => {
        const { body } = await call(sandbox, 'GET', at(name));
        return body.status && body;
      });
    }

    it('refuses stale and missing versions', async () => {
      const object = await settled('put');
      const put = (resourceVersion?: string) =>
        call(sandbox, 'PUT', at('put'), {
          body: {
            ...object,
            metadata: { ...object.metadata, resourceVersion },
          },
        });
      expect((await put('1')).body).toMatchObject({
        code: 409,
        message:
          'Operation cannot be fulfilled on virtualmachinesnapshots.snapshot.kubevirt.io "put": the object has been modified; please apply your changes to the latest version and try again',
        details: { kind: 'virtualmachinesnapshots' },
      });
      expect((await put()).body).toMatchObject({
        code: 422,
        message:
          'virtualmachinesnapshots.snapshot.kubevirt.io "put" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
        details: { kind: 'virtualmachinesnapshots' },
      });
    });

    it('patches metadata without a new generation and ignores status', async () => {
      await settled('patched');
      const { status, body } = await call(sandbox, 'PATCH', at('patched'), {
        headers: MERGE,
        body: {
          metadata: { annotations: { description: 'before upgrade' } },
          status: { phase: 'Succeeded' },
        },
      });
      expect(status).toBe(200);
      expect(body.metadata.generation).toBe(1);
      expect(body.metadata.annotations.description).toBe('before upgrade');
      expect(body.status.phase).toBe('InProgress');
    });

    it('makes no new version when nothing changes', async () => {
      const object = await settled('same');
      const { body } = await call(sandbox, 'PATCH', at('same'), {
        headers: MERGE,
        body: { metadata: {} },
      });
      expect(body.metadata.resourceVersion).toBe(
        object.metadata.resourceVersion,
      );
    });

    it('refuses other kinds of patches and failing tests', async () => {
      await settled('patches');
      const strategic = await call(sandbox, 'PATCH', at('patches'), {
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
        body: {},
      });
      expect(strategic.body).toMatchObject({
        code: 415,
        message:
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      });
      const test = await call(sandbox, 'PATCH', at('patches'), {
        headers: JSON_PATCH,
        body: [{ op: 'test', path: '/metadata/name', value: 'zzz' }],
      });
      expect(test.body).toMatchObject({
        code: 422,
        reason: 'Invalid',
        message:
          'the server rejected our request due to an error in our request',
      });
    });

    it('checks preconditions of a delete', async () => {
      const object = await settled('pre');
      const remove = (preconditions: object) =>
        call(sandbox, 'DELETE', at('pre'), {
          body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions },
        });
      const uid = '00000000-0000-0000-0000-000000000000';
      expect((await remove({ uid })).body).toMatchObject({
        code: 409,
        message: `Operation cannot be fulfilled on VirtualMachineSnapshot.snapshot.kubevirt.io "pre": the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`,
        details: { kind: 'VirtualMachineSnapshot' },
      });
      expect(
        (await remove({ uid: object.metadata.uid, resourceVersion: '1' }))
          .status,
      ).toBe(409);
      const good = await remove({ uid: object.metadata.uid });
      expect(good.status).toBe(200);
      expect(good.body.kind).toBe('VirtualMachineSnapshot');
      expect(good.body.metadata).toMatchObject({
        generation: 2,
        deletionGracePeriodSeconds: 0,
        deletionTimestamp: expect.any(String),
      });
      const again = await post('pre');
      const busy =
        'object is being deleted: virtualmachinesnapshots.snapshot.kubevirt.io "pre" already exists';
      expect([undefined, busy]).toContain(again.body.message);
      await until(
        'it is gone',
        async () =>
          again.status === 201 ||
          (await call(sandbox, 'GET', at('pre'))).status === 404,
      );
    });

    it('serves it under the old version too', async () => {
      await settled('alpha');
      const { body } = await call(
        sandbox,
        'GET',
        at('alpha').replace('v1beta1', 'v1alpha1'),
      );
      expect(body.apiVersion).toBe('snapshot.kubevirt.io/v1alpha1');
    });
  });

  it('answers a delete without finalizers with a Status', async () => {
    await call(sandbox, 'POST', CONFIG_MAPS, {
      body: { metadata: { name: 'plain' }, data: {} },
    });
    const { body } = await call(sandbox, 'DELETE', `${CONFIG_MAPS}/plain`);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'plain', kind: 'configmaps', uid: expect.any(String) },
    });
  });

  it('lists with pages, selectors and the empty continue of custom resources', async () => {
    const ns = 'pages';
    ensureNamespace(sandbox, ns);
    const path = SNAPSHOTS.replace(NS, ns);
    for (const name of ['s-1', 's-2', 's-3']) {
      const object = snapshot(ns, name, 'x');
      object.metadata.labels = { n: name };
      sandbox.objects.create(object);
    }
    const first = (await call(sandbox, 'GET', `${path}?limit=2`)).body;
    expect(first.items.map((item: any) => item.metadata.name)).toEqual([
      's-1',
      's-2',
    ]);
    expect(first.metadata.remainingItemCount).toBe(1);
    sandbox.objects.create(snapshot(ns, 's-4', 'x'));
    const second = (
      await call(
        sandbox,
        'GET',
        `${path}?limit=2&continue=${first.metadata.continue}`,
      )
    ).body;
    expect(second.items.map((item: any) => item.metadata.name)).toEqual([
      's-3',
    ]);
    expect(second.metadata).toEqual({
      continue: '',
      resourceVersion: first.metadata.resourceVersion,
    });
    const labelled = await call(
      sandbox,
      'GET',
      `${path}?labelSelector=${encodeURIComponent('n in (s-1,s-3),n!=s-3')}`,
    );
    expect(labelled.body.items).toHaveLength(1);
    sandbox.faults.compact();
    const late = await call(
      sandbox,
      'GET',
      `${path}?limit=2&continue=${first.metadata.continue}`,
    );
    expect(late.status).toBe(410);
    expect(late.body.reason).toBe('Expired');
  });

  it('collects garbage both ways', async () => {
    const owner = sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owner', namespace: NS },
    });
    const dependent = (name: string, uid: string) =>
      sandbox.objects.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          namespace: NS,
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid },
          ],
        },
      });
    const get = (name: string) =>
      sandbox.objects.get({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: NS,
        name,
      });
    dependent('child', owner.metadata.uid!);
    dependent('stranger', '11111111-0000-0000-0000-000000000000');
    await until('the stranger is gone', () => !get('stranger'));
    expect(get('child')).toBeDefined();
    await call(sandbox, 'DELETE', `${CONFIG_MAPS}/owner`);
    await until('the child is gone', () => !get('child'));
  });

  it('gives a claim without a class the default one, and none when it asks for none', () => {
    const claim = (name: string, storageClassName?: string) =>
      sandbox.objects.create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, namespace: 'default' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          ...(storageClassName !== undefined && { storageClassName }),
        },
      }).spec.storageClassName;
    expect(claim('no-class')).toBe('fast');
    expect(claim('empty-class', '')).toBe('');
    expect(claim('own-class', 'local-path')).toBe('local-path');
  });

  it('counts quotas', async () => {
    ensureNamespace(sandbox, 'small');
    const name = 'count/virtualmachinesnapshots.snapshot.kubevirt.io';
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'small' },
      spec: { hard: { [name]: '0' } },
    });
    const { status, body } = await call(
      sandbox,
      'POST',
      SNAPSHOTS.replace(NS, 'small'),
      { body: snapshot('small', 'one', 'x') },
    );
    expect(status).toBe(403);
    expect(body.message).toBe(
      `virtualmachinesnapshots.snapshot.kubevirt.io "one" is forbidden: exceeded quota: q, requested: ${name}=1, used: ${name}=0, limited: ${name}=0`,
    );
  });

  it('offers discovery, version and health', async () => {
    const { body: groups } = await call(sandbox, 'GET', '/apis');
    expect(groups.groups.map((group: any) => group.name)).toEqual(
      expect.arrayContaining([
        'snapshot.kubevirt.io',
        'clone.kubevirt.io',
        'subresources.kubevirt.io',
      ]),
    );
    const { body: list } = await call(
      sandbox,
      'GET',
      '/apis/snapshot.kubevirt.io/v1beta1',
    );
    expect(list.resources[0]).toMatchObject({
      name: 'virtualmachinesnapshots',
      shortNames: ['vmsnapshot', 'vmsnapshots'],
    });
    const { body: version } = await call(sandbox, 'GET', '/version', {
      token: null,
    });
    expect(version.gitVersion).toBe('v1.36.0-kubevirt-sandbox');
    expect((await call(sandbox, 'GET', '/readyz')).body).toBe('ok');
  });

  it('shows metadata only when asked to', async () => {
    await post('meta');
    const { body } = await call(sandbox, 'GET', `${SNAPSHOTS}/meta`, {
      headers: {
        accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      },
    });
    expect(body.kind).toBe('PartialObjectMetadata');
    expect(body.spec).toBeUndefined();
  });

  it('empties a deleted namespace', async () => {
    ensureNamespace(sandbox, 'doomed');
    sandbox.objects.create(snapshot('doomed', 's', 'x'));
    await sleep(30);
    const { body } = await call(sandbox, 'DELETE', '/api/v1/namespaces/doomed');
    expect(body.status.phase).toBe('Terminating');
    await until(
      'it is gone',
      async () =>
        (await call(sandbox, 'GET', '/api/v1/namespaces/doomed')).status ===
        404,
    );
  });
});
