// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createServiceFactory,
  createServiceRef,
  type LoggerService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import type { Knex } from 'knex';
import type { Notice } from './RunStore';
import type { Chore } from './ScheduleRunner';
import { scheduleFromRow, type Schedule } from './types';

/** A message, in the form of Backstage's notifications. */
export interface NotificationMessage {
  recipients: { type: 'entity'; entityRef: string[] };
  payload: {
    title: string;
    description: string;
    link: string;
    severity: 'normal' | 'high';
    topic: string;
    scope: string;
  };
}

/** Sends messages to people. */
export interface NotificationSender {
  /** @throws when it could not be handed over */
  send(message: NotificationMessage): Promise<void>;
}

/** How long the notifications backend is waited for, ms. */
const TIMEOUT_MS = 10_000;

/**
 * The service of `@backstage/plugin-notifications-node`, by its id and in its
 * shape: a portal that overrides that one overrides this one. Here it needs no
 * package, since portals without notifications have none.
 */
export const notificationSenderRef = createServiceRef<NotificationSender>({
  id: 'notifications.service',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { auth: coreServices.auth, discovery: coreServices.discovery },
      factory: ({ auth, discovery }) => ({
        async send(message) {
          const url = await discovery.getBaseUrl('notifications');
          const { token } = await auth.getPluginRequestToken({
            onBehalfOf: await auth.getOwnServiceCredentials(),
            targetPluginId: 'notifications',
          });
          const response = await fetch(url, {
            method: 'POST',
            body: JSON.stringify(message),
            headers: {
              'Content-Type': 'application/json',
              Authorization: `Bearer ${token}`,
            },
            redirect: 'error',
            signal: AbortSignal.timeout(TIMEOUT_MS),
          });
          if (!response.ok) {
            throw new Error(`Notifications answered ${response.status}`);
          }
        },
      }),
    }),
});

/** So often is tried to hand a message over. */
const MAX_TRIES = 3;

const RETRY_MS = 60_000;

const BATCH = 10;

/**
 * Tells owners what is the matter with a schedule. A portal without
 * notifications loses the messages and nothing else.
 */
export class Notifier implements Chore {
  readonly #knex: Knex;
  readonly #sender: NotificationSender;
  readonly #logger: LoggerService;

  constructor(options: {
    knex: Knex;
    sender: NotificationSender;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#sender = options.sender;
    this.#logger = options.logger;
  }

  async tick(now: number): Promise<boolean> {
    const rows = await this.#knex('schedule_notices')
      .where('send_at', '<=', now)
      .orderBy('send_at')
      .limit(BATCH);
    for (const row of rows) {
      await this.#handOver(row, now);
    }
    return rows.length === BATCH;
  }

  async #handOver(row: any, now: number): Promise<void> {
    // One replica's for a minute; should it die, another one's afterwards.
    const mine = await this.#knex('schedule_notices')
      .where({ id: row.id, send_at: row.send_at })
      .update({ send_at: now + RETRY_MS, tries: row.tries + 1 });
    if (mine !== 1) {
      return;
    }
    const found = await this.#knex('schedules')
      .where({ id: row.schedule_id })
      .first();
    let done = !found;
    if (found) {
      try {
        await this.#sender.send(
          toMessage(scheduleFromRow(found), JSON.parse(row.payload)),
        );
        done = true;
      } catch (error) {
        this.#logger.info(
          `Owners were not notified about schedule ${row.schedule_id}`,
          error as Error,
        );
        done = row.tries + 1 >= MAX_TRIES;
      }
    }
    if (done) {
      await this.#knex('schedule_notices').where({ id: row.id }).delete();
    }
  }
}

/** One scope for each schedule: what is new replaces what was said before. */
export function toMessage(
  schedule: Schedule,
  notice: Notice,
): NotificationMessage {
  const { kind, namespace, name } = parseEntityRef(schedule.entityRef);
  return {
    recipients: {
      type: 'entity',
      entityRef: Array.from(new Set([...schedule.owners, schedule.author])),
    },
    payload: {
      ...notice,
      link: `/catalog/${namespace}/${kind}/${name}/snapshots`.toLowerCase(),
      topic: 'kubevirt-snapshots',
      scope: `kubevirt-snapshots:schedule:${schedule.id}`,
    },
  };
}
