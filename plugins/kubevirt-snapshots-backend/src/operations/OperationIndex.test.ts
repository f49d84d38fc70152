// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { DatabaseOperationStore } from './DatabaseOperationStore';
import { OperationIndex } from './OperationIndex';

jest.setTimeout(60_000);

const logger = mockServices.logger.mock();

describe.each(databases.eachSupportedId())('operation index on %s', id => {
  const started: OperationIndex[] = [];
  afterEach(() => started.splice(0).forEach(index => index.stop()));

  async function twoReplicas() {
    const base = await setUp(id);
    const otherStore = new DatabaseOperationStore({ ...base, logger });
    const start = async (store: DatabaseOperationStore) => {
      const index = new OperationIndex({ store, logger });
      started.push(index);
      await index.start();
      return index;
    };
    return {
      ...base,
      here: await start(base.store),
      there: await start(otherStore),
    };
  }

  it("shows one's own changes at once and another replica's within a second", async () => {
    const { store, here, there } = await twoReplicas();
    const heard = new Promise(resolve => there.subscribe(resolve));
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    expect(here.ofVm(FakeCluster.ref)).toEqual([operation]);
    expect(here.revisionOf(FakeCluster.ref)).toBe(operation.revision);
    const begun = Date.now();
    await heard;
    expect(Date.now() - begun).toBeLessThan(1000);
    expect(there.ofVm(FakeCluster.ref)).toEqual([operation]);
  });

  it('knows at once what it is asked for by revision', async () => {
    const { store, there } = await twoReplicas();
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    await there.catchUp(operation.revision);
    expect(there.ofVm(FakeCluster.ref)).toEqual([operation]);
  });

  it('never goes back to an older state of an operation', async () => {
    const { store, here } = await twoReplicas();
    const { operation } = await store.accept(acceptOptions('take', 's1'));
    await store.lease('a', 1);
    await store.update(operation.id, 'a', { snapshotUid: 'uid-1' });
    const last = await store.finish(operation.id, 'a', { state: 'succeeded' });
    await here.catchUp(last!.revision);
    expect(here.ofVm(FakeCluster.ref)).toEqual([last]);
    expect(here.authorOf('uid-1')).toBe('user:default/ada');
  });

  it('knows authors and open operations after a start', async () => {
    const { store } = await twoReplicas();
    const first = await store.accept(acceptOptions('take', 's1'));
    await store.lease('a', 1);
    await store.update(first.operation.id, 'a', { snapshotUid: 'uid-1' });
    await store.finish(first.operation.id, 'a', { state: 'succeeded' });
    const second = await store.accept(acceptOptions('take', 's2'));
    const index = new OperationIndex({ store, logger });
    started.push(index);
    await index.start();
    expect(index.authorOf('uid-1')).toBe('user:default/ada');
    expect(index.ofVm(FakeCluster.ref).map(o => o.id)).toContain(
      second.operation.id,
    );
  });
});
