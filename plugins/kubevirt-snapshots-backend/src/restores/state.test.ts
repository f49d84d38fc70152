// SPDX-License-Identifier: Apache-2.0
import type { RestoreComparison } from 'backstage-plugin-kubevirt-snapshots-node';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import type { VmAccess } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import { strayedVolumes } from '../views/notices';
import { LeftOverClaims } from './LeftOverClaims';
import type { RestoreConfig } from './config';
import { makePlan } from './plan';
import { stateProblem } from './stateRules';

const STATE = 'persistent-state-for-web-01';

/** State of TPM or EFI has a claim that is in no VM's list of volumes. */
describe('TPM or EFI state', () => {
  const withState = { name: STATE, ready: true };

  /** The plan of a restore, and what it was made from. */
  async function planOf(
    comparison: Partial<RestoreComparison>,
    options: { captured?: boolean; inPlace?: boolean } = {},
  ) {
    const cluster = new FakeCluster();
    cluster.addVm();
    const { captured = true, inPlace = false } = options;
    cluster.comparison = {
      content: {
        disks: [
          { name: 'root', ready: true },
          ...(captured ? [withState] : []),
        ],
        configuration: [],
      },
      ...comparison,
    };
    const record = cluster.addSnapshot('s1');
    const facts = {
      record,
      comparison: (await cluster.compare(record, FakeCluster.ref))!,
      restores: [],
      isOurs: () => true,
      takenNames: [],
      quota: [],
      newer: [],
      volumes: 'new-names' as const,
      config: { inPlace } as RestoreConfig,
    };
    return { plan: makePlan(facts), problem: stateProblem(facts.comparison) };
  }

  const state = { volume: STATE, claim: 'state-1', leaves: false };

  it('is replaced by a restore, its old claim deleted', async () => {
    const { plan, problem } = await planOf({ state });
    expect(plan.disks).toEqual([
      expect.objectContaining({
        name: STATE,
        fate: 'replaced',
        currentClaim: 'state-1',
        oldClaim: 'deleted',
      }),
      expect.objectContaining({ name: 'root', fate: 'replaced' }),
    ]);
    expect(plan.safety.volumes).toEqual([STATE, 'root']);
    expect(plan.safety.verdict.allowed).toBe(true);
    expect(problem).toBeUndefined();
  });

  it('that was not captured stays, and is told to be of another time', async () => {
    const { plan, problem } = await planOf({ state }, { captured: false });
    expect(plan.disks).toContainEqual({
      name: STATE,
      fate: 'stays',
      currentClaim: 'state-1',
    });
    expect(plan.warnings).toContainEqual({
      code: 'partial',
      message:
        'The TPM or EFI state was not captured and stays as it is, so the VM gets disks of different times.',
    });
    expect(plan.safety.volumes).toEqual(['root']);
    expect(problem).toBeUndefined();
  });

  it('that the captured VM does not keep is lost, so a safety snapshot has to hold it', async () => {
    const { plan } = await planOf(
      { state: { ...state, leaves: true } },
      { captured: false },
    );
    expect(plan.disks).toContainEqual({
      name: STATE,
      fate: 'leaves',
      currentClaim: 'state-1',
      oldClaim: 'deleted',
    });
    expect(plan.safety.volumes).toEqual([STATE, 'root']);
  });

  it('is not restored to a VM without a claim for it: that never ends', async () => {
    const { problem } = await planOf({
      state: { volume: STATE, leaves: false },
    });
    expect(problem).toMatch(/^The snapshot holds TPM or EFI state, and the VM/);
  });

  it('is not restored in place, where its claim would lose its label', async () => {
    const verdicts = async (captured: boolean) =>
      (
        await planOf({ state }, { captured, inPlace: true })
      ).plan.volumes.options.map(({ value, verdict }) => [
        value,
        verdict.allowed || verdict.code,
      ]);
    expect(await verdicts(true)).toEqual([
      ['new-names', true],
      ['in-place', 'backend-storage'],
    ]);
    expect(await verdicts(false)).toEqual([
      ['new-names', true],
      ['in-place', true],
    ]);
  });

  it('is no dump: that leaves the VM, and its claim stays', async () => {
    const { plan } = await planOf(
      {
        current: [
          { volume: 'root', claim: 'web-01-root', templated: true },
          { volume: 'dump', claim: 'dump', templated: false },
        ],
      },
      { captured: false },
    );
    expect(plan.disks).toContainEqual({
      name: 'dump',
      fate: 'leaves',
      currentClaim: 'dump',
      oldClaim: 'kept',
    });
    expect(plan.safety.volumes).toEqual(['root']);
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
