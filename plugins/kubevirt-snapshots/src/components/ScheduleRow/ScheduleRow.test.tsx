// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  list,
  no,
  refusal,
  schedule,
  scheduleCalendar,
  scheduleDetails,
  scheduleRun,
  yes,
} from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { SnapshotsView } from '../SnapshotsView';

type Item = ReturnType<typeof schedule>;

async function show(
  options: { item?: Item; api?: FakeApi; path?: string } = {},
) {
  const { item = schedule(), api = new FakeApi(), path } = options;
  api.listSnapshots.mockResolvedValue(list({ scheduled: [item] }));
  const rendered = await renderWithApi(<SnapshotsView entity={entityKey} />, {
    api,
    path,
  });
  return { ...rendered, item };
}

const row = () => screen.findByRole('row', { name: /nightly/ });

async function choose(action: string) {
  await userEvent.click(
    await screen.findByRole('button', {
      name: 'Actions for schedule nightly',
    }),
  );
  await userEvent.click(screen.getByRole('menuitem', { name: action }));
}

describe('the row of a schedule', () => {
  it('says what it does, its state, why, and how it went', async () => {
    await show({
      item: schedule({
        state: 'suspended',
        nextRunAt: undefined,
        reason: {
          code: 'failures',
          message: 'Three snapshots in a row failed.',
          since: '2026-11-22T03:00:00Z',
        },
        failuresInRow: 3,
        lastRun: scheduleRun({ state: 'failed', reason: 'Deadline exceeded.' }),
      }),
    });
    const text = await row();
    expect(text).toHaveTextContent('Suspended');
    expect(text).toHaveTextContent('Three snapshots in a row failed.');
    expect(text).toHaveTextContent('Last: Failed');
    expect(text).toHaveTextContent('Deadline exceeded.');
    expect(text).toHaveTextContent('3 failures in a row');
    expect(text).toHaveTextContent('No next run');
  });

  it('says why an action is off, and does nothing then', async () => {
    const { api } = await show({
      item: schedule({
        allowed: {
          update: no('You may not change schedules.'),
          runNow: no('The VM is busy.', 'vm-busy'),
          pause: yes,
          resume: yes,
          adopt: no('You answer for it already.', 'schedule-author'),
          delete: yes,
        },
      }),
    });
    await choose('Run now…');
    expect(
      screen.getByRole('menuitem', { name: 'Run now…' }),
    ).toHaveAccessibleDescription('The VM is busy.');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Run now…' }));
    expect(
      screen.queryByRole('dialog', { name: /^Run schedule/ }),
    ).not.toBeInTheDocument();
    expect(api.runSchedule).not.toHaveBeenCalled();
  });

  it('runs now once, after a question', async () => {
    const { api, toast } = await show();
    await choose('Run now…');
    const dialog = screen.getByRole('dialog', {
      name: 'Run schedule nightly now?',
    });
    expect(dialog).toHaveTextContent('The times of the schedule stay');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Run now' }),
    );
    await waitFor(() => expect(toast.post).toHaveBeenCalled());
    expect(api.runSchedule).toHaveBeenCalledWith(entityKey, 'k3j9x0a2bqzm', {
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      vmUid: 'vm-uid-1',
    });
  });

  it('wants a reason for a pause and sends the same act again', async () => {
    const api = new FakeApi();
    api.pauseSchedule.mockRejectedValueOnce(refusal(503, {}, 'Not now.'));
    const { toast } = await show({ api });
    await choose('Pause…');
    const button = screen.getByRole('button', { name: 'Pause' });
    await userEvent.click(button);
    expect(api.pauseSchedule).not.toHaveBeenCalled();
    const reason = screen.getByRole('textbox', { name: /^Reason/ });
    expect(reason).toBeInvalid();
    await userEvent.type(reason, 'Migration');
    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
    expect(reason).toHaveValue('Migration');
    await userEvent.click(button);
    await waitFor(() => expect(toast.post).toHaveBeenCalled());
    const [first, second] = api.pauseSchedule.mock.calls.map(([, , r]) => r);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ reason: 'Migration', until: undefined });
  });

  it('can be resumed while it is paused, and not paused', async () => {
    const { api } = await show({
      item: schedule({
        state: 'paused',
        allowed: {
          ...schedule().allowed,
          pause: no('It is paused.', 'schedule-paused' as never),
          resume: yes,
        },
      }),
    });
    await choose('Resume…');
    expect(
      screen.queryByRole('menuitem', { name: 'Pause…' }),
    ).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(api.resumeSchedule).toHaveBeenCalledTimes(1));
  });

  it.each([
    ['They stay until somebody deletes them', true],
    [/^They are deleted as well/, false],
  ])('asks what becomes of its snapshots: %s', async (answer, keep) => {
    const { api } = await show({ item: schedule({ ownedSnapshots: 4 }) });
    await choose('Delete schedule…');
    const group = screen.getByRole('radiogroup', {
      name: 'What happens to its snapshots (4)?',
    });
    expect(
      within(group).getByRole('radio', { name: /^They stay/ }),
    ).toBeChecked();
    await userEvent.click(within(group).getByRole('radio', { name: answer }));
    await userEvent.click(
      screen.getByRole('button', { name: 'Delete schedule' }),
    );
    await waitFor(() => expect(api.deleteSchedule).toHaveBeenCalled());
    expect(api.deleteSchedule.mock.calls[0][2].keepSnapshots).toBe(keep);
  });
});

describe('the page of a schedule', () => {
  it('shows its runs, and why some made no snapshot', async () => {
    const api = new FakeApi();
    api.getSchedule.mockResolvedValue(
      scheduleDetails({
        runs: [
          scheduleRun(),
          scheduleRun({
            id: 'run-2',
            state: 'skipped',
            startedAt: undefined,
            delayMs: undefined,
            reason: 'The VM was being restored.',
            snapshotName: undefined,
          }),
          scheduleRun({
            id: 'run-3',
            state: 'missed',
            startedAt: undefined,
            delayMs: undefined,
            snapshotName: undefined,
            missed: {
              firstAt: '2026-11-12T03:00:00Z',
              lastAt: '2026-11-20T03:00:00Z',
              count: 9,
            },
          }),
        ],
      }),
    );
    await show({ api });
    await userEvent.click(await screen.findByRole('link', { name: 'nightly' }));
    const drawer = await screen.findByRole('dialog', {
      name: 'Schedule nightly',
    });
    const [, ran, skipped, missed] = await within(drawer).findAllByRole('row');
    expect(ran).toHaveTextContent('0:02');
    expect(within(ran).getByRole('link')).toHaveTextContent(
      'k3j9x0a2bqzm-20261122t030000z',
    );
    expect(skipped).toHaveTextContent('The VM was being restored.');
    expect(missed).toHaveTextContent('9 snapshots, due from');
    expect(
      within(drawer).getByRole('list', { name: '1 is kept' }),
    ).toHaveTextContent('number 1 of the last ones');
    expect(await axe(drawer)).toHaveNoViolations();
  });

  it('is in the address, and says when there is none', async () => {
    const api = new FakeApi();
    api.getSchedule.mockRejectedValue(refusal(404));
    await show({ api, path: '/?schedule=gone' });
    expect(
      await screen.findByText('There is no schedule like this any longer.'),
    ).toBeVisible();
    expect(api.getSchedule.mock.calls[0][1]).toBe('gone');
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(address()).toBe('/'));
  });
});

describe('the month', () => {
  const calendar = scheduleCalendar({
    snapshots: [
      {
        name: 'before-upgrade',
        at: '2026-11-05T12:00:00Z',
        state: 'ready',
      },
    ],
    runs: [
      scheduleRun({
        id: 'run-9',
        dueAt: '2026-11-06T12:00:00Z',
        state: 'missed',
      }),
    ],
    coming: [
      { scheduleId: 'k3j9x0a2bqzm', at: '2026-11-27T12:00:00Z' },
      { scheduleId: 'k3j9x0a2bqzm', at: '2026-11-28T11:00:00Z' },
      { scheduleId: 'k3j9x0a2bqzm', at: '2026-11-28T12:00:00Z' },
    ],
  });

  it('shows what was and what is to come, day by day', async () => {
    const api = new FakeApi();
    api.getScheduleCalendar.mockResolvedValue(calendar);
    await show({ api, path: '/?view=month&month=2026-11' });
    const month = await screen.findByRole('table', {
      name: 'Snapshots and schedules of November 2026',
    });
    const cell = (day: string) =>
      within(month)
        .getAllByRole('cell')
        .find(each => each.textContent?.includes(`, November ${day}`));
    expect(cell('5')).toHaveTextContent('Taken: before-upgrade');
    expect(cell('6')).toHaveTextContent('Missed: nightly');
    expect(cell('27')).toHaveTextContent('12:00 PM nightly');
    expect(cell('28')).toHaveTextContent('2 from nightly');
    expect(await axe(month)).toHaveNoViolations();
    // Monday the 26th of October to Sunday the 6th of December.
    const [, { from, to }] = api.getScheduleCalendar.mock.calls[0];
    expect(Date.parse(to) - Date.parse(from)).toBe(42 * 86_400_000);
    await userEvent.click(screen.getByRole('button', { name: 'Next month' }));
    await waitFor(() => expect(address()).toContain('month=2026-12'));
  });
});
