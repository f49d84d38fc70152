// SPDX-License-Identifier: Apache-2.0
import {
  isBoundToOneObject,
  isReservedKey,
  MAX_VM_NAME_LENGTH,
  snapshotClonePermission,
  snapshotTemplatePermission,
  suggestFreeName,
  type CloneRequest,
  type CloneReview,
  type StopCopyRequest,
  type TemplateRequest,
  type TemplateReview,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { badInput, conflict, notFound, refused } from '../errors';
import type { Acceptor, RequestOrigin } from '../operations/Acceptor';
import { stopOfCopy } from '../operations/copy/stopping';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { nameLock, shared, snapshotLock } from '../operations/locks';
import type { OperationIndex } from '../operations/OperationIndex';
import type { Operation, OperationRequest } from '../operations/types';
import type { SnapshotViews } from '../views/SnapshotViews';
import { CopyNames } from './CopyNames';
import {
  cloneProblems,
  cloneWarnings,
  diskViews,
  droppedNotes,
  liveLabels,
  planHashOf,
  templateProblems,
  templateWarnings,
  type Reviewed,
} from './reviews';
import { templateWanted } from './templateRequest';

/** What can be made of a snapshot. */
export type CopyKind = 'clone' | 'template';

const PERMISSIONS = {
  clone: snapshotClonePermission,
  template: snapshotTemplatePermission,
};

const MAKES: Record<CopyKind, string> = {
  clone: 'make VMs from snapshots',
  template: 'make templates from snapshots',
};

interface Request {
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  planHash: string;
  name: string;
  description?: string;
}

/**
 * Create VM and Create VM template: what would be made, and accepting it. What
 * is accepted was decided on the VM and the snapshot as the cluster has them
 * right now; the worker does the rest.
 *
 * Errors: InputError 400, NotAllowedError 403, NotFoundError 404,
 * ConflictError 409, ServiceUnavailableError 503; each with `details.code`.
 */
export class CopyService {
  readonly #store: DatabaseOperationStore;
  readonly #cluster: ClusterService;
  readonly #views: SnapshotViews;
  readonly #acceptor: Acceptor;
  /** Which names are free. */
  readonly names: CopyNames;

  constructor(options: {
    store: DatabaseOperationStore;
    index: OperationIndex;
    cluster: ClusterService;
    views: SnapshotViews;
    acceptor: Acceptor;
  }) {
    this.#store = options.store;
    this.#cluster = options.cluster;
    this.#views = options.views;
    this.#acceptor = options.acceptor;
    this.names = new CopyNames(options);
  }

  /** What Create VM would do. */
  async reviewClone(access: VmAccess, snapshot: string): Promise<CloneReview> {
    const { verdict, reviewed } = await this.#review('clone', access, snapshot);
    const { record, vm, owners, plan } = reviewed;
    return {
      snapshotName: record.name,
      snapshotUid: record.uid,
      vmUid: vm.uid,
      createdAt: record.cutAt ?? record.createdAt,
      verdict,
      problems: cloneProblems(reviewed),
      warnings: cloneWarnings(reviewed),
      suggestedName: suggestFreeName({
        base: access.ref.name,
        suffix: 'copy',
        maxLength: MAX_VM_NAME_LENGTH,
        isTaken: name => this.names.checkVmName(access, name).free === false,
      }),
      disks: diskViews(plan),
      interfaces: plan?.interfaces ?? [],
      configuration: plan?.configuration ?? [],
      labels: liveLabels(vm),
      annotations: (plan?.annotationKeys ?? []).filter(
        key => !isBoundToOneObject(key) && !key.includes('kubevirt.io/'),
      ),
      instanceLabels: plan?.instanceLabels ?? {},
      owners,
      planHash: planHashOf('clone', reviewed),
    };
  }

  /** What Create VM template would do. */
  async reviewTemplate(
    access: VmAccess,
    snapshot: string,
  ): Promise<TemplateReview> {
    const { verdict, reviewed } = await this.#review(
      'template',
      access,
      snapshot,
    );
    const { record, vm, plan, apis } = reviewed;
    return {
      snapshotName: record.name,
      snapshotUid: record.uid,
      vmUid: vm.uid,
      createdAt: record.cutAt ?? record.createdAt,
      verdict,
      problems: templateProblems(reviewed),
      warnings: templateWarnings(reviewed),
      dropped: droppedNotes(plan),
      api: apis.template,
      suggestedName: await this.names.freeTemplateName(access, apis.template),
      disks: diskViews(plan),
      configuration: plan?.configuration ?? [],
      userData: plan?.userData ?? [],
      slots: plan?.slots ?? [],
      planHash: planHashOf('template', reviewed),
    };
  }

  /** Accepts a new VM. */
  async clone(
    access: VmAccess,
    snapshot: string,
    request: CloneRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    const wanted: OperationRequest = {
      description: request.description,
      clone: {
        start: request.start ?? false,
        macAddresses: request.macAddresses ?? {},
        serial: request.serial,
        labels: request.labels ?? {},
        keepAnnotations: request.keepAnnotations ?? true,
        keepInstanceLabels: request.keepInstanceLabels ?? false,
      },
    };
    return this.#accept('clone', access, snapshot, request, origin, {
      problems: cloneProblems,
      wanted: async ({ vm, plan }) => {
        const own = Object.keys(request.labels ?? {}).find(
          key => isReservedKey(key) || Object.hasOwn(vm.labels, key),
        );
        if (own !== undefined) {
          throw badInput(
            Object.hasOwn(vm.labels, own)
              ? `Label ${own} is taken from VM ${access.ref.name} as it is now, and can't be set`
              : `Label ${own} belongs to a tool, and can't be set`,
            'labels',
            'label-reserved',
          );
        }
        const strange = Object.keys(request.macAddresses ?? {}).find(
          name => !plan.interfaces.some(entry => entry.name === name),
        );
        if (strange !== undefined) {
          throw badInput(`The VM has no interface ${strange}`, 'macAddresses');
        }
        await this.names.refuseTakenVm(access, request.name);
        return wanted;
      },
      plural: 'virtualmachines',
    });
  }

  /** Accepts a new template. */
  async template(
    access: VmAccess,
    snapshot: string,
    request: TemplateRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    return this.#accept('template', access, snapshot, request, origin, {
      problems: templateProblems,
      wanted: async ({ plan, apis }) => {
        if (!request.notGeneralisedAcknowledged) {
          throw badInput(
            'Confirm that the guest is not generalised and that what is secret in its disks travels along',
            'notGeneralisedAcknowledged',
            'not-acknowledged',
          );
        }
        const template = templateWanted(request, plan, apis.template!);
        await this.names.refuseTakenTemplate(access, request.name, template);
        return { description: request.description, template };
      },
      plural: 'templates',
    });
  }

  async #review(
    kind: CopyKind,
    access: VmAccess,
    snapshot: string,
  ): Promise<{ verdict: Verdict; reviewed: Reviewed }> {
    const found = this.#views.find(access, snapshot);
    this.#requirePermission(kind, access, found?.item.allowed[kind]);
    if (!found) {
      throw noSuchSnapshot(access, snapshot);
    }
    return {
      verdict: found.item.allowed[kind]!,
      reviewed: await this.#live(access, snapshot),
    };
  }

  /** As the cluster has it now. */
  async #live(access: VmAccess, snapshot: string): Promise<Reviewed> {
    const { cluster, namespace, name } = access.ref;
    return fromCluster(cluster, async () => {
      const { copies } = this.#cluster;
      const record = await this.#cluster.getSnapshot({
        cluster,
        namespace,
        name: snapshot,
      });
      if (record?.vmName !== name) {
        throw noSuchSnapshot(access, snapshot);
      }
      const [plan, apis] = await Promise.all([
        copies.getPlan(record),
        copies.apis(cluster) ?? copies.readApis(cluster),
      ]);
      return { record, vm: access.vm, owners: access.owners, plan, apis };
    });
  }

  #requirePermission(
    kind: CopyKind,
    access: VmAccess,
    verdict: Verdict | undefined,
  ): void {
    const denied = verdict
      ? !verdict.allowed && verdict.code === 'permission'
      : !access.can(PERMISSIONS[kind]);
    if (denied) {
      throw refused(
        `You may not ${MAKES[kind]} of ${access.ref.name}. ${askWhom(
          access.owners,
        )}`,
        { code: 'permission', owners: access.owners },
      );
    }
  }

  async #accept(
    kind: CopyKind,
    access: VmAccess,
    snapshot: string,
    request: Request,
    origin: RequestOrigin,
    more: {
      problems: (reviewed: Reviewed) => { code: string; message: string }[];
      wanted: (
        reviewed: Reviewed & { plan: NonNullable<Reviewed['plan']> },
      ) => Promise<OperationRequest>;
      plural: string;
    },
  ): Promise<Operation> {
    const found = this.#views.find(access, snapshot);
    this.#requirePermission(kind, access, found?.item.allowed[kind]);
    // What is wanted is completed by the review; a repeat is told before that.
    const { operation, intent } = this.#acceptor.describe(
      access,
      kind,
      request,
      origin,
      {
        snapshotName: snapshot,
        snapshotUid: request.snapshotUid,
        target: request.name,
        wanted: {},
      },
    );
    return this.#acceptor.once({ operation, intent }, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      if (!found) {
        throw noSuchSnapshot(access, snapshot);
      }
      const reviewed = await this.#live(access, snapshot);
      const { record, plan } = reviewed;
      if (record.uid !== request.snapshotUid) {
        throw conflict(
          `Another snapshot bears the name ${snapshot} now. Look at it again before you do this.`,
          { code: 'snapshot-changed' },
        );
      }
      const [problem] = more.problems(reviewed);
      if (problem || !plan) {
        throw conflict(problem.message, { code: problem.code });
      }
      if (planHashOf(kind, reviewed) !== request.planHash) {
        throw conflict(
          'The snapshot or the VM has changed since you looked. Look at it again before you do this.',
          { code: 'plan-changed' },
        );
      }
      const wanted = await more.wanted({ ...reviewed, plan });
      return this.#acceptor.accept({
        operation: { ...operation, request: wanted },
        intent: { ...intent, options: factsOf(request.name, wanted) },
        locks: [
          shared(snapshotLock(access.ref, snapshot)),
          nameLock(access.ref, more.plural, request.name),
        ],
      });
    });
  }

  /**
   * Stops a VM or a template that is being made; its own operation removes
   * what is there of it.
   */
  async stop(
    kind: CopyKind,
    access: VmAccess,
    operationId: string,
    request: StopCopyRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#requirePermission(kind, access, undefined);
    const own = await this.#store.get(operationId);
    if (own?.type !== kind || !isOf(own, access)) {
      throw notFound(
        `VM ${access.ref.name} has no such operation`,
        'operation-not-found',
      );
    }
    const described = this.#acceptor.describe(
      access,
      `stop-${kind}`,
      request,
      origin,
      {
        snapshotName: own.snapshotName,
        snapshotUid: own.snapshotUid,
        target: own.target,
        wanted: { stops: own.id },
        facts: { name: own.target!, operation: own.id },
      },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      if (own.finishedAt !== undefined) {
        throw conflict(`${own.target} is finished already.`, {
          code: 'too-late',
        });
      }
      const { effect, message } = stopOfCopy(own);
      if (effect === 'too-late') {
        throw conflict(message, { code: 'too-late' });
      }
      return this.#acceptor.accept({
        ...described,
        cancels: own.id,
        locks: [`stop-copy:${own.id}`],
      });
    });
  }
}

function isOf({ vm, vmUid }: Operation, { ref, vm: live }: VmAccess): boolean {
  return (
    vm.cluster === ref.cluster &&
    vm.namespace === ref.namespace &&
    vm.name === ref.name &&
    vmUid === live.uid
  );
}

/** What the trail keeps of what was asked for. */
function factsOf(
  name: string,
  { description, clone, template }: OperationRequest,
) {
  const facts: Record<string, string | number | boolean> = { name };
  if (description) {
    facts.description = description;
  }
  if (clone) {
    facts.start = clone.start;
    facts.keepAnnotations = clone.keepAnnotations;
    facts.keepInstanceLabels = clone.keepInstanceLabels;
    facts.labels = Object.entries(clone.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
  }
  if (template) {
    facts.api = template.api;
    facts.disks = template.volumes.join(', ');
    facts.parameters = template.parameters.map(entry => entry.name).join(', ');
    facts.userData = template.userData
      .map(({ volume, action, secretName }) =>
        [volume, action, secretName].filter(Boolean).join(' '),
      )
      .join(', ');
  }
  return facts;
}

function noSuchSnapshot(access: VmAccess, name: string): Error {
  return notFound(
    `VM ${access.ref.name} has no snapshot ${name}`,
    'snapshot-not-found',
  );
}
