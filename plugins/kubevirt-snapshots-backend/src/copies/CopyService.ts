// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  checkTemplateName,
  checkVmName,
  isBoundToOneObject,
  isReservedKey,
  MAX_TEMPLATE_NAME_LENGTH,
  MAX_VM_NAME_LENGTH,
  snapshotClonePermission,
  snapshotTemplatePermission,
  suggestFreeName,
  type CloneRequest,
  type CloneReview,
  type NameCheck,
  type TemplateApi,
  type TemplateRequest,
  type TemplateReview,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  templateDiskName,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { canonicalJson } from '../audit/canonicalJson';
import { fromCluster } from '../authorization/fromCluster';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { badInput, conflict, notFound, refused, unavailable } from '../errors';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { nameLock, shared, snapshotLock } from '../operations/locks';
import type { OperationIndex } from '../operations/OperationIndex';
import type { RequestOrigin } from '../operations/Acceptor';
import type { Operation, OperationRequest } from '../operations/types';
import { ACTIONS } from '../operations/words';
import type { SnapshotViews } from '../views/SnapshotViews';
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

type Kind = 'clone' | 'template';

const PERMISSIONS = {
  clone: snapshotClonePermission,
  template: snapshotTemplatePermission,
};

const MAKES: Record<Kind, string> = {
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
  readonly #index: OperationIndex;
  readonly #cluster: ClusterService;
  readonly #views: SnapshotViews;
  readonly #mutations: MutationSwitch;

  constructor(options: {
    store: DatabaseOperationStore;
    index: OperationIndex;
    cluster: ClusterService;
    views: SnapshotViews;
    mutations: MutationSwitch;
  }) {
    this.#store = options.store;
    this.#index = options.index;
    this.#cluster = options.cluster;
    this.#views = options.views;
    this.#mutations = options.mutations;
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
        isTaken: name => this.checkVmName(access, name).free === false,
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
      suggestedName: await this.#freeTemplateName(access, apis.template),
      disks: diskViews(plan),
      configuration: plan?.configuration ?? [],
      userData: plan?.userData ?? [],
      slots: plan?.slots ?? [],
      planHash: planHashOf('template', reviewed),
    };
  }

  /** Whether a VM may get this name, asked of the cache. */
  checkVmName(access: VmAccess, name: string): NameCheck {
    const { namespace } = access.ref;
    const ref = { ...access.ref, name };
    if (checkVmName(name)) {
      return { free: false, reason: 'That is no name for a VM' };
    }
    if (this.#cluster.vm(ref)) {
      return {
        name,
        free: false,
        reason: `There is a VM ${name} in namespace ${namespace}`,
      };
    }
    return this.#cluster.unfinishedUses(ref).length > 0
      ? {
          name,
          free: false,
          reason: `A VM ${name} is being made in namespace ${namespace}`,
        }
      : { name, free: true };
  }

  /** Whether a template may get this name; asks the cluster. */
  async checkTemplateName(access: VmAccess, name: string): Promise<NameCheck> {
    const { cluster, namespace } = access.ref;
    if (checkTemplateName(name)) {
      return { free: false, reason: 'That is no name for a template' };
    }
    const api = this.#cluster.copies.apis(cluster)?.template;
    const taken =
      api !== undefined &&
      (await fromCluster(cluster, () =>
        this.#cluster.copies.getTemplate(api, { cluster, namespace, name }),
      ));
    return taken
      ? {
          name,
          free: false,
          reason: `There is a template ${name} in namespace ${namespace}`,
        }
      : { name, free: true };
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
        await this.#refuseTakenVm(access, request.name);
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
        await this.#refuseTakenTemplate(access, request.name, template);
        return { description: request.description, template };
      },
      plural: 'templates',
    });
  }

  async #review(
    kind: Kind,
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
    kind: Kind,
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
    kind: Kind,
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
    const requestDigest = createHash('sha256')
      .update(
        canonicalJson(
          JSON.parse(
            JSON.stringify([kind, access.actor, access.ref, snapshot, request]),
          ),
        ),
      )
      .digest('hex');
    const known = await this.#store.get(request.operationId);
    if (known && known.requestDigest !== requestDigest) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    if (known) {
      return known;
    }
    this.#refuseGeneral(access, request.vmUid);
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
    const { ref, actor, onBehalfOf, entityRef, vm, owners } = access;
    const { operation } = await this.#store.accept({
      operation: {
        id: request.operationId,
        type: kind,
        vm: ref,
        vmUid: request.vmUid,
        snapshotName: snapshot,
        snapshotUid: record.uid,
        target: request.name,
        actor,
        request: wanted,
        requestDigest,
      },
      intent: {
        action: ACTIONS[kind],
        actor,
        onBehalfOf,
        origin: 'portal',
        requestId: origin.requestId,
        entityRef,
        vm: { ...ref, uid: vm.uid, owners },
        snapshot: { name: snapshot, uid: record.uid },
        options: factsOf(request.name, wanted),
        decision: 'allow',
      },
      locks: [
        shared(snapshotLock(ref, snapshot)),
        nameLock(ref, more.plural, request.name),
      ],
    });
    return operation;
  }

  #refuseGeneral(access: VmAccess, vmUid: string): void {
    const verdict = this.#mutations.verdict(access.ref.cluster, access.actor);
    if (!verdict.allowed) {
      throw unavailable(verdict.reason, verdict.code);
    }
    if (access.vm.uid !== vmUid) {
      throw conflict(
        `Another VM bears the name ${access.ref.name} now. Look at it again before you do this.`,
        { code: 'vm-changed' },
      );
    }
    if (access.vm.deleting) {
      throw conflict(`VM ${access.ref.name} is being deleted.`, {
        code: 'vm-gone',
      });
    }
  }

  async #refuseTakenVm(access: VmAccess, name: string): Promise<void> {
    const cached = this.checkVmName(access, name);
    const live =
      cached.free &&
      (await fromCluster(access.ref.cluster, () =>
        this.#cluster.getVm({ ...access.ref, name }),
      ));
    if (!cached.free || live) {
      throw conflict(
        `${
          cached.reason ??
          `There is a VM ${name} in namespace ${access.ref.namespace}`
        }.`,
        { code: 'name-taken', field: 'name' },
      );
    }
  }

  async #refuseTakenTemplate(
    access: VmAccess,
    name: string,
    wanted: { api: TemplateApi; volumes: string[] },
  ): Promise<void> {
    const { cluster, namespace } = access.ref;
    const { copies } = this.#cluster;
    const template = await fromCluster(cluster, () =>
      copies.getTemplate(wanted.api, { cluster, namespace, name }),
    );
    if (template) {
      throw conflict(`There is a template ${name} in namespace ${namespace}.`, {
        code: 'name-taken',
        field: 'name',
      });
    }
    for (const volume of wanted.volumes) {
      const disk = { cluster, namespace, name: templateDiskName(name, volume) };
      const taken = await fromCluster(
        cluster,
        async () =>
          (await copies.getDataVolume(disk)) !== undefined ||
          (await copies.isClaimNameTaken(disk)),
      );
      if (taken) {
        throw conflict(
          `There is a volume ${disk.name} in namespace ${namespace}, which the template would need for its disk ${volume}.`,
          { code: 'name-taken', field: 'name' },
        );
      }
    }
  }

  async #freeTemplateName(
    access: VmAccess,
    api: TemplateApi | undefined,
  ): Promise<string> {
    const taken = new Set(
      this.#index
        .ofVm(access.ref)
        .filter(({ type }) => type === 'template')
        .map(({ target }) => target),
    );
    for (;;) {
      const name = suggestFreeName({
        base: access.ref.name,
        suffix: 'template',
        maxLength: MAX_TEMPLATE_NAME_LENGTH,
        isTaken: candidate => taken.has(candidate),
      });
      if (!api || (await this.checkTemplateName(access, name)).free) {
        return name;
      }
      taken.add(name);
    }
  }
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
