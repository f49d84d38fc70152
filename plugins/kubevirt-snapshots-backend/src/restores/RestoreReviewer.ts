// SPDX-License-Identifier: Apache-2.0
import {
  snapshotRestorePermission,
  snapshotState,
  type RestoreCheck,
  type RestorePlan,
  type RestoreVolumes,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  AccountRight,
  ClusterService,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { conflict, notFound } from '../errors';
import type { OperationIndex } from '../operations/OperationIndex';
import type { SnapshotViews } from '../views/SnapshotViews';
import { allowed, busyOf, busyReason, off } from '../views/vmView';
import type { RestoreConfig } from './config';
import {
  hashOf,
  makePlan,
  quotaProblem,
  snapshotProblem,
  type PlanFacts,
} from './plan';
import { stateProblem } from './stateRules';

/** Versions that refuse a running VM and know no policies. */
const OLD = /^v?(0\.|1\.[0-4](\D|$))/;
/** From this on a restore may leave the claims to nobody (`volumeOwnershipPolicy`). */
const WITHOUT_OWNERSHIP = /^v?1\.[0-6](\.|$|-)/;

/** A plan together with what it was made from. */
export interface Reviewed {
  plan: RestorePlan;
  facts: PlanFacts;
}

/**
 * Tells what a restore would do, from the cluster as it is right now. Asked for
 * the review and again when the restore is accepted.
 */
export class RestoreReviewer {
  readonly #cluster: ClusterService;
  readonly #index: OperationIndex;
  readonly #views: SnapshotViews;
  readonly #mutations: MutationSwitch;
  readonly #config: RestoreConfig;

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    views: SnapshotViews;
    mutations: MutationSwitch;
    config: RestoreConfig;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#views = options.views;
    this.#mutations = options.mutations;
    this.#config = options.config;
  }

  /**
   * @throws NotFoundError when there is no such snapshot that the person may see
   * @throws ConflictError when its content is gone
   */
  async review(
    access: VmAccess,
    snapshotName: string,
    volumes: RestoreVolumes,
  ): Promise<Reviewed> {
    const found = this.#views.find(access, snapshotName);
    const { cluster, namespace } = access.ref;
    const record = await fromCluster(cluster, () =>
      this.#cluster.getSnapshot({ cluster, namespace, name: snapshotName }),
    );
    if (!found || record?.vmName !== access.ref.name) {
      throw notFound(
        `VM ${access.ref.name} has no snapshot ${snapshotName}`,
        'snapshot-not-found',
      );
    }
    return fromCluster(cluster, async () => {
      const facts = await this.#facts(access, record, volumes);
      const plan = makePlan(facts);
      const checks = await this.#checks(access, facts, plan);
      const refusal = checks.find(check => check.state === 'refused');
      return {
        facts,
        plan: {
          ...plan,
          hash: hashOf(plan, facts),
          checks,
          allowed: refusal
            ? off(
                refusal.code === 'permission' ? 'permission' : 'restore-check',
                refusal.message ?? 'It can not be restored.',
              )
            : allowed,
        },
      };
    });
  }

  async #facts(
    access: VmAccess,
    record: SnapshotRecord,
    volumes: RestoreVolumes,
  ): Promise<PlanFacts> {
    const { ref } = access;
    const [comparison, restores, quota] = await Promise.all([
      this.#cluster.compare(record, ref),
      this.#cluster.getRestores(ref),
      this.#cluster.getQuota(ref),
    ]);
    if (!comparison) {
      throw conflict(
        `What snapshot ${record.name} has captured is gone from the cluster, so it can't be restored.`,
        { code: 'content-missing' },
      );
    }
    const newer = this.#cluster
      .snapshots(ref)
      .filter(
        other =>
          snapshotState(other.facts) === 'ready' &&
          other.capturedVmUid === comparison.vm.uid &&
          (other.cutAt ?? other.createdAt) >
            (record.cutAt ?? record.createdAt) &&
          other.uid !== record.uid,
      )
      .map(other => ({
        name: other.name,
        createdAt: other.cutAt ?? other.createdAt,
      }))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    const facts: PlanFacts = {
      record,
      comparison,
      restores,
      isOurs: restore => this.#index.isRestoreOfOurs(restore.uid),
      takenNames: [],
      quota,
      newer,
      volumes,
      config: this.#config,
    };
    const { gitOps } = makePlan(facts);
    if (gitOps) {
      const claims = await this.#cluster.getClaims(
        ref,
        gitOps.names.map(({ claim }) => claim),
      );
      facts.takenNames = claims.map(({ name }) => name);
    }
    return facts;
  }

  async #checks(
    access: VmAccess,
    facts: PlanFacts,
    plan: ReturnType<typeof makePlan>,
  ): Promise<RestoreCheck[]> {
    const { record, comparison } = facts;
    const { vm } = comparison;
    const check = (
      code: RestoreCheck['code'],
      problem: string | undefined,
      instead?: RestoreCheck['instead'],
    ): RestoreCheck =>
      problem === undefined
        ? { code, state: 'ok' }
        : {
            code,
            state: 'refused',
            message: problem,
            ...(instead && { instead }),
          };
    const may = access.can(snapshotRestorePermission);
    const general = this.#mutations.verdict(vm.ref.cluster, access.actor);
    const busy = busyOf(vm, this.#index.ofVm(access.ref), this.#cluster);
    const running = facts.restores.find(r => r.state === 'running');
    let busyProblem = busy && busyReason(busy);
    if (!busy && running) {
      busyProblem = `Restore ${running.name} is under way. Wait until it is finished.`;
    }
    const missing = comparison.content.disks.filter(disk => disk.problem);
    return [
      check(
        'permission',
        may
          ? undefined
          : `You may not restore ${vm.ref.name}. ${askWhom(access.owners)}`,
      ),
      check('mutations-off', general.allowed ? undefined : general.reason),
      check(
        'same-vm',
        record.capturedVmUid === vm.uid
          ? undefined
          : `Snapshot ${record.name} is of another VM that bore the name ${vm.ref.name}. Restoring it would overwrite this one. Make a new VM from it instead.`,
        'create-vm',
      ),
      check('snapshot-ready', snapshotProblem(record), 'wait'),
      check(
        'content-missing',
        missing.length > 0
          ? `Disk ${missing[0].name} can't be restored: ${missing[0].problem}`
          : stateProblem(comparison),
      ),
      check('vm-busy', busyProblem, 'wait'),
      check('account-rights', await this.#rightsProblem(facts), 'ask-operator'),
      await this.#versionCheck(facts, plan),
      facts.quota === undefined
        ? {
            code: 'quota',
            state: 'unknown',
            message: 'The portal may not see the quotas of the namespace.',
          }
        : check(
            'quota',
            quotaProblem(facts.quota, plan.disks, comparison, facts.volumes),
          ),
      check(
        'names-taken',
        facts.takenNames.length > 0
          ? `Claim ${facts.takenNames[0]} exists already; it is of an earlier attempt. Delete it first.`
          : undefined,
      ),
    ];
  }

  async #rightsProblem({ comparison }: PlanFacts): Promise<string | undefined> {
    const { ref } = comparison.vm;
    const needed: AccountRight[] = [
      'restore',
      'stop-restore',
      'start',
      'stop',
      'delete-claim',
    ];
    const answers = await Promise.all(
      needed.map(right => this.#cluster.may(ref, right)),
    );
    const lacking = needed.filter((_, i) => !answers[i]);
    return lacking.length > 0
      ? `The portal's service account lacks rights in namespace ${
          ref.namespace
        } of cluster ${ref.cluster} (${lacking.join(
          ', ',
        )}). Apply deploy/kubevirt-snapshots-rbac.yaml there.`
      : undefined;
  }

  async #versionCheck(
    { comparison }: PlanFacts,
    plan: ReturnType<typeof makePlan>,
  ): Promise<RestoreCheck> {
    const { cluster } = comparison.vm.ref;
    const version = await this.#cluster.kubevirtVersion(cluster);
    const refuse = (message: string): RestoreCheck => ({
      code: 'old-kubevirt',
      state: 'refused',
      message,
      instead: 'ask-operator',
    });
    if (version === undefined) {
      return {
        code: 'old-kubevirt',
        state: 'unknown',
        message: `Cluster ${cluster} does not tell its version of KubeVirt.`,
      };
    }
    if (OLD.test(version)) {
      return refuse(
        `Cluster ${cluster} has KubeVirt ${version}. Restores need 1.5 or later: before, a VM can't be guarded while it is restored.`,
      );
    }
    return WITHOUT_OWNERSHIP.test(version) && plan.volumes.ownership === 'None'
      ? refuse(
          `Cluster ${cluster} has KubeVirt ${version}, which would give the disks that are not the VM's own to it, to be deleted with it. It needs 1.7 or later.`,
        )
      : { code: 'old-kubevirt', state: 'ok' };
  }
}
