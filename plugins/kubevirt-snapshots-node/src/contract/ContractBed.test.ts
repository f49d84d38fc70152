// SPDX-License-Identifier: Apache-2.0
import { KubeConfig } from '@kubernetes/client-node';
// The contract is run from the repository; it is in no build of this package.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { startSandbox } from 'kubevirt-sandbox';
import { ContractBed } from './ContractBed';

jest.setTimeout(60_000);

const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  name: 'backstage-kubevirt-snapshots',
};

/** Rights of a former version, given to somebody else. */
const FORMER = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: backstage-kubevirt-snapshots }
rules:
  - { apiGroups: [kubevirt.io], resources: [virtualmachines], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: backstage-kubevirt-snapshots }
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: backstage-kubevirt-snapshots
subjects:
  - { kind: ServiceAccount, name: somebody, namespace: default }
`;

describe('the bed of the contract suite', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;

  beforeEach(async () => {
    sandbox = await startSandbox({ name: 'bed' });
  });
  afterEach(() => sandbox.stop());

  async function bed(change: (text: string) => string = text => text) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(change(sandbox.kubeconfig()));
    return await ContractBed.create({ kubeConfig, patience: 20_000 });
  }
  const namespaces = () =>
    sandbox.objects
      .list({ apiVersion: 'v1', kind: 'Namespace' })
      .map(({ metadata }) => metadata.name)
      .filter(name => /contract|backstage/.test(name!));

  it('waits for rights that arrive late, and removes all that it made', async () => {
    const path = /\/virtualmachine|\/selfsubject/;
    const user =
      'system:serviceaccount:backstage-kubevirt-snapshots:kubevirt-snapshots';
    sandbox.faults.add({
      match: { path, user },
      action: {
        type: 'respond',
        status: 403,
        message:
          'virtualmachines.kubevirt.io is forbidden: User "u" cannot list resource "virtualmachines" in API group "kubevirt.io" at the cluster scope',
      },
      times: 4,
    });
    const made = await bed(text =>
      text.replace(sandbox.url, `${sandbox.url}/`),
    );
    expect(made.context.service.status('contract').state).toBe('live');
    expect(namespaces()).toHaveLength(2);
    expect(await made.tearDown()).toEqual([]);
    expect(namespaces()).toEqual([]);
    expect(sandbox.objects.get(ROLE)).toBeUndefined();
  });

  it('gives back rights that were there and differed', async () => {
    await sandbox.applyManifests(FORMER);
    const state = () => [
      sandbox.objects.get(ROLE)!.rules.length > 1,
      sandbox.objects.get({ ...ROLE, kind: 'ClusterRoleBinding' })!.subjects[0]
        .name,
    ];
    const made = await bed();
    expect(made.notes.join()).toMatch(/ClusterRole .* granted something else/);
    expect(state()).toEqual([true, 'kubevirt-snapshots']);
    expect(await made.tearDown()).toEqual([]);
    expect(state()).toEqual([false, 'somebody']);
  });

  it('names what it could not remove', async () => {
    const made = await bed();
    sandbox.faults.add({
      match: { method: 'DELETE', path: '/clusterroles/' },
      action: { type: 'respond', status: 500 },
    });
    expect(await made.tearDown()).toEqual([
      expect.stringMatching(
        /^ClusterRole backstage-kubevirt-snapshots is left: HTTP 500/,
      ),
    ]);
  });

  it.each(['proxy-url', 'tls-server-name'])(
    'takes no cluster that is reached by %s',
    async key => {
      await expect(
        bed(text => text.replace('server:', `${key}: http://x\n      server:`)),
      ).rejects.toThrow(`The kubeconfig reaches the cluster by ${key}`);
      expect(namespaces()).toEqual([]);
    },
  );
});
