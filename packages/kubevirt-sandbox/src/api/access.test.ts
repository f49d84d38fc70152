// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { call } from '../testing/http';
import type { Sandbox } from '../types';

const MANIFEST = `
apiVersion: v1
kind: Namespace
metadata: { name: robots }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: robots }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: read-snapshots }
rules:
  - apiGroups: [snapshot.kubevirt.io]
    resources: [virtualmachinesnapshots]
    verbs: [get, list, watch]
  - apiGroups: [snapshot.kubevirt.io]
    resources: [virtualmachinerestores]
    verbs: [create, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: read-snapshots }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: read-snapshots }
subjects:
  - { kind: ServiceAccount, name: reader, namespace: robots }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: starter, namespace: default }
rules:
  - apiGroups: [subresources.kubevirt.io]
    resources: [virtualmachines/start]
    verbs: [update]
    resourceNames: [web-01]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: starter, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: starter }
subjects:
  - { kind: ServiceAccount, name: reader, namespace: robots }
`;

const USER = 'system:serviceaccount:robots:reader';
const SNAPSHOTS =
  '/apis/snapshot.kubevirt.io/v1beta1/namespaces/default/virtualmachinesnapshots';
const START =
  '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines';

describe('authentication and authorization', () => {
  let sandbox: Sandbox;
  let token: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'access' });
    await sandbox.applyManifests(MANIFEST);
    token = sandbox.serviceAccountToken('robots', 'reader');
  });

  afterAll(() => sandbox.stop());

  it('refuses bad tokens and treats none as anonymous', async () => {
    for (const bad of ['nonsense', `${token}x`, token.slice(0, -4)]) {
      const { status, body } = await call(sandbox, 'GET', SNAPSHOTS, {
        token: bad,
      });
      expect(status).toBe(401);
      expect(body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Unauthorized',
        reason: 'Unauthorized',
        code: 401,
      });
    }
    const { body } = await call(sandbox, 'GET', SNAPSHOTS, { token: null });
    expect(body.message).toBe(
      'virtualmachinesnapshots.snapshot.kubevirt.io is forbidden: User "system:anonymous" cannot list resource "virtualmachinesnapshots" in API group "snapshot.kubevirt.io" in the namespace "default"',
    );
  });

  it('allows what roles allow and refuses the rest in Kubernetes words', async () => {
    expect((await call(sandbox, 'GET', SNAPSHOTS, { token })).status).toBe(200);
    const { status, body } = await call(sandbox, 'DELETE', `${SNAPSHOTS}/s`, {
      token,
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      `virtualmachinesnapshots.snapshot.kubevirt.io "s" is forbidden: User "${USER}" cannot delete resource "virtualmachinesnapshots" in API group "snapshot.kubevirt.io" in the namespace "default"`,
    );
    expect(body.details).toEqual({
      name: 's',
      group: 'snapshot.kubevirt.io',
      kind: 'virtualmachinesnapshots',
    });
    const cluster = await call(sandbox, 'GET', '/api/v1/namespaces', { token });
    expect(cluster.body.message).toBe(
      `namespaces is forbidden: User "${USER}" cannot list resource "namespaces" in API group "" at the cluster scope`,
    );
  });

  it('honours resource names of subresources', async () => {
    const allowed = await call(sandbox, 'PUT', `${START}/web-01/start`, {
      token,
    });
    expect(allowed.body.message).toBe(
      'virtualmachine.kubevirt.io "web-01" not found',
    );
    const other = await call(sandbox, 'PUT', `${START}/web-02/start`, {
      token,
    });
    expect(other.body.message).toBe(
      `virtualmachines.subresources.kubevirt.io "web-02" is forbidden: User "${USER}" cannot update resource "virtualmachines/start" in API group "subresources.kubevirt.io" in the namespace "default"`,
    );
  });

  it('answers reviews with the reason', async () => {
    const ask = (verb: string) =>
      call(
        sandbox,
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          token,
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: {
              resourceAttributes: {
                namespace: 'default',
                verb,
                group: 'snapshot.kubevirt.io',
                resource: 'virtualmachinesnapshots',
              },
            },
          },
        },
      );
    expect((await ask('list')).body.status).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "read-snapshots" of ClusterRole "read-snapshots" to ServiceAccount "robots/reader"',
    });
    const denied = await ask('create');
    expect(denied.status).toBe(201);
    expect(denied.body.status).toEqual({ allowed: false });
    const rules = await call(
      sandbox,
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      { token, body: { spec: { namespace: 'default' } } },
    );
    expect(rules.body.status.resourceRules).toContainEqual({
      verbs: ['get', 'list', 'watch'],
      apiGroups: ['snapshot.kubevirt.io'],
      resources: ['virtualmachinesnapshots'],
    });
  });

  it('issues tokens that work until the account goes', async () => {
    await sandbox.applyManifests(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: short, namespace: robots }
`);
    const { status, body } = await call(
      sandbox,
      'POST',
      '/api/v1/namespaces/robots/serviceaccounts/short/token',
      { body: { spec: { expirationSeconds: 600 } } },
    );
    expect(status).toBe(201);
    const issued = body.status.token;
    expect(
      (await call(sandbox, 'GET', SNAPSHOTS, { token: issued })).body.message,
    ).toContain('system:serviceaccount:robots:short');
    sandbox.objects.remove({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: 'robots',
      name: 'short',
    });
    expect(
      (await call(sandbox, 'GET', SNAPSHOTS, { token: issued })).status,
    ).toBe(401);
    expect(() => sandbox.serviceAccountToken('robots', 'nobody')).toThrow(
      'There is no service account robots/nobody',
    );
  });

  it('impersonates only for those who may', async () => {
    const headers = { 'impersonate-user': 'somebody' };
    const denied = await call(sandbox, 'GET', SNAPSHOTS, { token, headers });
    expect(denied.body.message).toBe(
      `users "somebody" is forbidden: User "${USER}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
    const allowed = await call(sandbox, 'GET', SNAPSHOTS, { headers });
    expect(allowed.body.message).toContain('User "somebody" cannot list');
    const account = await call(sandbox, 'GET', SNAPSHOTS, {
      headers: { 'impersonate-user': USER },
    });
    expect(account.status).toBe(200);
  });

  it('asks who names an owner for rights on it, as OpenShift does', async () => {
    const owner = {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      name: 'web-01',
      uid: 'd3b07384-d9a0-4f3b-9c1e-0d0000000000',
    };
    const path =
      '/apis/snapshot.kubevirt.io/v1beta1/namespaces/default/virtualmachinerestores';
    const create = (name: string, ownerReferences: object[]) =>
      call(sandbox, 'POST', `${path}?dryRun=All`, {
        token,
        body: {
          apiVersion: 'snapshot.kubevirt.io/v1beta1',
          kind: 'VirtualMachineRestore',
          metadata: { name, ownerReferences },
          spec: {
            target: {
              apiGroup: 'kubevirt.io',
              kind: 'VirtualMachine',
              name: 'web-01',
            },
            virtualMachineSnapshotName: 'none',
          },
        },
      });
    const refused = await create('owned', [
      { ...owner, blockOwnerDeletion: true },
    ]);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      reason: 'Forbidden',
      message:
        'virtualmachinerestores.snapshot.kubevirt.io "owned" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
      details: {
        name: 'owned',
        group: 'snapshot.kubevirt.io',
        kind: 'virtualmachinerestores',
      },
    });
    expect((await create('owned', [owner])).status).toBe(201);
    await call(sandbox, 'POST', path, {
      body: {
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineRestore',
        metadata: { name: 'free' },
        spec: {
          target: {
            apiGroup: 'kubevirt.io',
            kind: 'VirtualMachine',
            name: 'web-01',
          },
          virtualMachineSnapshotName: 'none',
        },
      },
    });
    const patch = (metadata: object) =>
      call(sandbox, 'PATCH', `${path}/free?dryRun=All`, {
        token,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata },
      });
    expect((await patch({ labels: { a: 'b' } })).status).toBe(200);
    const changed = await patch({ ownerReferences: [owner] });
    expect(changed.status).toBe(403);
    expect(changed.body.message).toMatch(
      /cannot set an ownerRef on a resource you can't delete/,
    );
  });

  it('keeps its own control surface to the admin', async () => {
    expect(
      (await call(sandbox, 'GET', '/sandbox/faults', { token })).status,
    ).toBe(403);
    expect((await call(sandbox, 'GET', '/sandbox/info')).body.name).toBe(
      'access',
    );
  });
});
