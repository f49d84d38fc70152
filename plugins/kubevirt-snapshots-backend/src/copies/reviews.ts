// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  isBoundToOneObject,
  snapshotState,
  type CapturedDiskView,
  type CloneProblemCode,
  type CloneWarningCode,
  type ReviewNote,
  type TemplateDropCode,
  type TemplateProblemCode,
  type TemplateWarningCode,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  CapturedPlan,
  ClusterApis,
  SnapshotRecord,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { canonicalJson } from '../audit/canonicalJson';

/** What a review is made of. */
export interface Reviewed {
  record: SnapshotRecord;
  /** The VM as it is now. */
  vm: VmRecord;
  owners: string[];
  /** Undefined when what was captured is gone. */
  plan: CapturedPlan | undefined;
  apis: ClusterApis;
}

const list = (names: string[]) => names.join(', ');

const note = <T extends string>(
  code: T,
  message: string,
  subjects?: string[],
): ReviewNote<T> => ({ code, message, ...(subjects && { subjects }) });

/** Labels that a copy gets from the VM as it is now. */
export function liveLabels(vm: VmRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vm.labels).filter(([key]) => !isBoundToOneObject(key)),
  );
}

/** Disks as they are told. */
export function diskViews(plan: CapturedPlan | undefined): CapturedDiskView[] {
  return (plan?.disks ?? []).map(disk => ({
    name: disk.name,
    storageClass: disk.storageClass,
    sizeBytes:
      disk.capacityBytes === undefined && disk.restoreBytes === undefined
        ? undefined
        : Math.max(disk.capacityBytes ?? 0, disk.restoreBytes ?? 0),
  }));
}

type SharedProblem = CloneProblemCode & TemplateProblemCode;

function sharedProblems({
  record,
  plan,
}: Reviewed): ReviewNote<SharedProblem>[] {
  const notes: ReviewNote<SharedProblem>[] = [];
  const gone = plan?.disks.filter(disk => disk.problem).map(disk => disk.name);
  if (snapshotState(record.facts) !== 'ready') {
    notes.push(
      note('snapshot-not-ready', 'The snapshot is not ready to be used.'),
    );
  } else if (gone?.length) {
    notes.push(
      note(
        'snapshot-not-ready',
        `Disks of it can't be used: ${plan!.disks
          .filter(disk => disk.problem)
          .map(disk => `${disk.name} (${disk.problem})`)
          .join(', ')}.`,
        gone,
      ),
    );
  }
  if (!plan) {
    notes.push(
      note(
        'content-missing',
        "What the snapshot captured isn't in the cluster any more.",
      ),
    );
  } else if (plan.uncaptured.length > 0) {
    notes.push(
      note(
        'snapshot-partial',
        `The snapshot doesn't hold every disk of the VM. Missing: ${list(
          plan.uncaptured,
        )}.`,
        plan.uncaptured,
      ),
    );
  }
  return notes;
}

/** What makes a new VM impossible. */
export function cloneProblems(
  reviewed: Reviewed,
): ReviewNote<CloneProblemCode>[] {
  const { plan, apis, vm } = reviewed;
  const notes: ReviewNote<CloneProblemCode>[] = sharedProblems(reviewed);
  if (!apis.clone) {
    notes.push(
      note('no-clone-api', "The cluster doesn't serve VirtualMachineClone."),
    );
  }
  if (plan?.backendStorage) {
    notes.push(
      note(
        'backend-storage',
        'The VM keeps TPM or EFI state, which KubeVirt does not copy to another VM.',
      ),
    );
  }
  const labels = Object.keys(liveLabels(vm));
  if (plan && !plan.labels && labels.length > 0) {
    notes.push(
      note(
        'labels-missing',
        `The captured VM had no labels, so KubeVirt can't put those of the VM as it is now on a copy: ${list(
          labels,
        )}. Permissions may depend on them.`,
        labels,
      ),
    );
  }
  return notes;
}

function isFormer({ record, vm }: Reviewed): boolean {
  return record.capturedVmUid !== undefined && record.capturedVmUid !== vm.uid;
}

/** What one should know before a new VM is started. */
export function cloneWarnings(
  reviewed: Reviewed,
): ReviewNote<CloneWarningCode>[] {
  const { plan } = reviewed;
  if (!plan) {
    return [];
  }
  const notes: ReviewNote<CloneWarningCode>[] = [
    note(
      'static-address',
      'An address that was set inside the guest is the same in both VMs. Both on one network disturb each other.',
    ),
    note(
      'host-name',
      plan.hostName
        ? `The guest gets the host name ${plan.hostName}, as the captured VM.`
        : 'The guest keeps the host name, machine id and registrations that it had.',
    ),
    note(
      'secrets',
      'Keys, tokens and passwords inside the disks are in the new VM as well.',
    ),
  ];
  const cloudInit = plan.userData
    .filter(entry => entry.kind.startsWith('cloudInit'))
    .map(entry => entry.volume);
  if (cloudInit.length > 0) {
    notes.push(
      note(
        'cloud-init',
        'The new VM has the captured cloud-init data. Whether the guest runs it again is up to the guest: it usually does, as the new VM counts as a new instance.',
        cloudInit,
      ),
    );
  }
  if (plan.secretVolumes.length > 0) {
    notes.push(
      note(
        'secret-reference',
        'The new VM reads the same Secrets of the namespace.',
        plan.secretVolumes,
      ),
    );
  }
  const instanceLabels = Object.keys(plan.instanceLabels);
  if (instanceLabels.length > 0) {
    notes.push(
      note(
        'selected-by-services',
        `Services and network policies find VMs by labels of the instance (${list(
          instanceLabels,
        )}). They are not copied unless you ask for it.`,
        instanceLabels,
      ),
    );
  }
  if (plan.plainClaims.length > 0) {
    notes.push(
      note(
        'plain-claims',
        'These disks get claims that stay behind when the new VM is deleted, unless the captured VM owned its own.',
        plan.plainClaims,
      ),
    );
  }
  if (plan.sharedVolumes.length > 0) {
    notes.push(
      note(
        'shared-disk',
        "These disks are files of a host. The snapshot doesn't hold them, and both VMs would write to them.",
        plan.sharedVolumes,
      ),
    );
  }
  if (isFormer(reviewed)) {
    notes.push(
      note('former-vm', 'The snapshot is of a former VM of this name.'),
    );
  }
  return notes;
}

/** What makes a template impossible. */
export function templateProblems(
  reviewed: Reviewed,
): ReviewNote<TemplateProblemCode>[] {
  const { plan, apis } = reviewed;
  const notes: ReviewNote<TemplateProblemCode>[] = sharedProblems(reviewed);
  if (!apis.template) {
    notes.push(
      note(
        'no-template-api',
        'The cluster has no API for templates: neither template.kubevirt.io (KubeVirt 1.9) nor template.openshift.io.',
      ),
    );
  }
  if (!apis.dataVolumes) {
    notes.push(
      note(
        'no-data-volumes',
        'The cluster has no Containerized Data Importer, which fills the disks of a template.',
      ),
    );
  }
  if (plan && plan.placeholders.length > 0) {
    notes.push(
      note(
        'placeholder-text',
        `The configuration holds text that a template would take for a parameter, at ${list(
          plan.placeholders,
        )}.`,
        plan.placeholders,
      ),
    );
  }
  return notes;
}

/** What one should know before others use a template. */
export function templateWarnings(
  reviewed: Reviewed,
): ReviewNote<TemplateWarningCode>[] {
  const notes: ReviewNote<TemplateWarningCode>[] = [
    note(
      'not-generalised',
      'The guest is not generalised. Host name, machine id, SSH host keys, a Windows SID and registrations of agents are in every VM made from the template.',
    ),
    note(
      'secrets',
      'Keys, tokens and passwords inside the disks are in every VM made from the template.',
    ),
    note(
      'static-address',
      'An address that was set inside the guest is in every VM made from the template.',
    ),
  ];
  if (isFormer(reviewed)) {
    notes.push(
      note('former-vm', 'The snapshot is of a former VM of this name.'),
    );
  }
  return notes;
}

const DROPPED: Record<TemplateDropCode, string> = {
  'mac-address': 'MAC addresses: each VM gets its own.',
  'firmware-uuid': 'The UUID of the firmware: each VM gets its own.',
  'firmware-serial': 'The serial number: each VM gets its own.',
  'tpm-state': 'The state of the TPM: each VM begins with an empty one.',
  'efi-state': 'The variables of the EFI: each VM begins with empty ones.',
  'host-name': 'The host name, unless you make it a parameter.',
  'access-credentials': 'Users and keys that KubeVirt would inject.',
  'user-data': 'Data for the first boot, unless you choose otherwise.',
  volume: 'Volumes that only this VM can use.',
  key: 'Labels and annotations of tools, of the instance and of this portal.',
};

/** What doesn't get into a template, in words. */
export function droppedNotes(
  plan: CapturedPlan | undefined,
): ReviewNote<TemplateDropCode>[] {
  return (plan?.dropped ?? []).map(({ code, subjects }) =>
    note(code, DROPPED[code], subjects.length > 0 ? subjects : undefined),
  );
}

/**
 * Stands for everything that a person has read in a review. When it has
 * changed by the time of the act, they have to read it again.
 */
export function planHashOf(kind: 'clone' | 'template', reviewed: Reviewed) {
  const { record, vm, owners, plan, apis } = reviewed;
  return createHash('sha256')
    .update(
      canonicalJson(
        JSON.parse(
          JSON.stringify({
            kind,
            snapshotUid: record.uid,
            vmUid: vm.uid,
            labels: liveLabels(vm),
            owners,
            plan,
            apis,
            problems: (kind === 'clone' ? cloneProblems : templateProblems)(
              reviewed,
            ).map(problem => problem.code),
          }),
        ),
      ),
    )
    .digest('hex');
}
