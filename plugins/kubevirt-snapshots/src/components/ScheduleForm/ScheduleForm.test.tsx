// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { nextRuns } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  refusal,
  schedule,
  scheduleLimits,
  schedulePreview,
  vm,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { TakeSnapshotDialog } from '../TakeSnapshotDialog';
import { EditScheduleDialog } from './EditScheduleDialog';
import { formatRun } from './NextRuns';
import type { RuleKind } from './ruleDraft';

async function open(initialKind: RuleKind = 'daily', api = new FakeApi()) {
  const onClose = jest.fn();
  const { toast } = await renderWithApi(
    <TakeSnapshotDialog
      entity={entityKey}
      vm={vm()}
      initialKind={initialKind}
      onClose={onClose}
      onTaken={jest.fn()}
    />,
    { api },
  );
  return { api, onClose, toast };
}

const name = () => screen.getByRole('textbox', { name: /^Name of the/ });
const submit = () => screen.getByRole('button', { name: 'Create schedule' });
const runs = () =>
  within(screen.getByRole('list', { name: 'Next five snapshots' }))
    .getAllByRole('listitem')
    .map(item => item.textContent);

async function fill(field: HTMLElement, text: string) {
  await userEvent.clear(field);
  await userEvent.click(field);
  await userEvent.paste(text);
}

describe('the form of a schedule', () => {
  it('is in the dialog that takes a snapshot, behind one choice', async () => {
    await renderWithApi(
      <TakeSnapshotDialog
        entity={entityKey}
        vm={vm()}
        onClose={jest.fn()}
        onTaken={jest.fn()}
      />,
    );
    const choice = screen.getByRole('button', { name: /Schedule/ });
    expect(choice).toHaveTextContent('Single snapshot');
    await userEvent.click(choice);
    expect(
      screen.getAllByRole('option').map(option => option.textContent),
    ).toEqual([
      'Single snapshot',
      'Hourly',
      'Daily',
      'Weekly',
      'Monthly',
      'Cron',
    ]);
    await userEvent.click(screen.getByRole('option', { name: 'Weekly' }));
    expect(screen.getByRole('checkbox', { name: 'Monday' })).toBeChecked();
    expect(submit()).toBeVisible();
    // Called after its kind until one gives it a name.
    expect(name()).toHaveValue('Weekly');
    await fill(name(), 'before backups');
    await userEvent.click(screen.getByRole('button', { name: /Schedule/ }));
    await userEvent.click(screen.getByRole('option', { name: 'Monthly' }));
    expect(name()).toHaveValue('before backups');
    await userEvent.clear(name());
    expect(name()).toHaveValue('');
  });

  it('creates what it says, with the runs that the runner will have', async () => {
    const { api, onClose, toast } = await open('daily');
    await fill(name(), 'nightly');
    const time = screen.getByLabelText(/^Time of day/);
    await userEvent.clear(time);
    await userEvent.type(time, '02:30');
    expect(screen.getByText('At 02:30, every day')).toBeVisible();
    const shown = runs();
    await userEvent.click(submit());
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(toast.post).toHaveBeenCalled();
    const [, request] = api.createSchedule.mock.calls[0];
    expect(request).toMatchObject({
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      vmUid: 'vm-uid-1',
      name: 'nightly',
      rule: { kind: 'daily', hour: 2, minute: 30 },
      retention: { keepLast: 7 },
      overlap: 'wait',
      suspendAfterFailures: 3,
      snapshots: { deadlineSeconds: 300 },
    });
    expect(request.catchUpMinutes).toBeUndefined();
    expect(shown).toEqual(
      nextRuns(request.rule, request.timeZone, Date.now(), 5).map(run =>
        expect.stringContaining(formatRun(run.at, 'en', request.timeZone)),
      ),
    );
  });

  it('has no accessibility problem', async () => {
    await open('monthly');
    await screen.findByText('1 of 10');
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
  });

  it('says OR where cron means it, and what is wrong as one types', async () => {
    const { api } = await open('cron');
    await fill(name(), 'odd');
    const field = screen.getByRole('textbox', { name: /^Cron expression/ });
    await fill(field, '0 0 13 * 5');
    expect(
      screen.getByText(
        'At 00:00 on day 13 of the month OR on Friday, whichever comes',
      ),
    ).toBeVisible();
    await fill(field, '0 0 30 2 *');
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription(
      expect.stringContaining('No month that the expression names'),
    );
    expect(
      screen.queryByRole('list', { name: 'Next five snapshots' }),
    ).not.toBeInTheDocument();
    await userEvent.click(submit());
    expect(api.createSchedule).not.toHaveBeenCalled();
  });

  it('says what happens on the 31st', async () => {
    await open('monthly');
    const day = screen.getByRole('textbox', { name: 'Day' });
    await userEvent.clear(day);
    await userEvent.type(day, '31');
    await userEvent.tab();
    expect(
      screen.getByText('A month without a day 31 takes its last day.'),
    ).toBeVisible();
    expect(
      screen.getByText(/day 31 of the month, or the last day of a shorter/),
    ).toBeVisible();
  });

  it('wants at least one day of the week', async () => {
    const { api } = await open('weekly');
    await fill(name(), 'weekly');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Monday' }));
    expect(
      screen.getAllByText('Choose at least one day of the week.').length,
    ).toBe(1);
    await userEvent.click(submit());
    expect(api.createSchedule).not.toHaveBeenCalled();
  });

  it('shows the limits as counters and holds to them', async () => {
    const api = new FakeApi();
    api.getScheduleLimits.mockResolvedValue(
      scheduleLimits({
        schedulesOfVm: { used: 10, limit: 10 },
        minimumIntervalMinutes: 120,
        create: no(
          'This VM has 10 of 10 schedules.',
          'schedule-limit' as never,
        ),
      }),
    );
    await open('hourly', api);
    expect(await screen.findByText('10 of 10')).toBeVisible();
    expect(screen.getByText('12, no limit')).toBeVisible();
    expect(
      screen.getByText(
        'At least 120 minutes have to be between two snapshots here.',
      ),
    ).toBeVisible();
    expect(submit()).toHaveAccessibleDescription(
      'This VM has 10 of 10 schedules.',
    );
    await fill(name(), 'more');
    await userEvent.click(submit());
    expect(api.createSchedule).not.toHaveBeenCalled();
  });

  it('shows the coming year, and as a table to who cannot see it', async () => {
    await open('daily');
    expect(
      screen.getByText(
        '365 snapshots would be taken in the coming year, and at most 7 be there at once. In the end there are 7.',
      ),
    ).toBeVisible();
    const table = screen.getByRole('table', {
      name: 'Snapshots that are there, month by month',
    });
    expect(
      within(table)
        .getAllByRole('cell')
        .map(c => c.textContent),
    ).toEqual(Array(12).fill('7'));
  });

  it('survives a refusal, shows it at its field and keeps what was typed', async () => {
    const api = new FakeApi();
    api.createSchedule.mockRejectedValueOnce(
      refusal(409, { code: 'name-taken', field: 'name' }, 'The name is taken.'),
    );
    const { onClose } = await open('daily', api);
    await fill(name(), 'nightly');
    await userEvent.click(submit());
    await waitFor(() => expect(name()).toBeInvalid());
    expect(name()).toHaveAccessibleDescription(
      expect.stringContaining('The name is taken.'),
    );
    expect(name()).toHaveValue('nightly');
    await fill(name(), 'nightly-2');
    expect(name()).toBeValid();
    await userEvent.click(submit());
    await waitFor(() => expect(onClose).toHaveBeenCalled());
  });

  it('starts from a preset of the platform team', async () => {
    const api = new FakeApi();
    api.getScheduleLimits.mockResolvedValue(
      scheduleLimits({
        presets: [
          {
            name: 'gold',
            title: 'Gold',
            rule: { kind: 'weekly', days: [3], hour: 5, minute: 7 },
            retention: { keepLast: 2, weekly: 8 },
          },
        ],
      }),
    );
    await open('daily', api);
    await userEvent.click(
      await screen.findByRole('button', { name: /Start from a preset/ }),
    );
    await userEvent.click(screen.getByRole('option', { name: 'Gold' }));
    expect(screen.getByText('At 05:07 on Wednesday')).toBeVisible();
    expect(screen.getByRole('textbox', { name: 'Keep the last' })).toHaveValue(
      '2',
    );
  });
});

describe('the form of a schedule that exists', () => {
  it('shows what would be kept and removed, and sends the revision seen', async () => {
    const api = new FakeApi();
    api.previewSchedule.mockResolvedValue(
      schedulePreview({
        plan: {
          snapshots: [
            {
              uid: 'a',
              name: 'newest',
              at: '2026-11-22T03:00:00Z',
              state: 'ready',
              complete: true,
            },
            {
              uid: 'b',
              name: 'oldest',
              at: '2026-11-02T03:00:00Z',
              state: 'ready',
              complete: true,
            },
          ],
          plan: {
            keep: [{ id: 'a', reasons: [{ rule: 'keepLast', number: 1 }] }],
            remove: [{ id: 'b', cause: 'not-kept', rule: 'keepLast=2' }],
            waiting: [],
          },
        },
      }),
    );
    const onClose = jest.fn();
    await renderWithApi(
      <EditScheduleDialog
        entity={entityKey}
        vm={vm()}
        item={schedule({ revision: 4 })}
        onClose={onClose}
      />,
      { api },
    );
    const removed = await screen.findByRole('list', {
      name: '1 would be removed',
    });
    expect(removed).toHaveTextContent('oldest');
    expect(removed).toHaveTextContent('keepLast=2');
    const keep = screen.getByRole('textbox', { name: 'Keep the last' });
    await userEvent.clear(keep);
    await userEvent.type(keep, '2');
    await userEvent.tab();
    await waitFor(() =>
      expect(api.previewSchedule).toHaveBeenLastCalledWith(
        entityKey,
        expect.objectContaining({
          retention: { keepLast: 2 },
          scheduleId: 'k3j9x0a2bqzm',
        }),
        expect.anything(),
      ),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Save schedule' }),
    );
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(api.updateSchedule).toHaveBeenCalledWith(
      entityKey,
      'k3j9x0a2bqzm',
      expect.objectContaining({
        revision: 4,
        name: 'nightly',
        rule: { kind: 'daily', hour: 3, minute: 0 },
        retention: { keepLast: 2 },
      }),
    );
  });

  it('says that somebody else changed it meanwhile', async () => {
    const api = new FakeApi();
    api.updateSchedule.mockRejectedValueOnce(
      refusal(
        409,
        { code: 'schedule-changed', field: 'revision' },
        'Somebody else has changed it.',
      ),
    );
    await renderWithApi(
      <EditScheduleDialog
        entity={entityKey}
        vm={vm()}
        item={schedule()}
        onClose={jest.fn()}
      />,
      { api },
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Save schedule' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Somebody else has changed it.',
    );
  });
});
