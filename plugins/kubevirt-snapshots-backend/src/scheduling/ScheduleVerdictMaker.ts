// SPDX-License-Identifier: Apache-2.0
import {
  removesSnapshots,
  scheduleCreatePermission,
  scheduleDeletePermission,
  scheduleUpdatePermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  type ScheduleVerdicts,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { ResourcePermission } from '@backstage/plugin-permission-common';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import { allowed, busyOf, busyReason, off } from '../views/vmView';
import type { SnapshotLimits } from './SnapshotLimits';
import type { Schedule } from './types';

/** First one that refuses, or allowed. */
const first = (...verdicts: (Verdict | undefined)[]): Verdict =>
  verdicts.find(verdict => verdict && !verdict.allowed) ?? allowed;

/** The former VM behind a schedule, with the facts recorded when it was saved. */
export function formerVmOf(
  schedule: Schedule,
  access: VmAccess,
): VmResource | undefined {
  return schedule.vmUid === access.vm.uid
    ? undefined
    : {
        ref: schedule.vm,
        uid: schedule.vmUid,
        owners: schedule.owners,
        labels: {},
      };
}

/**
 * What a person may do to schedules, each refusal with its reason. The screen
 * shows these, and whoever acts is refused by the same.
 */
export class ScheduleVerdictMaker {
  readonly #cluster: ClusterService;
  readonly #mutations: MutationSwitch;
  readonly #index: OperationIndex;
  readonly #limits: SnapshotLimits;

  constructor(options: {
    cluster: ClusterService;
    mutations: MutationSwitch;
    index: OperationIndex;
    limits: SnapshotLimits;
  }) {
    this.#cluster = options.cluster;
    this.#mutations = options.mutations;
    this.#index = options.index;
    this.#limits = options.limits;
  }

  /** Making one: whose author may take snapshots. */
  create(access: VmAccess): Verdict {
    return first(
      this.#may(
        access,
        scheduleCreatePermission,
        `make schedules for ${access.ref.name}`,
      ),
      this.#mayTake(access),
      this.#mutations.verdict(access.ref.cluster, access.actor),
      access.vm.deleting
        ? off('vm-gone', `VM ${access.ref.name} is being deleted.`)
        : undefined,
    );
  }

  /** A retention rule that can remove something. */
  retention(access: VmAccess): Verdict {
    return this.#may(
      access,
      snapshotDeletePermission,
      `have snapshots of ${access.ref.name} deleted by a retention rule`,
    );
  }

  of(schedule: Schedule, access: VmAccess): ScheduleVerdicts {
    const { state, settings, author } = schedule;
    const former = formerVmOf(schedule, access);
    const general = this.#mutations.verdict(access.ref.cluster, access.actor);
    const change = this.#may(
      access,
      scheduleUpdatePermission,
      `change schedules of ${access.ref.name}`,
      former,
    );
    const remove = this.#may(
      access,
      scheduleDeletePermission,
      `delete schedules of ${access.ref.name}`,
      former,
    );
    const ofFormer = former
      ? off(
          'former-vm',
          `It is for a former VM of the name ${access.ref.name}.`,
        )
      : undefined;
    // Whoever answers for it has to have the rights that it uses.
    const mayAnswer = first(
      change,
      this.#mayTake(access),
      removesSnapshots(settings.retention) ? this.retention(access) : undefined,
      general,
      ofFormer,
    );
    return {
      update: first(change, this.#mayTake(access), general, ofFormer),
      runNow: first(
        change,
        this.#mayTake(access),
        general,
        ofFormer,
        state === 'active' || state === 'paused' || state === 'ended'
          ? undefined
          : off('schedule-not-active', 'It is suspended. Resume it first.'),
        this.#takeNow(access),
      ),
      pause: first(
        change,
        general,
        state === 'active'
          ? undefined
          : off('schedule-not-active', `It is ${state} already.`),
      ),
      resume: first(
        mayAnswer,
        state === 'paused' || state === 'suspended'
          ? undefined
          : off(
              'schedule-active',
              state === 'active'
                ? 'It is active already.'
                : 'It has ended. Give it another end.',
            ),
        schedule.reason?.code === 'author-paused'
          ? off(
              'schedule-author',
              `${schedule.reason.by} has paused all schedules of ${author}. Somebody else can adopt it.`,
            )
          : undefined,
      ),
      adopt: first(
        mayAnswer,
        author === access.actor
          ? off('schedule-author', 'You answer for it already.')
          : undefined,
      ),
      delete: first(remove, general),
    };
  }

  #mayTake(access: VmAccess): Verdict {
    return this.#may(
      access,
      snapshotCreatePermission,
      `take snapshots of ${access.ref.name}`,
    );
  }

  #may(
    access: VmAccess,
    permission: ResourcePermission,
    what: string,
    former?: VmResource,
  ): Verdict {
    return access.can(permission, former)
      ? allowed
      : off(
          'permission',
          `You may not ${what}. ${askWhom(former?.owners ?? access.owners)}`,
        );
  }

  #takeNow({ ref, vm }: VmAccess): Verdict | undefined {
    if (this.#cluster.freshness(ref.cluster).state === 'stale') {
      return off('cluster-away', `Cluster ${ref.cluster} is not answering.`);
    }
    const busy = busyOf(vm, this.#index.ofVm(ref), this.#cluster);
    if (busy) {
      return off('vm-busy', busyReason(busy));
    }
    const full = this.#limits.refusal(ref);
    return full ? off('snapshot-limit', `${full}.`) : undefined;
  }
}
