// SPDX-License-Identifier: Apache-2.0
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_VM,
  MAX_UNDER_WAY,
  parseVmRef,
  snapshotState,
  stringifyVmRef,
  vmReadPermission,
  type VmBusy,
  type VmList,
  type VmListItem,
  type VmListQuery,
  type VmPower,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { FleetAccess, VmAccess, VmGate } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type {
  ScheduleChanges,
  ScheduleOfVm,
} from '../scheduling/ScheduleChanges';
import type { ScheduleVerdictMaker } from '../scheduling/ScheduleVerdictMaker';
import type { CaptureRecorder } from './CaptureRecorder';
import type { Verdicts } from './Verdicts';
import { relatedVms, type RelatedVms } from './relatedVms';
import { busyOf, expectedConsistency, off } from './vmView';

/** Without a good snapshot of this time a VM counts as unprotected, ms. */
const UNPROTECTED_AFTER_MS = 30 * 24 * 3_600_000;

const collator = new Intl.Collator('en', { numeric: true });

interface Summary {
  /** What it was made of: it holds as long as none of these changes. */
  uid: string;
  revision: number;
  captures: number;
  total: number;
  lastGoodAt?: string;
  lastGoodName?: string;
}

type Scheduled = Map<string, ScheduleOfVm[]>;

/** The schedules of a VM itself; those of a former one of its name don't count. */
function schedulesOf(vm: VmRecord, scheduled: Scheduled): ScheduleOfVm[] {
  return (scheduled.get(stringifyVmRef(vm.ref)) ?? []).filter(
    ({ vmUid }) => vmUid === vm.uid,
  );
}

/** What is said of a VM's active schedules. */
function scheduleOf(
  vm: VmRecord,
  scheduled: Scheduled,
): VmListItem['schedule'] {
  const own = schedulesOf(vm, scheduled).filter(({ active }) => active);
  const next = Math.min(...own.map(({ nextDueAt }) => nextDueAt ?? Infinity));
  return own.length === 0
    ? undefined
    : {
        nextRunAt: Number.isFinite(next)
          ? new Date(next).toISOString()
          : undefined,
      };
}

const powerOf = (vm: VmRecord): VmPower => {
  if (!vm.running) {
    return 'stopped';
  }
  return vm.paused ? 'paused' : 'running';
};

function count(facet: Record<string, number>, key: string): void {
  facet[key] = (facet[key] ?? 0) + 1;
}

/**
 * The list of VMs that a person may read, over all clusters: from the cache,
 * by one permission decision and one question to the catalog, whatever the
 * number of VMs.
 */
export class FleetViews {
  readonly #cluster: ClusterService;
  readonly #catalog: CatalogService;
  readonly #gate: VmGate;
  readonly #index: OperationIndex;
  readonly #captures: CaptureRecorder;
  readonly #verdicts: Verdicts;
  readonly #schedules: Pick<ScheduleChanges, 'all'>;
  readonly #scheduleVerdicts: ScheduleVerdictMaker;
  readonly #summaries = new Map<string, Summary>();

  constructor(options: {
    cluster: ClusterService;
    catalog: CatalogService;
    gate: VmGate;
    index: OperationIndex;
    captures: CaptureRecorder;
    verdicts: Verdicts;
    schedules: Pick<ScheduleChanges, 'all'>;
    scheduleVerdicts: ScheduleVerdictMaker;
  }) {
    this.#cluster = options.cluster;
    this.#catalog = options.catalog;
    this.#gate = options.gate;
    this.#index = options.index;
    this.#captures = options.captures;
    this.#verdicts = options.verdicts;
    this.#schedules = options.schedules;
    this.#scheduleVerdicts = options.scheduleVerdicts;
  }

  async list(
    fleet: FleetAccess,
    query: VmListQuery,
    options: { credentials: BackstageCredentials; ownershipRefs: string[] },
  ): Promise<VmList> {
    const { offset = 0, limit = 20 } = query;
    const related =
      query.belongsTo === undefined
        ? undefined
        : await relatedVms(query.belongsTo, {
            catalog: this.#catalog,
            credentials: options.credentials,
          });
    const scheduled = await this.#schedules.all();
    const readable = this.#cluster
      .vms()
      .map(vm => fleet.accessTo(vm))
      .filter(access => access.can(vmReadPermission));
    const facets: VmList['facets'] = {
      clusters: {},
      namespaces: {},
      owners: {},
    };
    for (const { ref, owners } of readable) {
      count(facets.clusters, ref.cluster);
      count(facets.namespaces, `${ref.cluster}/${ref.namespace}`);
      owners.forEach(owner => count(facets.owners, owner));
    }
    const wanted = this.#sort(
      readable.filter(access =>
        this.#matches(access, query, options.ownershipRefs, related, scheduled),
      ),
      query,
      scheduled,
    );
    const page = wanted.slice(offset, offset + limit);
    const underWay = this.#underWay(wanted);
    const newest = underWay.slice(0, MAX_UNDER_WAY);
    const entities = await this.#entitiesOf(
      [...new Set([...page, ...newest])],
      options.credentials,
    );
    const toItem = (access: VmAccess) =>
      this.#toItem(access, entities.get(stringifyVmRef(access.ref)), scheduled);
    return {
      items: page.map(toItem),
      underWay: newest.map(toItem),
      underWayItems: underWay.length,
      totalItems: wanted.length,
      unprotectedItems: query.unprotected
        ? wanted.length
        : wanted.filter(({ vm }) => this.#isUnprotected(vm)).length,
      allItems: readable.length,
      facets,
      staleClusters: this.#cluster
        .statuses()
        .filter(({ state }) => state !== 'live')
        .map(({ name }) => name),
      offset,
      limit,
    };
  }

  #matches(
    { ref, vm, owners }: VmAccess,
    query: VmListQuery,
    ownershipRefs: string[],
    related: RelatedVms | undefined,
    scheduled: Scheduled,
  ): boolean {
    const search = query.search?.trim().toLowerCase();
    return (
      (!search || stringifyVmRef(ref).toLowerCase().includes(search)) &&
      (!query.cluster || ref.cluster === query.cluster) &&
      (!query.namespace ||
        ref.namespace === query.namespace ||
        `${ref.cluster}/${ref.namespace}` === query.namespace) &&
      (!query.owner || owners.includes(query.owner)) &&
      (!query.mine || owners.some(owner => ownershipRefs.includes(owner))) &&
      (!query.power || powerOf(vm) === query.power) &&
      (!query.vms || query.vms.includes(stringifyVmRef(ref))) &&
      (!related || this.#belongs({ vm, owners }, related)) &&
      (!query.unscheduled || !scheduleOf(vm, scheduled)) &&
      (!query.unprotected || this.#isUnprotected(vm))
    );
  }

  #belongs(
    { vm, owners }: Pick<VmAccess, 'vm' | 'owners'>,
    related: RelatedVms,
  ): boolean {
    return (
      owners.some(owner => related.owners.has(owner)) ||
      (related.entities.get(stringifyVmRef(vm.ref)) ?? []).some(
        // What an entity says of itself counts if the cluster says so too.
        entity => this.#gate.bind(entity, vm).bound,
      )
    );
  }

  #sort(
    rows: VmAccess[],
    query: VmListQuery,
    scheduled: Scheduled,
  ): VmAccess[] {
    const { sort = 'name', order = 'asc' } = query;
    const keyOf = (access: VmAccess): string => {
      switch (sort) {
        case 'owner':
          return access.owners[0] ?? '';
        case 'place':
          return `${access.ref.cluster}/${access.ref.namespace}`;
        case 'state':
          return this.#stateKey(access.vm);
        case 'lastSnapshot':
          return this.#summaryOf(access.vm).lastGoodAt ?? '';
        case 'nextRun':
          return scheduleOf(access.vm, scheduled)?.nextRunAt ?? '';
        default:
          return access.ref.name;
      }
    };
    const keyed = rows.map(access => ({
      access,
      key: keyOf(access),
      id: stringifyVmRef(access.ref),
    }));
    const direction = order === 'asc' ? 1 : -1;
    keyed.sort(
      (a, b) =>
        direction * collator.compare(a.key, b.key) ||
        collator.compare(a.id, b.id),
    );
    return keyed.map(({ access }) => access);
  }

  #busyOf(vm: VmRecord): VmBusy | undefined {
    return busyOf(vm, this.#index.ofVm(vm.ref), this.#cluster);
  }

  /** Those that something is being done with, the latest first. */
  #underWay(rows: VmAccess[]): VmAccess[] {
    return rows
      .map(access => ({ access, busy: this.#busyOf(access.vm) }))
      .filter(({ busy }) => busy)
      .sort(
        (a, b) =>
          (b.busy!.since ?? '').localeCompare(a.busy!.since ?? '') ||
          collator.compare(
            stringifyVmRef(a.access.ref),
            stringifyVmRef(b.access.ref),
          ),
      )
      .map(({ access }) => access);
  }

  /** Those that something is being done with come first. */
  #stateKey(vm: VmRecord): string {
    const busy = this.#busyOf(vm);
    return `${busy ? 0 : 1} ${powerOf(vm)} ${vm.printableStatus}`;
  }

  /** One question for the whole page. */
  async #entitiesOf(
    page: VmAccess[],
    credentials: BackstageCredentials,
  ): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    if (page.length === 0) {
      return found;
    }
    const { items } = await this.#catalog.getEntities(
      {
        filter: {
          [`metadata.annotations.${ANNOTATION_VM}`]: page.map(({ ref }) =>
            stringifyVmRef(ref),
          ),
        },
        fields: ['kind', 'metadata', 'spec.owner', 'relations'],
      },
      { credentials },
    );
    const byRef = new Map(
      page.map(({ ref, vm }) => [stringifyVmRef(ref), vm] as const),
    );
    for (const entity of items) {
      const ref = parseVmRef(
        entity?.metadata.annotations?.[ANNOTATION_VM] ?? '',
      );
      const vm = ref && byRef.get(stringifyVmRef(ref));
      if (entity && vm && this.#gate.bind(entity, vm).bound) {
        found.set(stringifyVmRef(vm.ref), stringifyEntityRef(entity));
      }
    }
    return found;
  }

  #toItem(
    access: VmAccess,
    entityRef: string | undefined,
    scheduled: Scheduled,
  ): VmListItem {
    const { ref, vm, owners } = access;
    const busy = this.#busyOf(vm);
    const { total, lastGoodAt, lastGoodName } = this.#summaryOf(vm);
    return {
      ref,
      uid: vm.uid,
      entityRef,
      owners,
      printableStatus: vm.printableStatus,
      power: powerOf(vm),
      busy,
      snapshots: { total, lastGoodAt, lastGoodName },
      unprotected: this.#isUnprotected(vm),
      schedule: scheduleOf(vm, scheduled),
      scheduleNames: schedulesOf(vm, scheduled).map(({ name }) => name),
      expectedConsistency: expectedConsistency(vm),
      allowed: this.#allowed(access, busy, entityRef !== undefined),
    };
  }

  #allowed(
    access: VmAccess,
    busy: VmBusy | undefined,
    hasDoor: boolean,
  ): VmListItem['allowed'] {
    const noDoor = off(
      'permission',
      'No entity of the catalog that you may read stands for this VM.',
    );
    if (!hasDoor) {
      return {
        takeSnapshot: noDoor,
        createSchedule: noDoor,
        retention: noDoor,
        start: noDoor,
        stop: noDoor,
      };
    }
    return {
      takeSnapshot: this.#verdicts.takeSnapshot(access, busy),
      createSchedule: this.#scheduleVerdicts.create(access),
      retention: this.#scheduleVerdicts.retention(access),
      start: this.#verdicts.power(access, 'start', busy),
      stop: this.#verdicts.power(access, 'stop', busy),
    };
  }

  #isUnprotected(vm: VmRecord): boolean {
    const { lastGoodAt } = this.#summaryOf(vm);
    return (
      !lastGoodAt || Date.now() - Date.parse(lastGoodAt) > UNPROTECTED_AFTER_MS
    );
  }

  /** Kept until something about the VM changes. */
  #summaryOf(vm: VmRecord): Summary {
    const key = stringifyVmRef(vm.ref);
    const { uid } = vm;
    const revision = this.#cluster.revision(vm.ref);
    const captures = this.#captures.revision;
    const known = this.#summaries.get(key);
    if (
      known?.uid === uid &&
      known.revision === revision &&
      known.captures === captures
    ) {
      return known;
    }
    const summary: Summary = { uid, revision, captures, total: 0 };
    for (const record of this.#cluster.snapshots(vm.ref)) {
      const capture = this.#captures.of(record);
      if (capture && capture.vmUid !== vm.uid) {
        continue;
      }
      summary.total += 1;
      const at = record.cutAt ?? record.createdAt;
      if (
        snapshotState(record.facts) === 'ready' &&
        at > (summary.lastGoodAt ?? '')
      ) {
        summary.lastGoodAt = at;
        summary.lastGoodName = record.name;
      }
    }
    this.#summaries.set(key, summary);
    return summary;
  }
}
