// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  snapshotState,
  type RestoreDisk,
  type RestoreOption,
  type RestorePlan,
  type RestorePower,
  type RestoreVolumes,
  type RestoreWarning,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  QuotaLine,
  RestoreComparison,
  RestoreRecord,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { canonicalJson } from '../audit/canonicalJson';
import { allowed, off } from '../views/vmView';
import type { RestoreConfig } from './config';
import { inPlaceVerdict } from './stateRules';

/** All that a plan is made from; the same facts give the same plan. */
export interface PlanFacts {
  record: SnapshotRecord;
  comparison: RestoreComparison;
  /** Of the VM, of any state and maker. */
  restores: RestoreRecord[];
  /** Operations of ours, by the UID of their VirtualMachineRestore. */
  isOurs(restore: RestoreRecord): boolean;
  /** Claims that exist, among those whose names were to be chosen. */
  takenNames: string[];
  quota: QuotaLine[] | undefined;
  newer: { name: string; createdAt: string }[];
  volumes: RestoreVolumes;
  config: RestoreConfig;
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Names of the new claims where the VM's manifest is kept elsewhere: KubeVirt's
 * own would not be known before. They depend on the plan's facts alone, so that
 * the review and the restore choose the same.
 */
export function chosenNames(
  comparison: RestoreComparison,
  record: SnapshotRecord,
  round = 0,
): { volume: string; claim: string }[] {
  const { name } = comparison.vm.ref;
  const tag = sha(
    `${record.uid} ${comparison.vm.uid} ${comparison.specDigest} ${round}`,
  ).slice(0, 8);
  return comparison.content.disks.map(disk => ({
    volume: disk.name,
    claim: `${name.replace(/\./g, '-').slice(0, 120)}-${disk.name}-${tag}`,
  }));
}

/** What becomes of each disk. */
export function fatesOf(
  comparison: RestoreComparison,
  volumes: RestoreVolumes,
  names: { volume: string; claim: string }[] | undefined,
): RestoreDisk[] {
  const restored = new Map(
    comparison.content.disks.map(disk => [disk.name, disk]),
  );
  const current = new Map(comparison.current.map(c => [c.volume, c]));
  const captured = new Map(comparison.captured.map(c => [c.volume, c]));
  // State of TPM or EFI is in no list of volumes, and has a claim all the same.
  const { state } = comparison;
  const all = Array.from(
    new Set([
      ...restored.keys(),
      ...current.keys(),
      ...(state?.claim ? [state.volume] : []),
    ]),
  ).sort();
  return all.map((name): RestoreDisk => {
    const disk = restored.get(name);
    const now = current.get(name);
    const isState = name === state?.volume;
    if (!disk && isState) {
      const { claim, leaves } = state!;
      return leaves
        ? { name, fate: 'leaves', currentClaim: claim, oldClaim: 'deleted' }
        : { name, fate: 'stays', currentClaim: claim };
    }
    if (!disk) {
      return captured.has(name)
        ? { name, fate: 'stays', currentClaim: now?.claim }
        : { name, fate: 'leaves', currentClaim: now?.claim, oldClaim: 'kept' };
    }
    const oldClaim =
      volumes === 'in-place' || now?.templated || isState ? 'deleted' : 'kept';
    return {
      name,
      fate: now || isState ? 'replaced' : 'returns',
      currentClaim: isState ? state!.claim : now?.claim,
      futureClaim:
        volumes === 'in-place'
          ? captured.get(name)?.claim
          : names?.find(n => n.volume === name)?.claim,
      bytes:
        Math.max(disk.capacityBytes ?? 0, disk.restoreBytes ?? 0) || undefined,
      ...((now || isState) && { oldClaim }),
    };
  });
}

/**
 * `None` where a captured claim of a plain volume wasn't the VM's: owned by it
 * the restored one would be deleted together with the VM.
 */
export function ownershipOf({
  captured,
  content,
}: RestoreComparison): 'Vm' | 'None' {
  const restored = new Set(content.disks.map(disk => disk.name));
  return captured.some(
    c => restored.has(c.volume) && !c.templated && !c.ownedByVm,
  )
    ? 'None'
    : 'Vm';
}

/** Whether the VM can be started again as it was, and as what. */
export function startOf(
  runStrategy: string | undefined,
  running: boolean,
): { verdict: Verdict; startsAs?: string } {
  switch (runStrategy) {
    case 'Always':
    case 'Halted':
      return { verdict: allowed, startsAs: 'Always' };
    case 'Manual':
    case 'RerunOnFailure':
      return { verdict: allowed, startsAs: runStrategy };
    default:
      return {
        verdict: off(
          'run-strategy',
          `The VM has the run strategy ${runStrategy ?? 'Unknown'}. ${
            running ? 'Stopped and started' : 'Started'
          } by KubeVirt it would come back as Always, so start it yourself.`,
        ),
      };
  }
}

/** What can be done about a running VM. */
export function powerOptions(
  runStrategy: string | undefined,
  running: boolean,
): RestoreOption<RestorePower>[] {
  const stoppable = ['Always', 'Manual', 'RerunOnFailure', 'Halted'];
  const stop =
    !running || stoppable.includes(runStrategy ?? '')
      ? allowed
      : off(
          'run-strategy',
          `The VM has the run strategy ${
            runStrategy ?? 'Unknown'
          }, which stopping it here would change. Stop it yourself.`,
        );
  return [
    { value: 'stop', verdict: stop },
    { value: 'five-minutes', verdict: allowed },
    { value: 'wait', verdict: allowed },
    {
      value: 'if-stopped',
      verdict: running
        ? off('vm-running', 'The VM runs, so this would not begin.')
        : allowed,
    },
  ];
}

function warningsOf(
  facts: PlanFacts,
  plan: Pick<RestorePlan, 'volumes' | 'clears' | 'gitOps' | 'safety' | 'disks'>,
): RestoreWarning[] {
  const warnings: RestoreWarning[] = [];
  const warn = (code: RestoreWarning['code'], message: string) =>
    warnings.push({ code, message });
  const { comparison } = facts;
  if (facts.volumes === 'in-place') {
    warn(
      'in-place-deletes-first',
      'The disks of the VM are deleted before they are made anew. If that fails half-way only another restore brings them back, and what is newer than the snapshot is lost.',
    );
  }
  if (plan.volumes.ownership === 'None') {
    warn(
      'ownership-none',
      'The restored claims do not belong to the VM, as those that were captured did not: they stay when the VM is deleted.',
    );
  }
  if (plan.gitOps) {
    warn(
      'gitops',
      `${plan.gitOps.managers.join(
        ' and ',
      )} keeps the manifest of this VM. Unless the new names are committed there, it turns the VM back to the old claims, and KubeVirt may make empty disks for it.`,
    );
  }
  const stays = plan.disks.filter(disk => disk.fate === 'stays');
  if (stays.length > 0) {
    warn(
      'partial',
      `${stays
        .map(({ name }) =>
          name === comparison.state?.volume ? 'The TPM or EFI state' : name,
        )
        .join(
          ', ',
        )} was not captured and stays as it is, so the VM gets disks of different times.`,
    );
  }
  if (!plan.safety.verdict.allowed) {
    warn('safety-incomplete', plan.safety.verdict.reason);
  }
  if (comparison.floatingInstanceType) {
    warn(
      'instance-type-now',
      'CPU and memory come from the instance type as it is now, not as it was.',
    );
  }
  if (comparison.vm.runStrategy === 'Halted' && !comparison.vm.running) {
    warn(
      'starts-as-always',
      'The VM is halted. Started afterwards it gets the run strategy Always.',
    );
  }
  if (plan.clears.length > 0) {
    warn(
      'clears-failed',
      `Failed restores of this VM stand in the way and are removed: ${plan.clears
        .map(({ name }) => name)
        .join(', ')}.`,
    );
  }
  if (facts.quota === undefined) {
    warn(
      'quota-unknown',
      'Whether a quota leaves room for the restored disks is not known.',
    );
  }
  return warnings;
}

/** What a quota lacks for the new claims, in words. */
export function quotaProblem(
  quota: QuotaLine[] | undefined,
  disks: RestoreDisk[],
  comparison: RestoreComparison,
  volumes: RestoreVolumes,
): string | undefined {
  if (volumes === 'in-place') {
    return undefined;
  }
  const restored = disks.filter(
    disk => disk.fate === 'replaced' || disk.fate === 'returns',
  );
  const bytesOf = (storageClass?: string) =>
    restored.reduce((sum, disk) => {
      const of = comparison.content.disks.find(d => d.name === disk.name);
      return storageClass === undefined || of?.storageClass === storageClass
        ? sum + (disk.bytes ?? 0)
        : sum;
    }, 0);
  const suffix = '.storageclass.storage.k8s.io/requests.storage';
  for (const line of quota ?? []) {
    let needed: number | undefined;
    if (line.resource === 'requests.storage') {
      needed = bytesOf();
    } else if (line.resource.endsWith(suffix)) {
      needed = bytesOf(line.resource.slice(0, -suffix.length));
    } else if (
      line.resource === 'persistentvolumeclaims' ||
      line.resource === 'count/persistentvolumeclaims'
    ) {
      needed = restored.length;
    }
    if (needed !== undefined && needed > line.hard - line.used) {
      return `Quota ${line.quota} leaves ${Math.max(
        0,
        line.hard - line.used,
      )} of ${
        line.resource
      }, and the restored disks need ${needed} beside the present ones.`;
    }
  }
  return undefined;
}

/** The plan, but for what depends on the person and on the moment's locks. */
export function makePlan(
  facts: PlanFacts,
): Omit<RestorePlan, 'checks' | 'allowed' | 'hash'> {
  const { record, comparison, config, volumes } = facts;
  const { vm } = comparison;
  const gitOps =
    comparison.managers.length > 0 && volumes === 'new-names'
      ? {
          managers: comparison.managers,
          names: chosenNames(comparison, record),
        }
      : undefined;
  const disks = fatesOf(comparison, volumes, gitOps?.names);
  const replaced = disks
    .filter(
      disk =>
        disk.fate === 'replaced' ||
        (disk.fate === 'leaves' && disk.oldClaim === 'deleted'),
    )
    .map(disk => disk.name);
  // Whether state is captured shows in the safety snapshot only.
  const unsafe = replaced.filter(
    name =>
      name !== comparison.state?.volume &&
      !vm.disks.some(disk => disk.name === name && disk.captured),
  );
  const start = startOf(vm.runStrategy, vm.running);
  const lostSince = record.cutAt ?? record.createdAt;
  const plan = {
    vmUid: vm.uid,
    snapshot: { name: record.name, uid: record.uid, createdAt: lostSince },
    disks,
    configuration: comparison.differences,
    newer: { lostSince, snapshots: facts.newer },
    power: {
      running: vm.running,
      runStrategy: vm.runStrategy,
      options: powerOptions(vm.runStrategy, vm.running),
      start: start.verdict,
      startsAs: start.startsAs,
    },
    volumes: {
      options: [
        { value: 'new-names' as const, verdict: allowed },
        {
          value: 'in-place' as const,
          verdict: inPlaceVerdict(comparison, config),
        },
      ],
      ownership: ownershipOf(comparison),
    },
    safety: {
      verdict:
        unsafe.length === 0
          ? allowed
          : off(
              'no-disk',
              `A safety snapshot can't hold ${unsafe.join(', ')}.`,
            ),
      keptDays: config.safetySnapshotDays,
      volumes: replaced,
    },
    gitOps,
    // Whatever it does, what was written since the snapshot goes.
    typedNameRequired: replaced.length > 0 || vm.running,
    reasonRequired: config.reasonRequired,
    clears: facts.restores
      .filter(restore => restore.state === 'failed')
      .map(restore => ({
        name: restore.name,
        uid: restore.uid,
        external: !facts.isOurs(restore),
      })),
    defaults: {
      power: 'stop' as const,
      startAfterwards: vm.running && start.verdict.allowed,
      safetySnapshot: unsafe.length === 0,
      volumes,
    },
  };
  if (!plan.power.options[0].verdict.allowed) {
    Object.assign(plan.defaults, { power: 'five-minutes' });
  }
  return { ...plan, warnings: warningsOf(facts, plan) };
}

/**
 * What makes two plans the same: everything that a restore does or depends on.
 * Newer snapshots stay as they are, so a new one doesn't count.
 */
export function hashOf(
  plan: Omit<RestorePlan, 'checks' | 'allowed' | 'hash'>,
  { comparison, record, volumes }: PlanFacts,
): string {
  const { newer, defaults, ...counts } = plan;
  return sha(
    canonicalJson(
      JSON.parse(
        JSON.stringify([
          counts,
          volumes,
          record.uid,
          comparison.vm.uid,
          comparison.specDigest,
          comparison.capturedDigest,
        ]),
      ),
    ),
  );
}

/** Whether the snapshot can be restored by its own state. */
export function snapshotProblem(record: SnapshotRecord): string | undefined {
  return snapshotState(record.facts) === 'ready'
    ? undefined
    : `Snapshot ${record.name} is not ready to be restored.`;
}
