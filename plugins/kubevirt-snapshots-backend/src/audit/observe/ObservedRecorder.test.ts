// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import { acceptOptions, databases, setUp } from '../../__testUtils__/databases';
import { FakeCluster } from '../../__testUtils__/FakeCluster';
import type { AuditRow } from '../types';
import { verifyDatabase } from '../verify/verifyDatabase';
import { PublicKeys } from '../signing/keys';
import { ObservedRecorder } from './ObservedRecorder';

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('observed changes on %s', id => {
  const recorders: ObservedRecorder[] = [];
  afterEach(async () => {
    await Promise.all(recorders.splice(0).map(one => one.stop()));
  });

  /** A snapshot that the portal has made, and two replicas that know it. */
  async function begin() {
    let offset = 0;
    const base = await setUp(id, () => offset);
    const { knex, store, trail } = base;
    const cluster = new FakeCluster();
    cluster.addVm({ uid: 'vm-uid' });
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    const record = cluster.addSnapshot('s1', {
      labels: { [LABEL_OPERATION]: operation.id },
    });
    await knex('operations').update({ lease_owner: 'a' });
    await store.update(operation.id, 'a', { snapshotUid: record.uid });
    await store.finish(operation.id, 'a', { state: 'succeeded' });
    const replica = () => {
      const recorder = new ObservedRecorder({
        ...base,
        cluster,
        logger: mockServices.logger.mock(),
      });
      recorders.push(recorder);
      void recorder.start();
      return recorder;
    };
    const both = [replica(), replica()];
    const look = async () => {
      await new Promise(resolve => setTimeout(resolve, 5));
      await Promise.all(both.map(one => one.round()));
    };
    const observed = async (): Promise<AuditRow[]> =>
      (
        await knex('audit_events').where({ kind: 'observed' }).orderBy('seq')
      ).map(row => JSON.parse(row.body));
    await look();
    expect(await observed()).toEqual([]);
    return {
      ...base,
      trail,
      cluster,
      record,
      operation,
      replica,
      look,
      observed,
      later: (ms: number) => {
        offset += ms;
      },
    };
  }

  it('writes one row over all replicas when a snapshot of ours disappears', async () => {
    const { cluster, look, observed, record, replica, knex } = await begin();
    cluster.removeSnapshot('s1');
    await look();
    await look();
    await replica().round();
    expect(await observed()).toEqual([
      {
        seq: 3,
        at: expect.any(Number),
        kind: 'observed',
        action: 'snapshot.disappeared',
        actor: 'cluster:east',
        origin: 'cluster',
        vm: {
          cluster: 'east',
          namespace: 'shop',
          name: 'web-01',
          uid: 'vm-uid',
          owners: ['group:default/team-a'],
        },
        snapshot: { name: 's1', uid: record.uid },
        once: `gone:${record.uid}`,
      },
    ]);
    const result = await verifyDatabase({ knex, keys: PublicKeys.fromPem([]) });
    expect(result.status).toBe('unsigned');
  });

  it('also when another one bears its name now, or it vanished while no replica ran', async () => {
    const { cluster, observed, replica, look } = await begin();
    await Promise.all(recorders.splice(0).map(one => one.stop()));
    cluster.removeSnapshot('s1');
    cluster.addSnapshot('s1');
    await look();
    await replica().round();
    expect(await observed()).toMatchObject([
      { action: 'snapshot.disappeared' },
    ]);
  });

  it('says what was changed, from what to what, once, and not for its status', async () => {
    const { cluster, record, look, observed } = await begin();
    cluster.changeSnapshot('s1', { facts: { phase: 'Failed' }, cutAt: 'x' });
    await look();
    expect(await observed()).toEqual([]);
    cluster.changeSnapshot('s1', {
      labels: { ...record.labels, 'kubevirt-snapshots/vm-uid': 'forged' },
      annotations: { description: 'mine now' },
      deletionPolicy: 'Retain',
    });
    await look();
    await look();
    expect(await observed()).toMatchObject([
      {
        action: 'snapshot.changed',
        before: { deletionPolicy: '' },
        after: {
          deletionPolicy: 'Retain',
          'label kubevirt-snapshots/vm-uid': 'forged',
          'annotation description': 'mine now',
        },
      },
    ]);
    cluster.changeSnapshot('s1', { annotations: {} });
    await look();
    expect((await observed())[1]).toMatchObject({
      before: { 'annotation description': 'mine now' },
    });
    expect(await observed()).toHaveLength(2);
  });

  it('is silent about what an operation of ours did', async () => {
    const { cluster, record, store, look, observed, knex } = await begin();
    const { operation } = await store.accept(
      acceptOptions('delete', 's1', { snapshotUid: record.uid }),
    );
    cluster.removeSnapshot('s1');
    await look();
    await knex('operations')
      .where({ id: operation.id })
      .update({ lease_owner: 'a', attempts: 1 });
    await store.finish(operation.id, 'a', { state: 'succeeded' });
    await look();
    await look();
    expect(await observed()).toEqual([]);
    expect(await knex('audit_watched')).toMatchObject([{}]);
    expect(Boolean((await knex('audit_watched').first()).gone)).toBe(true);
  });

  it('does not take a deletion that was never sent for its own', async () => {
    const { cluster, record, store, look, observed, knex } = await begin();
    const { operation } = await store.accept(
      acceptOptions('delete', 's1', { snapshotUid: record.uid }),
    );
    await knex('operations')
      .where({ id: operation.id })
      .update({ lease_owner: 'a' });
    await store.finish(operation.id, 'a', { state: 'failed' });
    cluster.removeSnapshot('s1');
    await look();
    expect(await observed()).toMatchObject([
      { action: 'snapshot.disappeared' },
    ]);
  });

  it('proves an absence by asking the cluster, and waits while that is away', async () => {
    const { cluster, look, observed } = await begin();
    const snapshot = cluster.snapshot.bind(cluster);
    // A cache that is behind.
    cluster.snapshot = () => undefined;
    cluster.addVm({ uid: 'vm-uid' });
    await look();
    expect(await observed()).toEqual([]);
    cluster.snapshot = snapshot;
    cluster.freshnessNow = { state: 'stale', asOf: 'x', message: 'away' };
    cluster.removeSnapshot('s1');
    await look();
    expect(await observed()).toEqual([]);
    cluster.freshnessNow = { state: 'live', asOf: 'x' };
    cluster.addVm({ uid: 'vm-uid' });
    await look();
    expect(await observed()).toHaveLength(1);
  });
});
