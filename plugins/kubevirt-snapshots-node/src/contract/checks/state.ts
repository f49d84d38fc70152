// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { stateVolumeOf } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClaimRecord,
  CreateRestoreInput,
  RestoreComparison,
  SnapshotRecord,
} from '../../cluster/types';
import { readStateClaim } from '../../cluster/claimCalls';
import { KubeClient } from '../../cluster/KubeClient';
import { AdminError } from '../AdminClient';
import {
  eventually,
  failsWith,
  isReady,
  madeVm,
  makeVm,
  needSnapshots,
  newIntent,
  remove,
  take,
  waitFor,
} from '../helpers';
import { clearRestore, power, restored } from '../restoreHelpers';
import { ContractCheck, ContractContext, MadeVm, Skipped } from '../types';

const NAME = 'stateful';
const STATE = stateVolumeOf(NAME);

/** The claim that KubeVirt keeps the state in. */
function stateClaim({ account, cluster, namespace }: ContractContext) {
  const client = KubeClient.create({ cluster, transport: account });
  return readStateClaim(client, { cluster, namespace, name: NAME });
}

/** What an earlier check made: the VM, its snapshot, and that the snapshot holds the state. */
function source(context: ContractContext): {
  vm: MadeVm;
  record: SnapshotRecord;
} {
  const vm = madeVm(context, NAME);
  const { cluster, namespace, service } = context;
  const record = service.snapshot({ cluster, namespace, name: NAME });
  if (!record || !isReady(record)) {
    throw new Skipped('an earlier check could not take the snapshot');
  }
  if (!record.facts.includedVolumes?.includes(STATE)) {
    throw new Skipped(
      'the storage that this cluster keeps TPM state on cannot snapshot',
    );
  }
  return { vm, record };
}

async function comparisonOf(
  context: ContractContext,
): Promise<RestoreComparison> {
  const { vm, record } = source(context);
  const comparison = await context.service.compare(record, vm.ref);
  assert.ok(comparison);
  return comparison;
}

async function restore(
  context: ContractContext,
  name: string,
  more: Partial<CreateRestoreInput> = {},
) {
  const { vm, record } = source(context);
  return await context.service.createRestore(newIntent(), {
    ref: vm.ref,
    vmUid: vm.uid,
    name,
    snapshotName: record.name,
    volumes: 'new-names',
    ownership: 'Vm',
    labels: {},
    annotations: {},
    ...more,
  });
}

async function claimIsGone(
  { service, patience, cluster, namespace }: ContractContext,
  { name, uid }: ClaimRecord,
): Promise<void> {
  await eventually(
    `claim ${name} is gone`,
    async () =>
      !(
        await service.getClaims({ cluster, namespace }, [name])
      ).some(claim => claim.uid === uid),
    patience,
  );
}

/** TPM and EFI state: a disk that is in no list of volumes. */
export const stateChecks: ContractCheck[] = [
  {
    name: 'tells a VM that keeps TPM state, which KubeVirt does not lock before its first start, nor says why',
    async run(context) {
      const { service } = context;
      const vm = await makeVm(context, NAME, undefined, manifest => {
        manifest.spec.template.spec.domain.devices.tpm = { persistent: true };
      }).catch(error => {
        throw error instanceof AdminError
          ? new Skipped(`no VM keeps TPM state here (${error.message})`)
          : error;
      });
      assert.equal(service.vm(vm.ref)?.keepsState, true);
      await take(context, vm, 'too-soon');
      const { facts } = await waitFor(
        context,
        'too-soon',
        'was looked at',
        ({ facts: { conditions } }) => conditions?.length,
      );
      assert.equal(facts.phase, 'InProgress');
      assert.equal(
        facts.conditions?.find(({ type }) => type === 'Progressing')?.reason,
        'Source not locked',
      );
      assert.equal(
        (await service.getVm(vm.ref))?.snapshotInProgress,
        undefined,
      );
      await remove(context, 'too-soon');
    },
  },
  {
    name: 'finds TPM state by its label, and captured under the name that KubeVirt gives it',
    async run(context) {
      const { admin, namespace, service, patience } = context;
      const vm = madeVm(context, NAME);
      needSnapshots(context, vm);
      try {
        await power(context, vm, 'start');
        await eventually(
          'KubeVirt has made a claim for the state',
          async () => (await stateClaim(context))?.phase === 'Bound',
          patience,
        );
      } catch (error) {
        throw new Skipped(`the VM does not start here (${error})`);
      }
      await power(context, vm, 'stop');
      const claim = await stateClaim(context);
      assert.ok(claim);
      assert.equal(claim.stateOf, NAME);
      assert.deepEqual(await service.getClaimUsers(claim), [
        `It holds the TPM or EFI state of VM ${NAME}.`,
      ]);
      await take(context, vm, NAME);
      await waitFor(context, NAME, 'is ready', isReady);
      const { status } = await admin.get({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineSnapshot',
        namespace,
        name: NAME,
      });
      const { includedVolumes = [], excludedVolumes = [] } =
        status.snapshotVolumes;
      assert.ok(
        [...includedVolumes, ...excludedVolumes].includes(STATE),
        `${STATE} is neither captured nor left out`,
      );
    },
  },
  {
    name: 'tells the claim of TPM state in a review, beside the captured one',
    async run(context) {
      const { content, state, current, captured } = await comparisonOf(context);
      assert.deepEqual(
        content.disks.map(({ name }) => name),
        [STATE, 'root'],
      );
      assert.deepEqual(state, {
        volume: STATE,
        claim: (await stateClaim(context))?.name,
        leaves: false,
      });
      for (const volumes of [current, captured]) {
        assert.deepEqual(
          volumes.map(({ volume }) => volume),
          ['root'],
        );
      }
    },
  },
  {
    name: 'tells that a VM with TPM state has no copies, and KubeVirt makes none',
    async run(context) {
      const { service, cluster, namespace, patience } = context;
      const { vm, record } = source(context);
      const plan = await service.copies.getPlan(record);
      assert.equal(plan?.backendStorage, true);
      assert.deepEqual(
        plan.disks.map(({ name }) => name),
        ['root'],
      );
      assert.deepEqual(plan.uncaptured, []);
      assert.ok(plan.dropped.some(({ code }) => code === 'tpm-state'));
      if (!(await service.copies.readApis(cluster)).clone) {
        throw new Skipped('this cluster has no API for clones');
      }
      const address = { cluster, namespace, name: `clone-${NAME}` };
      await service.copies.createClone(newIntent(), {
        name: address.name,
        snapshot: record,
        source: vm.ref,
        sourceUid: vm.uid,
        target: `${NAME}-copy`,
        macAddresses: {},
        labels: {},
        keepAnnotations: false,
        keepInstanceLabels: false,
      });
      const failed = await eventually(
        'the clone has failed',
        async () => {
          const now = await service.copies.getClone(address);
          return now?.state === 'failed' && now;
        },
        patience,
      );
      // Its status forgets the reason within milliseconds.
      assert.equal(
        await service.copies.getCloneTrouble(address, failed),
        `Clone of source with backendstorage is not supported: snapshot ${namespace}/${NAME}`,
      );
      await service.copies.deleteClone(newIntent(), address, failed);
    },
  },
  {
    name: 'has TPM state restored to no other VM',
    async run(context) {
      const { cluster, namespace } = context;
      const error = await failsWith(
        restore(context, 'elsewhere', {
          ref: { cluster, namespace, name: 'elsewhere' },
          vmUid: randomUUID(),
        }),
        'refused',
      );
      assert.match(
        error.message,
        /Restore to a different VM is not supported when snapshotted VM has backend storage/,
      );
    },
  },
  {
    name: 'brings TPM state back with the disks, and has the old claim removed',
    async run(context) {
      const { service, patience } = context;
      const { vm } = source(context);
      const old = (await stateClaim(context))!;
      const created = await restore(context, 'state-back');
      const done = await restored(context, 'state-back', 'succeeded');
      assert.deepEqual(done.volumes.map(({ volume }) => volume).sort(), [
        STATE,
        'root',
      ]);
      const claim = await eventually(
        'the restored claim is the one with the state',
        async () => {
          const now = await stateClaim(context);
          return now?.uid !== old.uid && now;
        },
        patience,
      );
      assert.equal(
        claim.name,
        done.volumes.find(({ volume }) => volume === STATE)?.claim,
      );
      assert.equal(claim.madeBy, `state-back-${created.uid}`);
      await claimIsGone(context, old);
      const live = await service.getVm(vm.ref);
      assert.deepEqual(
        live?.claims.map(({ volume }) => volume),
        ['root'],
      );
      await clearRestore(context, 'state-back');
    },
  },
  {
    name: 'knows when a restore of TPM state would never end: the VM has no claim for it',
    async run(context) {
      const { service, patience } = context;
      const { vm } = source(context);
      const claim = (await stateClaim(context))!;
      await context.admin.delete({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.namespace,
        name: claim.name,
      });
      await claimIsGone(context, claim);
      const { state } = await comparisonOf(context);
      assert.deepEqual(state, { volume: STATE, leaves: false });
      await restore(context, 'endless');
      const address = { ...vm.ref, name: 'endless' };
      const stuck = await eventually(
        'KubeVirt says what it misses, or is through',
        () => {
          const record = service.restore(address);
          // A healthy one may show another error for some milliseconds.
          return record &&
            (/no backend PVC/.test(record.error ?? '') ||
              record.state !== 'running')
            ? record
            : undefined;
        },
        patience,
        () => service.restore(address)?.message,
      );
      assert.equal(stuck.state, 'running');
      await clearRestore(context, 'endless');
      await eventually(
        'the VM is free',
        () => !service.vm(vm.ref)?.restoreInProgress,
        patience,
      );
    },
  },
];
