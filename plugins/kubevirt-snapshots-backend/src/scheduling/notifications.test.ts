// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import express from 'express';
import Router from 'express-promise-router';
import { HOUR, MINUTE, scheduleBed, START } from '../__testUtils__/scheduleBed';
import {
  notificationSenderRef,
  Notifier,
  type NotificationSender,
} from './Notifier';

jest.setTimeout(60_000);

const FIRST = START + 30 * MINUTE;

/** When the run has failed for certain: the clock of the tests goes on. */
const TOLD = FIRST + 5 * MINUTE;

describe('notifications over HTTP', () => {
  let sender: NotificationSender;
  let stop: () => Promise<void>;

  /** A portal with our plugin, and with what answers for notifications. */
  async function begin(answer?: (body: unknown, subject: string) => number) {
    const ours = createBackendPlugin({
      pluginId: 'kubevirt-snapshots',
      register(reg) {
        reg.registerInit({
          deps: { notifications: notificationSenderRef },
          async init({ notifications }) {
            sender = notifications;
          },
        });
      },
    });
    const theirs = createBackendPlugin({
      pluginId: 'notifications',
      register(reg) {
        reg.registerInit({
          deps: {
            http: coreServices.httpRouter,
            httpAuth: coreServices.httpAuth,
          },
          async init({ http, httpAuth }) {
            const router = Router();
            router.use(express.json());
            // As @backstage/plugin-notifications-backend: services only.
            router.post('/', async (req, res) => {
              const { principal } = await httpAuth.credentials(req, {
                allow: ['service'],
              });
              res.status(answer!(req.body, principal.subject)).json([]);
            });
            http.use(router);
          },
        });
      },
    });
    const backend = await startTestBackend({
      features: answer ? [ours, theirs] : [ours],
    });
    stop = () => backend.stop();
  }

  afterEach(() => stop());

  const MESSAGE: Parameters<NotificationSender['send']>[0] = {
    recipients: { type: 'entity', entityRef: ['group:default/team-a'] },
    payload: {
      title: 'Schedule nightly of VM web-01 is suspended',
      description: 'east/shop/web-01: three failures in a row',
      link: '/catalog/default/resource/web-01/snapshots',
      severity: 'high',
      topic: 'kubevirt-snapshots',
      scope: 'kubevirt-snapshots:schedule:abc',
    },
  };

  it('arrive as they are, from the plugin', async () => {
    const received: unknown[] = [];
    await begin((body, subject) => {
      received.push([subject, body]);
      return 200;
    });
    await sender.send(MESSAGE);
    expect(received).toEqual([['plugin:kubevirt-snapshots', MESSAGE]]);
  });

  it('are not taken for sent when they are refused', async () => {
    await begin(() => 400);
    await expect(sender.send(MESSAGE)).rejects.toThrow(
      'Notifications answered 400',
    );
  });

  it('are not taken for sent in a portal without notifications', async () => {
    await begin();
    await expect(sender.send(MESSAGE)).rejects.toThrow(
      'Notifications answered 404',
    );
  });
});

describe('notices to owners', () => {
  let bed: Awaited<ReturnType<typeof scheduleBed>>;

  beforeEach(async () => {
    bed = await scheduleBed('SQLITE_3');
  });

  afterEach(() => bed.close());

  /** Another replica's, which does with a message what the test says. */
  const notifier = (send: NotificationSender['send']) =>
    new Notifier({
      knex: bed.knex,
      sender: { send },
      logger: mockServices.logger.mock(),
    });

  /** Lets a run fail, but nobody is told yet. */
  async function fail() {
    jest.spyOn(bed.notifier, 'tick').mockResolvedValue(false);
    const schedule = await bed.schedule();
    bed.storage = 'fails';
    await bed.setTime(FIRST);
    await bed.work();
    expect(await bed.knex('schedule_notices')).toHaveLength(1);
    return schedule;
  }

  it('are sent once, however many replicas there are', async () => {
    await fail();
    const sent: unknown[] = [];
    const replicas = Array.from({ length: 5 }, () =>
      notifier(async message => {
        sent.push(message);
      }),
    );
    await Promise.all(replicas.map(replica => replica.tick(TOLD)));
    expect(sent).toHaveLength(1);
    await Promise.all(replicas.map(replica => replica.tick(TOLD + HOUR)));
    expect(sent).toHaveLength(1);
    expect(await bed.knex('schedule_notices')).toEqual([]);
  });

  it('are tried three times and then let go, and nothing else suffers', async () => {
    const schedule = await fail();
    let tries = 0;
    const broken = notifier(async () => {
      tries += 1;
      throw new Error('There are no notifications');
    });
    for (let i = 0; i < 5; i += 1) {
      await broken.tick(TOLD + i * 2 * MINUTE);
    }
    expect(tries).toBe(3);
    expect(await bed.knex('schedule_notices')).toEqual([]);
    bed.storage = 'works';
    await bed.setTime(FIRST + HOUR);
    await bed.work();
    expect((await bed.runsOf(schedule)).map(({ state }) => state)).toEqual([
      'failed',
      'succeeded',
    ]);
  });

  it('of a replica that died with one are sent by another after a minute', async () => {
    await fail();
    // It claims the message, and is gone before anything comes of it.
    void notifier(() => new Promise(() => {})).tick(TOLD);
    await waitFor(
      async () => (await bed.knex('schedule_notices').first()).tries === 1,
    );
    const sent: unknown[] = [];
    const other = notifier(async message => {
      sent.push(message);
    });
    await other.tick(TOLD + MINUTE - 1);
    expect(sent).toEqual([]);
    await other.tick(TOLD + MINUTE);
    expect(sent).toHaveLength(1);
  });
});

async function waitFor(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
