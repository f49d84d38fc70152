// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  formatRetention,
  removesSnapshots,
  type CreateScheduleRequest,
  type DeleteScheduleRequest,
  type PauseScheduleRequest,
  type ScheduleActRequest,
  type ScheduleAnswer,
  type ScheduleSettings,
  type UpdateScheduleRequest,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { AuditFacts } from '../audit/types';
import type { VmAccess } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import { badInput, conflict, notFound, refused, unavailable } from '../errors';
import type { RequestOrigin } from '../operations/Acceptor';
import type { AuthorCheck } from './AuthorCheck';
import { checkSettings } from './checkSettings';
import { nextDue } from './dues';
import type { ScheduleConfig } from './readScheduleConfig';
import type { RunStore } from './RunStore';
import { scheduledTake } from './scheduledTake';
import { resumed } from './resumed';
import type {
  ScheduleAct,
  ScheduleColumns,
  ScheduleStore,
} from './ScheduleStore';
import { formerVmOf, type ScheduleVerdictMaker } from './ScheduleVerdictMaker';
import type { ScheduleViews } from './ScheduleViews';
import { toRunView, type Schedule } from './types';

/** Letters of a schedule's id; none that a name can't hold. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Id of the schedule that an act makes: a repeat of the act finds it by this.
 * 60 bits, since it is a part of names that have to stay short.
 */
export function scheduleIdOf(operationId: string): string {
  const digest = createHash('sha256').update(operationId).digest();
  return Array.from(digest.subarray(0, 12), byte => LETTERS[byte % 32]).join(
    '',
  );
}

/** Settings as the trail gets them. */
function factsOf(settings: ScheduleSettings): AuditFacts {
  return {
    schedule: settings.name,
    rule: JSON.stringify(settings.rule),
    timeZone: settings.timeZone,
    retention: formatRetention(settings.retention) || 'keep everything',
    ...(settings.startAt && { startAt: settings.startAt }),
    ...(settings.endAt && { endAt: settings.endAt }),
    ...(settings.snapshots && {
      snapshots: JSON.stringify(settings.snapshots),
    }),
  };
}

/**
 * What people do to schedules. Each act is decided on the VM as the cluster
 * has it right now, and is done when the method returns. Errors are those of
 * OperationService.
 */
export class ScheduleService {
  readonly #store: ScheduleStore;
  readonly #runs: RunStore;
  readonly #views: ScheduleViews;
  readonly #verdicts: ScheduleVerdictMaker;
  readonly #authors: AuthorCheck;
  readonly #config: ScheduleConfig;
  readonly #clock: Clock;

  constructor(options: {
    store: ScheduleStore;
    runs: RunStore;
    views: ScheduleViews;
    verdicts: ScheduleVerdictMaker;
    authors: AuthorCheck;
    config: ScheduleConfig;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#views = options.views;
    this.#verdicts = options.verdicts;
    this.#authors = options.authors;
    this.#config = options.config;
    this.#clock = options.clock;
  }

  async create(
    access: VmAccess,
    request: CreateScheduleRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const { operationId, vmUid, ...settings } = request;
    refuse(this.#verdicts.create(access), access);
    this.#refuseRetention(access, settings);
    refuseOtherVm(access, vmUid);
    await this.#refuseSettings(settings);
    const id = scheduleIdOf(operationId);
    const authorBasis = await this.#authors.basisOf(
      access.actor,
      access.owners,
    );
    const schedule = await this.#store.create(
      {
        id,
        vm: access.ref,
        vmUid,
        owners: access.owners,
        entityRef: access.entityRef,
        settings,
        author: access.actor,
        authorBasis,
      },
      {
        ...this.#act('create', access, request, origin, {
          id,
          after: factsOf(settings),
        }),
        limit: this.#config.maximumPerVm,
        columns: now => ({
          next_due_at: nextDue(settings, now) ?? null,
          author_due_at: now,
        }),
      },
    );
    if (schedule.createdBy !== access.actor || schedule.vmUid !== vmUid) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    return this.#answer(schedule, access);
  }

  /** Replaces the settings. Whoever saves answers for it from then on. */
  async update(
    access: VmAccess,
    id: string,
    request: UpdateScheduleRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const { operationId, vmUid, revision, ...settings } = request;
    const seen = await this.#find(access, id, vmUid);
    refuse(this.#verdicts.of(seen, access).update, access);
    this.#refuseRetention(access, settings);
    await this.#refuseSettings(settings);
    const answering = await this.#answering(access);
    const schedule = await this.#store.change(id, {
      ...this.#act('update', access, request, origin, {
        id,
        before: factsOf(seen.settings),
        after: factsOf(settings),
      }),
      author: access.actor,
      change: (current, now) => {
        if (current.settingsRevision !== revision) {
          throw conflict(
            'Somebody else has changed it. Look at it again before you save.',
            { code: 'schedule-changed', field: 'revision' },
          );
        }
        return {
          ...answering,
          name: settings.name,
          settings: JSON.stringify(settings),
          settings_revision: current.settingsRevision + 1,
          author_due_at: now,
          ...rhythm(current, settings, now),
        };
      },
    });
    return this.#answer(schedule, access);
  }

  /** Takes a snapshot now, beside the rhythm. */
  async runNow(
    access: VmAccess,
    id: string,
    request: ScheduleActRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const schedule = await this.#find(access, id, request.vmUid);
    const known = await this.#runs.log.byOperation(request.operationId);
    if (known) {
      if (known.scheduleId !== id || known.requestedBy !== access.actor) {
        throw conflict(
          'This operation id was used for something else already',
          { code: 'operation-id-used', field: 'operationId' },
        );
      }
      return {
        ...(await this.#answer(schedule, access)),
        run: toRunView(known),
      };
    }
    refuse(this.#verdicts.of(schedule, access).runNow, access);
    if (
      !schedule.settings.snapshots?.configurationOnly &&
      !access.vm.disks.some(disk => disk.captured)
    ) {
      throw conflict(`No disk of ${access.ref.name} can be captured.`, {
        code: 'no-disk',
      });
    }
    const dueAt = await this.#clock.now();
    const run = await this.#runs.runNow(schedule, {
      dueAt,
      actor: access.actor,
      operation: scheduledTake(
        { ...schedule, entityRef: access.entityRef },
        {
          dueAt,
          owners: access.owners,
          byHand: {
            operationId: request.operationId,
            actor: access.actor,
            onBehalfOf: access.onBehalfOf,
            requestId: origin.requestId,
          },
        },
      ),
    });
    const after = (await this.#store.get(id)) ?? schedule;
    return {
      ...(await this.#answer(after, access)),
      run: run && toRunView(run),
    };
  }

  async pause(
    access: VmAccess,
    id: string,
    request: PauseScheduleRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const seen = await this.#find(access, id, request.vmUid);
    const until =
      request.until === undefined ? undefined : Date.parse(request.until);
    const verdict = this.#verdicts.of(seen, access).pause;
    refusePermission(verdict, access);
    const schedule = await this.#store.change(id, {
      ...this.#act('pause', access, request, origin, {
        id,
        name: seen.settings.name,
        reason: request.reason,
        after: {
          state: 'paused',
          ...(request.until && { until: request.until }),
        },
      }),
      change: async (current, now, tx) => {
        refuse(this.#verdicts.of(current, access).pause, access);
        if (until !== undefined && until <= now) {
          throw badInput('The end of a pause has to be in the future', 'until');
        }
        await this.#runs.skipBlocked(
          tx,
          id,
          `It was paused: ${request.reason}`,
        );
        return {
          state: 'paused',
          state_code: 'by-person',
          state_message: request.reason,
          state_by: access.actor,
          state_since: now,
          resume_at: until ?? null,
          next_due_at: null,
        };
      },
    });
    return this.#answer(schedule, access);
  }

  async resume(
    access: VmAccess,
    id: string,
    request: ScheduleActRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    return this.#takeOver('resume', access, id, request, origin);
  }

  /** Answers for it in the stead of its author. */
  async adopt(
    access: VmAccess,
    id: string,
    request: ScheduleActRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    return this.#takeOver('adopt', access, id, request, origin);
  }

  async delete(
    access: VmAccess,
    id: string,
    request: DeleteScheduleRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const seen = await this.#find(access, id, request.vmUid, { former: true });
    refuse(this.#verdicts.of(seen, access).delete, access);
    if (!request.keepSnapshots) {
      if (formerVmOf(seen, access)) {
        throw conflict(
          'Snapshots of a former VM can only be deleted one by one.',
          { code: 'former-vm' },
        );
      }
      refuse(this.#verdicts.retention(access), access);
    }
    const schedule = await this.#store.change(id, {
      ...this.#act('delete', access, request, origin, {
        id,
        before: factsOf(seen.settings),
        after: { keepSnapshots: request.keepSnapshots },
      }),
      change: async (_, now, tx): Promise<ScheduleColumns> => {
        await this.#runs.skipBlocked(tx, id, 'The schedule was deleted');
        return {
          next_due_at: null,
          resume_at: null,
          author_due_at: null,
          deleted_by: access.actor,
          ...(request.keepSnapshots
            ? { state: 'ended', retain_at: null, deleted_at: now }
            : { state: 'deleting', retain_at: now }),
        };
      },
    });
    return { revision: schedule.revision };
  }

  async #takeOver(
    verb: 'resume' | 'adopt',
    access: VmAccess,
    id: string,
    request: ScheduleActRequest,
    origin: RequestOrigin,
  ): Promise<ScheduleAnswer> {
    const seen = await this.#find(access, id, request.vmUid);
    refusePermission(this.#verdicts.of(seen, access)[verb], access);
    const answering = await this.#answering(access);
    const schedule = await this.#store.change(id, {
      ...this.#act(verb, access, request, origin, {
        id,
        name: seen.settings.name,
        before: { author: seen.author, state: seen.state },
        after: { author: access.actor, state: 'active' },
      }),
      author: access.actor,
      change: (current, now) => {
        refuse(this.#verdicts.of(current, access)[verb], access);
        const problem = checkSettings(current.settings, this.#config, now).find(
          ({ field }) => field !== 'endAt',
        );
        if (problem) {
          throw conflict(`It has to be edited first. ${problem.message}`, {
            code: problem.code,
            field: problem.field,
          });
        }
        const keepsPaused =
          verb === 'adopt' &&
          current.state === 'paused' &&
          current.reason?.code === 'by-person';
        if (keepsPaused) {
          return { ...answering, author_due_at: now };
        }
        return {
          ...answering,
          ...(current.state === 'active'
            ? { author_due_at: now, retain_at: now }
            : resumed(current, now)),
        };
      },
    });
    return this.#answer(schedule, access);
  }

  /** Who answers for it now, and what was recorded of the VM with that. */
  async #answering(access: VmAccess): Promise<ScheduleColumns> {
    return {
      author: access.actor,
      author_basis: await this.#authors.basisOf(access.actor, access.owners),
      author_problem: null,
      author_problem_since: null,
      author_told: false,
      owners: JSON.stringify(access.owners),
      entity_ref: access.entityRef,
    };
  }

  async #find(
    access: VmAccess,
    id: string,
    vmUid: string,
    options: { former?: boolean } = {},
  ): Promise<Schedule> {
    const schedule = await this.#views.find(access, id);
    if (!schedule) {
      throw notFound(
        `VM ${access.ref.name} has no schedule ${id}`,
        'schedule-not-found',
      );
    }
    if (!options.former || schedule.vmUid === access.vm.uid) {
      refuseOtherVm(access, vmUid);
    }
    return schedule;
  }

  #act(
    verb: string,
    access: VmAccess,
    request: ScheduleActRequest,
    origin: RequestOrigin,
    what: {
      id: string;
      name?: string;
      before?: AuditFacts;
      after?: AuditFacts;
      reason?: string;
    },
  ): ScheduleAct {
    return {
      operationId: request.operationId,
      intent: {
        action: `schedule.${verb}`,
        actor: access.actor,
        onBehalfOf: access.onBehalfOf,
        origin: 'portal',
        requestId: origin.requestId,
        entityRef: access.entityRef,
        vm: { ...access.ref, uid: access.vm.uid, owners: access.owners },
        options: {
          scheduleId: what.id,
          ...(what.name && { schedule: what.name }),
        },
        before: what.before,
        after: what.after,
        reason: what.reason,
        decision: 'allow',
      },
    };
  }

  #refuseRetention(access: VmAccess, settings: ScheduleSettings): void {
    if (removesSnapshots(settings.retention)) {
      refuse(this.#verdicts.retention(access), access);
    }
  }

  async #refuseSettings(settings: ScheduleSettings): Promise<void> {
    const now = await this.#clock.now();
    const [problem] = checkSettings(settings, this.#config, now);
    if (problem) {
      throw badInput(problem.message, problem.field, problem.code);
    }
  }

  async #answer(schedule: Schedule, access: VmAccess): Promise<ScheduleAnswer> {
    return {
      schedule: await this.#views.item(
        schedule,
        access,
        await this.#clock.now(),
      ),
      revision: schedule.revision,
    };
  }
}

/** When it is due after an edit. What was due before was due by other settings. */
function rhythm(
  current: Schedule,
  settings: ScheduleSettings,
  now: number,
): ScheduleColumns {
  if (current.state !== 'active' && current.state !== 'ended') {
    return {};
  }
  const next = nextDue(settings, now);
  return {
    state: next === undefined ? 'ended' : 'active',
    next_due_at: next ?? null,
    effective_from: now,
    retain_at: now,
  };
}

function refuseOtherVm(access: VmAccess, vmUid: string): void {
  if (access.vm.uid !== vmUid) {
    throw conflict(
      `Another VM bears the name ${access.ref.name} now. Look at it again before you do this.`,
      { code: 'vm-changed' },
    );
  }
}

function refusePermission(verdict: Verdict, access: VmAccess): void {
  if (!verdict.allowed && verdict.code === 'permission') {
    throw refused(verdict.reason, {
      code: 'permission',
      owners: access.owners,
    });
  }
}

function refuse(verdict: Verdict, access: VmAccess): void {
  if (verdict.allowed) {
    return;
  }
  refusePermission(verdict, access);
  if (verdict.code === 'mutations-off' || verdict.code === 'cluster-away') {
    throw unavailable(verdict.reason, verdict.code);
  }
  throw conflict(verdict.reason, { code: verdict.code });
}
