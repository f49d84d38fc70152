// SPDX-License-Identifier: Apache-2.0
import type { PermissionsService } from '@backstage/backend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  bindingReadPermission,
  scheduleUpdatePermission,
  type PauseAuthorAnswer,
  type PauseAuthorRequest,
  type ScheduleAuthorList,
  type ScheduleAuthorSummary,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Caller } from '../authorization/VmGate';
import { refused } from '../errors';
import type { RequestOrigin } from '../operations/Acceptor';
import { allowed, off } from '../views/vmView';
import { resumed } from './resumed';
import type { ScheduleAct, ScheduleStore } from './ScheduleStore';
import { iso } from './types';

/**
 * Stops all schedules of somebody at once, for the people who run the portal:
 * policy can't be asked about an author who isn't there to ask.
 */
export class AuthorPauses {
  readonly #store: ScheduleStore;
  readonly #permissions: PermissionsService;

  constructor(options: {
    store: ScheduleStore;
    permissions: PermissionsService;
  }) {
    this.#store = options.store;
    this.#permissions = options.permissions;
  }

  /**
   * Lets through whoever may change every schedule there is:
   * `schedule.update` without a condition.
   *
   * @throws NotAllowedError
   */
  async admit(caller: Caller): Promise<void> {
    const verdict = await this.#verdict(caller);
    if (!verdict.allowed) {
      throw refused(verdict.reason);
    }
  }

  async #verdict({ credentials }: Caller): Promise<Verdict> {
    const [decision] = await this.#permissions.authorizeConditional(
      [{ permission: scheduleUpdatePermission }],
      { credentials },
    );
    return decision.result === AuthorizeResult.ALLOW
      ? allowed
      : off('permission', 'You may not change the schedules of everybody.');
  }

  /**
   * For whoever looks after the portal: `binding.read`.
   *
   * @throws NotAllowedError
   */
  async list(caller: Caller): Promise<ScheduleAuthorList> {
    const [decision] = await this.#permissions.authorize(
      [{ permission: bindingReadPermission }],
      { credentials: caller.credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw refused('You may not see who answers for schedules.');
    }
    const [authors, pauses] = await Promise.all([
      this.#store.authors(),
      this.#store.authorPauses(),
    ]);
    const known = new Map(authors.map(one => [one.author, one]));
    for (const { author } of pauses) {
      if (!known.has(author)) {
        known.set(author, { author, schedules: 0, active: 0 });
      }
    }
    const list = Array.from(known.values(), one => {
      const pause = pauses.find(({ author }) => author === one.author);
      return {
        ...one,
        paused: pause && {
          reason: pause.reason,
          by: pause.by,
          since: iso(pause.since),
        },
      };
    });
    const rank = ({ paused }: ScheduleAuthorSummary) => (paused ? 0 : 1);
    list.sort(
      (a, b) => rank(a) - rank(b) || a.author.localeCompare(b.author, 'en'),
    );
    return { authors: list, allowed: await this.#verdict(caller) };
  }

  async pause(
    caller: Caller,
    request: PauseAuthorRequest,
    origin: RequestOrigin,
  ): Promise<PauseAuthorAnswer> {
    const { author, reason } = request;
    const by = caller.credentials.principal.userEntityRef;
    return {
      changed: await this.#store.pauseAuthor(
        { author, reason, by },
        act('pause-author', caller, request, origin),
      ),
    };
  }

  async resume(
    caller: Caller,
    request: PauseAuthorRequest,
    origin: RequestOrigin,
  ): Promise<PauseAuthorAnswer> {
    return {
      changed: await this.#store.resumeAuthor(request.author, {
        ...act('resume-author', caller, request, origin),
        columns: resumed,
      }),
    };
  }
}

function act(
  verb: string,
  { credentials: { principal } }: Caller,
  request: PauseAuthorRequest,
  origin: RequestOrigin,
): ScheduleAct {
  return {
    operationId: request.operationId,
    intent: {
      action: `schedule.${verb}`,
      actor: principal.userEntityRef,
      onBehalfOf: principal.actor?.subject,
      origin: 'portal',
      requestId: origin.requestId,
      options: { author: request.author },
      reason: request.reason,
      decision: 'allow',
    },
  };
}
