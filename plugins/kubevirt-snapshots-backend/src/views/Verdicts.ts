// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  snapshotClonePermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  snapshotProtectPermission,
  snapshotRestorePermission,
  snapshotTemplatePermission,
  stateVolumeOf,
  vmPowerPermission,
  type PowerAction,
  type Protection,
  type SnapshotVerdicts,
  type Verdict,
  type VmBusy,
  type VmVerdicts,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { ScheduleVerdictMaker } from '../scheduling/ScheduleVerdictMaker';
import type { SnapshotLimits } from '../scheduling/SnapshotLimits';
import { formerResource, type SnapshotRow } from './snapshotRow';
import { powerVerdict } from './powerVerdict';
import { allowed, busyReason, off } from './vmView';

/**
 * What a person may do to a VM and its snapshots as they are, each refusal with
 * its reason. The screen shows these; whoever acts is decided on anew.
 */
export class Verdicts {
  readonly #cluster: ClusterService;
  readonly #mutations: MutationSwitch;
  readonly #limits: SnapshotLimits;
  readonly #schedules: Pick<ScheduleVerdictMaker, 'create'>;
  /** Each row of a list asks for it, and an access is of one request. */
  readonly #anyChanges = new WeakMap<VmAccess, Verdict>();

  constructor(options: {
    cluster: ClusterService;
    mutations: MutationSwitch;
    limits: SnapshotLimits;
    schedules: Pick<ScheduleVerdictMaker, 'create'>;
  }) {
    this.#cluster = options.cluster;
    this.#mutations = options.mutations;
    this.#limits = options.limits;
    this.#schedules = options.schedules;
  }

  /** Verbs on the VM itself. */
  ofVm(access: VmAccess, busy: VmBusy | undefined): VmVerdicts {
    return {
      takeSnapshot: this.takeSnapshot(access, busy),
      start: this.power(access, 'start', busy),
      stop: this.power(access, 'stop', busy),
      restore: this.#restoreAny(access, busy),
      createSchedule: this.#schedules.create(access),
      stopClone: this.#stopCopy(access, snapshotClonePermission),
      stopTemplate: this.#stopCopy(access, snapshotTemplatePermission),
    };
  }

  /** What the step that it is in says to it comes with the operation. */
  #stopCopy(
    access: VmAccess,
    permission:
      | typeof snapshotClonePermission
      | typeof snapshotTemplatePermission,
  ): Verdict {
    return access.can(permission)
      ? this.#mutations.verdict(access.ref.cluster, access.actor)
      : off(
          'permission',
          `You may not stop what is made of ${access.ref.name}. ${askWhom(
            access.owners,
          )}`,
        );
  }

  takeSnapshot(access: VmAccess, busy: VmBusy | undefined): Verdict {
    const { ref, owners } = access;
    if (!access.can(snapshotCreatePermission)) {
      return off(
        'permission',
        `You may not take snapshots of ${ref.name}. ${askWhom(owners)}`,
      );
    }
    const general = this.#vmChange(access, busy);
    const full = this.#limits.refusal(ref);
    return general.allowed && full
      ? off('snapshot-limit', `${full}.`)
      : general;
  }

  power(
    access: VmAccess,
    action: PowerAction,
    busy: VmBusy | undefined,
  ): Verdict {
    const { ref, owners } = access;
    if (!access.can(vmPowerPermission)) {
      return off(
        'permission',
        `You may not ${action} ${ref.name}. ${askWhom(owners)}`,
      );
    }
    const general = this.#vmChange(access, busy);
    return general.allowed ? powerVerdict(access.vm, action) : general;
  }

  #restoreAny(access: VmAccess, busy: VmBusy | undefined): Verdict {
    const { ref, owners } = access;
    if (!access.can(snapshotRestorePermission)) {
      return off(
        'permission',
        `You may not restore ${ref.name}. ${askWhom(owners)}`,
      );
    }
    return this.#vmChange(access, busy);
  }

  /** What stands against any change of the VM, whatever it is. */
  #vmChange(access: VmAccess, busy: VmBusy | undefined): Verdict {
    const general = this.#anyChange(access);
    if (!general.allowed) {
      return general;
    }
    if (access.vm.deleting) {
      return off('vm-gone', `VM ${access.ref.name} is being deleted.`);
    }
    return busy ? off('vm-busy', busyReason(busy)) : allowed;
  }

  #restore(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
  ): Verdict {
    const { item } = row;
    const general = this.#restoreAny(access, busy);
    if (!general.allowed) {
      return general;
    }
    if (item.formerVm) {
      return off(
        'former-vm',
        `It is of a former VM of this name, and would overwrite ${access.ref.name} with it.`,
      );
    }
    if (item.state === 'deleting' || item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being removed.');
    }
    return item.state === 'ready'
      ? allowed
      : off('snapshot-not-ready', 'It is not ready to be restored.');
  }

  ofSnapshot(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
    protection: Protection | undefined,
  ): SnapshotVerdicts {
    const protect = this.#protect(row, access);
    return {
      stop: this.#stop(row, access),
      delete: this.#delete(row, access, busy, protection),
      restore: this.#restore(row, access, busy),
      clone: this.#copy('clone', row, access),
      template: this.#copy('template', row, access),
      protect,
      unprotect:
        protect.allowed && !protection
          ? off('snapshot-not-protected', 'It is not protected.')
          : protect,
    };
  }

  /**
   * Making something new from a snapshot. It doesn't touch the VM, so it may
   * be busy. What only the captured content tells is told by the review.
   */
  #copy(
    kind: 'clone' | 'template',
    row: SnapshotRow,
    access: VmAccess,
  ): Verdict {
    const { item, record } = row;
    const permission =
      kind === 'clone' ? snapshotClonePermission : snapshotTemplatePermission;
    const former = item.formerVm ? formerResource(access.ref, row) : undefined;
    // What is made of a former VM gets to those who own the present one.
    if (
      !access.can(permission) ||
      (former && !access.can(permission, former))
    ) {
      return off(
        'permission',
        `You may not make ${
          kind === 'clone' ? 'VMs' : 'templates'
        } from snapshots of ${access.ref.name}. ${askWhom(
          former?.owners ?? access.owners,
        )}`,
      );
    }
    const general = this.#anyChange(access);
    if (!general.allowed) {
      return general;
    }
    if (access.vm.deleting) {
      return off('vm-gone', `VM ${access.ref.name} is being deleted.`);
    }
    if (item.state === 'deleting' || item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being removed.');
    }
    if (item.state !== 'ready' || !record) {
      return off('snapshot-not-ready', 'It is not ready to be used.');
    }
    if (item.consistency.partial) {
      return off(
        'snapshot-partial',
        "It doesn't hold every disk of the VM, and a VM without them can't be made.",
      );
    }
    const apis = this.#cluster.copies.apis(access.ref.cluster);
    if (kind === 'template') {
      return apis && !apis.template
        ? off(
            'no-template-api',
            `Cluster ${access.ref.cluster} has no API for templates.`,
          )
        : allowed;
    }
    if (apis && !apis.clone) {
      return off(
        'no-clone-api',
        `Cluster ${access.ref.cluster} doesn't serve VirtualMachineClone.`,
      );
    }
    const keepsState = record.facts.includedVolumes?.includes(
      stateVolumeOf(access.ref.name),
    );
    return keepsState
      ? off(
          'backend-storage',
          'The VM keeps TPM or EFI state, which KubeVirt does not copy to another VM.',
        )
      : allowed;
  }

  /** What stands against any change in this cluster, whoever wants it. */
  #switch({ ref, actor }: VmAccess): Verdict {
    return this.#mutations.verdict(ref.cluster, actor);
  }

  /** The same for what has to reach the cluster. */
  #anyChange(access: VmAccess): Verdict {
    let verdict = this.#anyChanges.get(access);
    if (!verdict) {
      verdict = this.#switch(access);
      const { cluster } = access.ref;
      if (
        verdict.allowed &&
        this.#cluster.freshness(cluster).state === 'stale'
      ) {
        verdict = off('cluster-away', `Cluster ${cluster} is not answering.`);
      }
      this.#anyChanges.set(access, verdict);
    }
    return verdict;
  }

  #stop({ item, author }: SnapshotRow, access: VmAccess): Verdict {
    if (item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being stopped already.');
    }
    if (!isUnfinished(item.state)) {
      return off('snapshot-finished', 'It is finished.');
    }
    const own = author === access.actor;
    if (
      !access.can(own ? snapshotCreatePermission : snapshotDeletePermission)
    ) {
      return off(
        'permission',
        `You may not stop ${
          own ? 'snapshots' : 'snapshots that others take'
        } of ${access.ref.name}. ${askWhom(access.owners)}`,
      );
    }
    return this.#anyChange(access);
  }

  #delete(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
    protection: Protection | undefined,
  ): Verdict {
    const { item, record } = row;
    const former = item.formerVm ? formerResource(access.ref, row) : undefined;
    if (!access.can(snapshotDeletePermission, former)) {
      return off(
        'permission',
        `You may not delete snapshots of ${access.ref.name}. ${askWhom(
          former?.owners ?? access.owners,
        )}`,
      );
    }
    const general = this.#anyChange(access);
    if (!general.allowed) {
      return general;
    }
    if (item.state === 'deleting' || item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being removed already.');
    }
    if (isUnfinished(item.state)) {
      return off(
        'snapshot-unfinished',
        'It is still being taken. Stop it instead.',
      );
    }
    if (!record) {
      return off('snapshot-finished', 'It never was in the cluster.');
    }
    if (protection) {
      return off(
        'snapshot-protected',
        `It is protected: ${protection.reason}. Release it first.`,
      );
    }
    const use = this.#cluster
      .uses(record)
      .find(candidate => candidate.state === 'running');
    if (use) {
      return off(
        'snapshot-in-use',
        `${use.kind === 'restore' ? 'Restore' : 'Clone'} ${
          use.name
        } is using it.`,
      );
    }
    return busy ? off('vm-busy', busyReason(busy)) : allowed;
  }

  #protect(row: SnapshotRow, access: VmAccess): Verdict {
    const { item, record } = row;
    const former = item.formerVm ? formerResource(access.ref, row) : undefined;
    if (!access.can(snapshotProtectPermission, former)) {
      return off(
        'permission',
        `You may not protect or release snapshots of ${
          access.ref.name
        }. ${askWhom(former?.owners ?? access.owners)}`,
      );
    }
    const general = this.#switch(access);
    if (!general.allowed) {
      return general;
    }
    if (item.state === 'deleting' || item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being removed already.');
    }
    return record
      ? allowed
      : off('snapshot-unfinished', 'It is not in the cluster yet.');
  }
}
