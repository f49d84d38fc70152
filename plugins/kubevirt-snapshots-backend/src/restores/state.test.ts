// SPDX-License-Identifier: Apache-2.0
import { FakeCluster } from '../__testUtils__/FakeCluster';
import type { VmAccess } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import { strayedVolumes } from '../views/notices';
import { LeftOverClaims } from './LeftOverClaims';
import { fatesOf } from './plan';

const STATE = 'persistent-state-for-web-01';

/** State of TPM or EFI has a claim that is in no VM's list of volumes. */
describe('TPM or EFI state', () => {
  it('is replaced by a restore, its old claim deleted', async () => {
    const cluster = new FakeCluster();
    cluster.addVm();
    cluster.comparison = {
      content: {
        disks: [
          { name: 'root', ready: true },
          { name: STATE, ready: true },
        ],
        configuration: [],
      },
    };
    const fates = async () =>
      fatesOf(
        (await cluster.compare(cluster.addSnapshot('s1'), FakeCluster.ref))!,
        'new-names',
        undefined,
      ).map(({ name, fate, oldClaim }) => [name, fate, oldClaim]);
    expect(await fates()).toEqual([
      [STATE, 'returns', undefined],
      ['root', 'replaced', 'deleted'],
    ]);
    cluster.comparison.stateVolume = STATE;
    expect(await fates()).toEqual([
      [STATE, 'replaced', 'deleted'],
      ['root', 'replaced', 'deleted'],
    ]);
  });

  it('is not told to be turned away, as it never was among the volumes', () => {
    const vm = new FakeCluster().addVm();
    const restore = (volume: string) =>
      ({
        progress: { notes: { disks: [{ name: volume, claim: 'restored' }] } },
      } as unknown as Operation);
    expect(strayedVolumes(vm, restore(STATE))).toEqual([]);
    expect(strayedVolumes(vm, restore('root'))).toHaveLength(1);
  });

  it('is no left-over of the restore that made it', async () => {
    const cluster = new FakeCluster();
    const vm = cluster.addVm();
    const { ref } = vm;
    const made = ['used-by-nobody', 'state'].map(claim => ({
      volume: claim,
      claim,
      uid: `uid-of-${claim}`,
    }));
    cluster.claimRecords = made.map(({ claim, uid }) => ({
      cluster: ref.cluster,
      namespace: ref.namespace,
      name: claim,
      uid,
      resourceVersion: '1',
      deleting: false,
      phase: 'Bound',
      createdAt: '2026-01-01T00:00:00Z',
      owners: [],
      ...(claim === 'state' && { stateOf: 'web-01' }),
    }));
    const claims = new LeftOverClaims({
      cluster,
      clock: { now: async () => Date.now() } as Clock,
      store: {
        restoresOf: async () => [
          { id: 'operation', finishedAt: 0, progress: { notes: { made } } },
        ],
      } as unknown as DatabaseOperationStore,
    });
    const access = { ref, vm, owners: [], can: () => true };
    const { items } = await claims.list(access as unknown as VmAccess);
    expect(items.map(({ name }) => name)).toEqual(['used-by-nobody']);
  });
});
