// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { ownersOf } from 'backstage-plugin-kubevirt-snapshots-node';
import { databases, setUp } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { CaptureRecorder } from './CaptureRecorder';

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('captures on %s', id => {
  const started: CaptureRecorder[] = [];
  afterEach(() => started.splice(0).forEach(recorder => recorder.stop()));

  async function begin() {
    const base = await setUp(id);
    const cluster = new FakeCluster();
    cluster.addVm({ uid: 'vm-1' });
    const start = async (seen = cluster) => {
      const recorder = new CaptureRecorder({
        ...base,
        cluster: seen,
        logger: mockServices.logger.mock(),
        ownersOf: vm => ownersOf(vm, { namespaceOwners: [] }),
      });
      started.push(recorder);
      await recorder.start();
      return recorder;
    };
    const rows = async (count: number) => {
      for (;;) {
        const found = await base.knex('captured_snapshots');
        if (found.length >= count) {
          return found;
        }
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    };
    return { ...base, cluster, start, rows };
  }

  it('what was recorded first stands, whatever is edited later', async () => {
    const { cluster, start, rows } = await begin();
    const recorder = await start();
    cluster.addSnapshot('s1', { capturedVmUid: 'vm-1' });
    await rows(1);
    cluster.changeSnapshot('s1', {
      capturedVmUid: 'vm-2',
      capturedAnnotations: { 'kubevirt-snapshots/owner': 'team-b' },
    });
    const record = cluster.snapshot({ ...FakeCluster.ref, name: 's1' })!;
    const expected = { vmUid: 'vm-1', owners: ['group:default/team-a'] };
    await new Promise(resolve => setTimeout(resolve, 400));
    expect(recorder.of(record)).toEqual(expected);
    expect((await start()).of(record)).toEqual(expected);
    expect(await rows(1)).toHaveLength(1);
  });

  it('keeps the owners of then, also when the VM is another one by now', async () => {
    const { cluster, start, rows } = await begin();
    cluster.addSnapshot('of-a-former', {
      capturedVmUid: 'vm-0',
      capturedAnnotations: { 'kubevirt-snapshots/owner': 'team-b' },
    });
    await start();
    const [row] = await rows(1);
    expect([row.vm_uid, JSON.parse(row.owners)]).toEqual([
      'vm-0',
      ['group:default/team-b'],
    ]);
  });

  it('the first replica to record it is right', async () => {
    const { cluster, knex, start, rows } = await begin();
    const recorder = await start();
    await knex('captured_snapshots').insert({
      snapshot_uid: 'uid-1',
      cluster: 'east',
      namespace: 'shop',
      snapshot_name: 's1',
      vm_name: 'web-01',
      vm_uid: 'seen-by-another',
      owners: '[]',
      recorded_at: 1,
    });
    const record = cluster.addSnapshot('s1', {
      uid: 'uid-1',
      capturedVmUid: 'vm-1',
    });
    const end = Date.now() + 5_000;
    while (
      recorder.of(record)?.vmUid !== 'seen-by-another' &&
      Date.now() < end
    ) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(recorder.of(record)).toEqual({
      vmUid: 'seen-by-another',
      owners: [],
    });
    expect(await rows(1)).toHaveLength(1);
  });

  it('claims nothing of a snapshot whose content nobody has seen', async () => {
    const { cluster, start } = await begin();
    const recorder = await start();
    const record = cluster.addSnapshot('s1', { capturedVmUid: undefined });
    expect(recorder.of(record)).toBe(undefined);
  });
});
