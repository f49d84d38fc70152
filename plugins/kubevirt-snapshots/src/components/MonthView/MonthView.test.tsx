// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  refusal,
  schedule,
  scheduleCalendar,
  scheduleRun,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { MonthView } from './MonthView';

/** Noon there, whatever zone the tests run in: the day is the same. */
const at = (day: string, hour = 12) =>
  new Date(`${day}T${String(hour).padStart(2, '0')}:00`).toISOString();

async function show(prepare: (api: FakeApi) => void) {
  const api = new FakeApi();
  prepare(api);
  const onMonth = jest.fn();
  const rendered = await renderWithApi(
    <MonthView
      entity={entityKey}
      schedules={[schedule()]}
      month="2026-11"
      onMonth={onMonth}
      snapshotHref={name => `/snapshot/${name}`}
      scheduleHref={id => `/schedule/${id}`}
    />,
    { api },
  );
  return { ...rendered, onMonth };
}

const cell = async (label: string) =>
  (await screen.findByText(label)).closest('td')!;

describe('MonthView', () => {
  it('shows on each day what was taken, what came to nothing, and what is to come', async () => {
    const { id } = schedule();
    const { api, container } = await show(fake =>
      fake.getScheduleCalendar.mockResolvedValue(
        scheduleCalendar({
          snapshots: [8, 9, 10, 11, 12].map(hour => ({
            name: `s-${hour}`,
            uid: `u-${hour}`,
            at: at('2026-11-03', hour),
            state: 'ready',
            scheduleId: hour === 8 ? id : undefined,
          })),
          runs: [
            scheduleRun({
              scheduleId: id,
              dueAt: at('2026-11-04'),
              state: 'missed',
            }),
          ],
          coming: [
            { scheduleId: id, at: at('2026-11-28', 3) },
            { scheduleId: id, at: at('2026-11-29', 3) },
            { scheduleId: id, at: at('2026-11-29', 15) },
            { scheduleId: 'of-a-former-vm', at: at('2026-12-01', 3) },
          ],
          truncated: true,
        }),
      ),
    );
    const third = within(await cell('Tue, November 3'));
    expect(
      third.getAllByRole('link').map(link => link.getAttribute('href')),
    ).toEqual(['/snapshot/s-8', '/snapshot/s-9', '/snapshot/s-10']);
    expect(third.getAllByRole('link')[0]).toHaveTextContent('nightly');
    expect(third.getByText('2 more')).toBeVisible();
    const missed = within(await cell('Wed, November 4')).getByRole('link');
    expect(missed).toHaveTextContent('Missed: nightly');
    expect(missed).toHaveAttribute('href', `/schedule/${id}`);
    expect(await cell('Sat, November 28')).toHaveTextContent(/3:00.AM nightly/);
    expect(await cell('Sun, November 29')).toHaveTextContent('2 from nightly');
    expect(await cell('Tue, December 1')).toHaveTextContent('a schedule');
    expect(
      screen.getByText('There are more coming snapshots than are shown.'),
    ).toBeVisible();
    expect(api.getScheduleCalendar.mock.calls[0][1]).toEqual({
      from: new Date('2026-10-26T00:00').toISOString(),
      to: new Date('2026-12-07T00:00').toISOString(),
    });
    expect(await axe(container)).toHaveNoViolations();
  });

  it('leads to the months beside it and back to this one', async () => {
    const { onMonth } = await show(() => {});
    for (const [button, month] of [
      ['Previous month', '2026-10'],
      ['Next month', '2026-12'],
      ['This month', undefined],
    ] as const) {
      await userEvent.click(
        await screen.findByRole('button', { name: button }),
      );
      expect(onMonth).toHaveBeenLastCalledWith(month);
    }
  });

  it('shows the reason in the place of a month that may not be seen', async () => {
    await show(api =>
      api.getScheduleCalendar.mockRejectedValue(
        refusal(403, { code: 'permission' }, 'You may not see it.'),
      ),
    );
    expect(await screen.findByRole('alert')).toBeVisible();
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
  });
});
