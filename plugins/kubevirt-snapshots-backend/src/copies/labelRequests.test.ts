// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { headers, startPlugin, vmEntity } from '../__testUtils__/startPlugin';

jest.setTimeout(60_000);

const DOOR = '/api/kubevirt-snapshots/entities/resource/default/web-01';

/**
 * KubeVirt puts every label on a copy that is asked for. Policies look at
 * labels, so a person who could set one would choose the policy.
 */
describe('labels of a copy', () => {
  let cluster: FakeCluster;
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let ask: (labels: object) => request.Test;

  beforeAll(async () => {
    cluster = new FakeCluster();
    const { uid } = cluster.addVm({ labels: { tier: 'prod' } });
    const snapshot = cluster.addSnapshot('s1');
    backend = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
    });
    const send = (method: 'get' | 'post') =>
      request(backend.server)
        [method](`${DOOR}/snapshots/s1/clone`)
        .set('authorization', headers.owner!);
    const review = await send('get').expect(200);
    ask = labels =>
      send('post').send({
        operationId: randomUUID(),
        vmUid: uid,
        snapshotUid: snapshot.uid,
        planHash: review.body.planHash,
        name: 'web-02',
        labels,
      });
  });
  afterAll(() => backend.stop());

  it.each([
    ['that of the source as it is now', 'tier'],
    ['one of ours', 'kubevirt-snapshots/owner'],
    ["one of KubeVirt's", 'kubevirt.io/domain'],
    ["one of Kubernetes'", 'app.kubernetes.io/instance'],
    [
      'one by which a tool finds what is its own',
      'argocd.argoproj.io/instance',
    ],
    ["one of Backstage's", 'backstage.io/kubernetes-id'],
  ])('are not %s', async (_, key) => {
    const { status, body } = await ask({ fine: 'yes', [key]: 'dev' });
    expect([status, body.error.details]).toEqual([
      400,
      expect.objectContaining({ code: 'label-reserved', field: 'labels' }),
    ]);
    expect(body.error.message).toContain(key);
    expect(cluster.calls).not.toContain('createClone');
  });

  it('are others, as far as Kubernetes takes them', async () => {
    const { status } = await ask({ due: '2026-11-22T03:00:00Z' });
    expect(status).toBe(400);
    expect((await ask({ fine: 'yes' })).status).toBe(202);
  });
});
