// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import {
  parseVmRef,
  type AuditDetails,
  type AuditEntry,
  type AuditEntryOutcome,
  type AuditList,
  type AuditListQuery,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmResource } from 'backstage-plugin-kubevirt-snapshots-node';
import type { AuditRow } from '../types';
import type { VmScope } from '../../authorization/vmScope';
import { inScope, resourceOf, whereInScope } from './scope';
import { toEntry } from './toEntry';

const TABLE = 'audit_events';
const DEFAULT_LIMIT = 50;

/** Rows that a history reads at once while it leaves some out. */
const HISTORY_PAGE = 200;

/** Filters of a list, without what pages through it. */
export type AuditFilters = Omit<AuditListQuery, 'before' | 'limit'>;

interface Found {
  row: AuditRow;
  settled?: AuditRow;
}

const found = (columns: any): Found => ({
  row: JSON.parse(columns.body),
  settled: columns.settled ? JSON.parse(columns.settled) : undefined,
});

/** Kinds that an outcome can be told from. */
function whereOutcome(
  query: Knex.QueryBuilder,
  outcome: AuditEntryOutcome,
): void {
  switch (outcome) {
    case 'pending':
      // Settled in the same transaction that finishes the operation.
      query
        .where('e.kind', 'intent')
        .whereIn(
          'e.operation_id',
          query.client
            .queryBuilder()
            .from('operations')
            .whereNull('finished_at')
            .select('id'),
        );
      break;
    case 'denied':
    case 'observed':
      query.where('e.kind', outcome);
      break;
    case 'recorded':
      query.where('e.kind', 'system');
      break;
    default:
      query.where('s.outcome', outcome);
  }
}

/** Whether only acts that have ended are asked for. */
const onlySettled = ({ outcomes }: AuditFilters) =>
  Boolean(outcomes?.length) &&
  outcomes!.every(one => ['success', 'failure', 'unknown'].includes(one));

const asEntry = ({ row, settled }: Found) => toEntry(row, settled);

function page(items: AuditEntry[], more: boolean): AuditList {
  return more ? { items, next: items[items.length - 1].seq } : { items };
}

/** Reads the trail for people. */
export class AuditReader {
  readonly #knex: Knex;

  constructor(options: { knex: Knex }) {
    this.#knex = options.knex;
  }

  /** A page of what matches the query, newest first. */
  async list(scope: VmScope, query: AuditListQuery): Promise<AuditList> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const settled = onlySettled(query);
    const select = settled
      ? this.#settledActs(query.before)
      : this.#acts(query.before);
    await this.#filter(select, query, settled ? 'e.act_seq' : 'e.seq');
    whereInScope(select, scope);
    const rows = await select.limit(limit + 1);
    return page(
      rows.slice(0, limit).map((columns: any) => asEntry(found(columns))),
      rows.length > limit,
    );
  }

  /**
   * History of the VM that bears a name: what concerns the VM with this UID,
   * and of former VMs of that name what `former` lets through.
   */
  async history(options: {
    vm: VmRef;
    uid: string;
    former: (resource: VmResource) => boolean;
    query: AuditListQuery;
  }): Promise<AuditList> {
    const { vm, uid, query } = options;
    const limit = query.limit ?? DEFAULT_LIMIT;
    const items: AuditEntry[] = [];
    let before = query.before;
    for (;;) {
      const select = this.#acts(before);
      await this.#filter(select, { ...query, vm: undefined }, 'e.seq');
      const rows = await select
        .where({
          'e.cluster': vm.cluster,
          'e.namespace': vm.namespace,
          'e.vm_name': vm.name,
        })
        .limit(HISTORY_PAGE);
      for (const columns of rows) {
        const act = found(columns);
        const resource = resourceOf(act.row)!;
        const own = resource.uid === uid;
        if (own || options.former(resource)) {
          if (items.length === limit) {
            return page(items, true);
          }
          items.push({ ...asEntry(act), ...(!own && { formerVm: true }) });
        }
      }
      if (rows.length < HISTORY_PAGE) {
        return page(items, false);
      }
      before = Number(rows[rows.length - 1].seq);
    }
  }

  /** One act by the number of any of its rows; undefined outside the scope. */
  async details(
    scope: VmScope,
    seq: number,
  ): Promise<AuditDetails | undefined> {
    const one = await this.#knex(TABLE).where({ seq }).first();
    if (!one || !inScope(scope, JSON.parse(one.body))) {
      return undefined;
    }
    const rows = one.operation_id
      ? await this.#knex(TABLE)
          .where({ operation_id: one.operation_id })
          .orderBy('seq')
      : [one];
    const contents: AuditRow[] = rows.map(row => JSON.parse(row.body));
    const settled = contents.find(row => row.kind === 'settled');
    const first = contents[0];
    return {
      entry: toEntry(first, settled === first ? undefined : settled),
      rows: rows.map(row => ({
        seq: Number(row.seq),
        kind: row.kind,
        body: row.body,
        rowHash: row.row_hash,
        contentDigest: row.content_digest,
      })),
    };
  }

  /** Acts, newest first, each with its settlement as column `settled`. */
  #acts(before: number | undefined): Knex.QueryBuilder {
    const query = this.#knex({ e: TABLE })
      .leftJoin({ s: TABLE }, join =>
        join
          .on('s.operation_id', 'e.operation_id')
          .andOnVal('s.kind', 'settled'),
      )
      .whereNot('e.kind', 'settled')
      .orderBy('e.seq', 'desc')
      .select('e.seq', 'e.body', { settled: 's.body' });
    return before === undefined ? query : query.where('e.seq', '<', before);
  }

  /**
   * The same by way of the rows that settle acts, which repeat what the intents
   * say: so an index finds the few that failed.
   */
  #settledActs(before: number | undefined): Knex.QueryBuilder {
    const query = this.#knex({ e: TABLE })
      .join({ i: TABLE }, 'i.seq', 'e.act_seq')
      .where('e.kind', 'settled')
      .orderBy('e.act_seq', 'desc')
      .select('i.seq', 'i.body', { settled: 'e.body' });
    return before === undefined ? query : query.where('e.act_seq', '<', before);
  }

  async #filter(
    query: Knex.QueryBuilder,
    filters: AuditFilters,
    seq: 'e.seq' | 'e.act_seq',
  ): Promise<void> {
    const vm = filters.vm === undefined ? undefined : parseVmRef(filters.vm);
    if (vm) {
      query.where({
        'e.cluster': vm.cluster,
        'e.namespace': vm.namespace,
        'e.vm_name': vm.name,
      });
    }
    if (filters.actor) {
      query.where('e.actor', filters.actor);
    }
    if (filters.actions?.length) {
      query.whereIn('e.action', filters.actions);
    }
    if (filters.origins?.length) {
      query.whereIn('e.origin', filters.origins);
    }
    if (seq === 'e.act_seq') {
      query.whereIn('e.outcome', filters.outcomes!);
    } else if (filters.outcomes?.length) {
      const { outcomes } = filters;
      query.andWhere(any =>
        outcomes.forEach(one => any.orWhere(b => whereOutcome(b, one))),
      );
    }
    // Time never goes back along the rows, so a time is a number.
    if (filters.from) {
      query.where(seq, '>=', await this.#firstAt(filters.from));
    }
    if (filters.to) {
      query.where(seq, '<', await this.#firstAt(filters.to));
    }
  }

  /** Number of the first row from that time on, or one past the end. */
  async #firstAt(time: string): Promise<number> {
    const row = await this.#knex(TABLE)
      .where('at', '>=', Date.parse(time))
      .orderBy([{ column: 'at' }, { column: 'seq' }])
      .first('seq');
    return row ? Number(row.seq) : Number.MAX_SAFE_INTEGER;
  }
}

/** Whether an act matches the filters; the same as the query, for exports. */
export function matchesFilters(
  act: { row: AuditRow; settled?: AuditRow },
  filters: AuditFilters,
): boolean {
  const entry = toEntry(act.row, act.settled);
  const { vm } = act.row;
  return (
    (!filters.vm ||
      (vm !== undefined &&
        filters.vm === `${vm.cluster}/${vm.namespace}/${vm.name}`)) &&
    (!filters.actor || filters.actor === entry.actor) &&
    (!filters.actions?.length || filters.actions.includes(entry.action)) &&
    (!filters.origins?.length || filters.origins.includes(entry.origin)) &&
    (!filters.outcomes?.length || filters.outcomes.includes(entry.outcome)) &&
    (!filters.from || act.row.at >= Date.parse(filters.from)) &&
    (!filters.to || act.row.at < Date.parse(filters.to))
  );
}
