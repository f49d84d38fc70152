// SPDX-License-Identifier: Apache-2.0
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { SnapshotList } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import {
  entityKey,
  list,
  no,
  operation,
  protection,
  schedule,
  snapshot,
  unfinished,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { DEFAULT_URL_STATE, type UrlState } from '../../hooks/useUrlState';
import { SnapshotTable } from './SnapshotTable';

async function show(
  patch: Partial<SnapshotList> = {},
  state: Partial<UrlState> = {},
) {
  const onChange = jest.fn();
  const onAction = jest.fn();
  const { container } = await renderWithApi(
    <SnapshotTable
      entity={entityKey}
      list={list(patch)}
      state={{ ...DEFAULT_URL_STATE, ...state }}
      onChange={onChange}
      detailsHref={name => `/tab?snapshot=${name}`}
      onAction={onAction}
      onStopRestore={() => {}}
      scheduleHref={id => `?schedule=${id}`}
      onSchedule={jest.fn()}
    />,
  );
  return { onChange, onAction, container };
}

const row = (name: string) =>
  screen.getByRole('row', { name: new RegExp(name) });
const header = (name: string) => screen.getByRole('columnheader', { name });

describe('SnapshotTable', () => {
  it('shows the facts of a snapshot', async () => {
    await show();
    const cells = within(row('before-upgrade'));
    expect(cells.getByRole('rowheader')).toHaveTextContent(
      'before-upgradeBefore the upgrade to version 2',
    );
    expect(cells.getByText('Ready to restore')).toBeVisible();
    expect(cells.getByText('Application-consistent')).toBeVisible();
    expect(cells.getByRole('link', { name: 'before-upgrade' })).toHaveAttribute(
      'href',
      '/tab?snapshot=before-upgrade',
    );
    expect(cells.getByRole('link', { name: 'ann' })).toHaveAttribute(
      'href',
      '/catalog/default/user/ann',
    );
  });

  it('shows what is special: former VM, partial, problem, unknown maker', async () => {
    await show({
      items: [
        snapshot({
          state: 'broken',
          formerVm: true,
          consistency: { level: 'crash', partial: true },
          problem: 'VolumeSnapshot vs-1 missing',
          createdBy: undefined,
          origin: 'external',
        }),
      ],
    });
    expect(row('before-upgrade')).toHaveTextContent(
      'Of a former VM with this name',
    );
    expect(row('before-upgrade')).toHaveTextContent('Crash-consistent');
    expect(row('before-upgrade')).toHaveTextContent('Partial');
    expect(row('before-upgrade')).toHaveTextContent(
      'VolumeSnapshot vs-1 missing',
    );
    expect(row('before-upgrade')).toHaveTextContent('Not made by this portal');
  });

  it('says that a snapshot is protected', async () => {
    const { container } = await show({
      items: [snapshot({ protection: protection() })],
    });
    expect(row('before-upgrade')).toHaveTextContent(
      'Protected (Quarterly closing By ann.',
    );
    expect(await axe(container)).toHaveNoViolations();
  });

  it('keeps the order of the backend', async () => {
    await show({
      items: [unfinished(), snapshot({ name: 'b' }), snapshot({ name: 'a' })],
    });
    expect(
      screen.getAllByRole('rowheader').map(cell => cell.textContent),
    ).toEqual([
      expect.stringMatching(/^in-the-making/),
      expect.stringMatching(/^b/),
      expect.stringMatching(/^a/),
    ]);
  });

  it('pins scheduled items on top, with their next run', async () => {
    await show({
      scheduled: [schedule({ nextRunAt: '2099-01-01T00:00:00Z' })],
    });
    const [first] = screen.getAllByRole('rowheader');
    expect(first).toHaveTextContent('nightly');
    expect(row('nightly')).toHaveTextContent('Active');
    expect(row('nightly')).toHaveTextContent('At 03:00, every day (UTC)');
    expect(row('nightly')).toHaveTextContent(/Next: in \d+ years/);
  });

  it('sorts by a click on a title, and turns round by the next', async () => {
    const { onChange } = await show();
    expect(header('Name')).toHaveAttribute('aria-sort', 'ascending');
    await userEvent.click(header('Name'));
    expect(onChange).toHaveBeenLastCalledWith({ sort: 'name', order: 'desc' });
    await userEvent.click(header('Created'));
    expect(onChange).toHaveBeenLastCalledWith({
      sort: 'created',
      order: 'asc',
    });
    onChange.mockClear();
    await userEvent.click(header('Status'));
    expect(onChange).not.toHaveBeenCalled();
  });

  it('shows the order it was asked for', async () => {
    await show({}, { sort: 'created', order: 'desc' });
    expect(header('Created')).toHaveAttribute('aria-sort', 'descending');
    expect(header('Name')).toHaveAttribute('aria-sort', 'none');
  });

  it('turns pages', async () => {
    const { onChange } = await show(
      { totalItems: 45, offset: 20, limit: 20 },
      { page: 2 },
    );
    expect(screen.getByText('21 - 40 of 45')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: /^Next/ }));
    expect(onChange).toHaveBeenLastCalledWith({ page: 3 });
    await userEvent.click(screen.getByRole('button', { name: /^Previous/ }));
    expect(onChange).toHaveBeenLastCalledWith({ page: 1 });
  });

  it('has no pages when one is enough', async () => {
    await show();
    expect(
      screen.queryByRole('button', { name: /^Next/ }),
    ).not.toBeInTheDocument();
  });

  it('shows steps, problem and a way to stop while one is being made', async () => {
    const { onAction } = await show({
      items: [
        unfinished({
          problem: 'failed to freeze',
          operation: operation({ retrying: true }),
        }),
      ],
    });
    const making = within(row('in-the-making'));
    expect(making.getByText('Creating snapshot')).toBeVisible();
    const steps = making.getByRole('list', { name: 'Steps of in-the-making' });
    expect(
      within(steps)
        .getAllByRole('listitem')
        .map(step => step.textContent),
    ).toEqual([
      'Asked for: done',
      'Lock the VM: done',
      'Capture the disks (1 of 2): in progress',
      'Store the data: not started',
    ]);
    expect(
      making.getByText('The cluster says: failed to freeze'),
    ).toBeVisible();
    expect(making.getByText(/portal keeps trying/)).toBeVisible();
    await userEvent.click(
      making.getByRole('button', { name: 'Stop snapshot in-the-making' }),
    );
    expect(onAction.mock.calls[0][0]).toBe('stop');
  });

  it('says why one cannot be stopped', async () => {
    const { onAction } = await show({
      items: [
        unfinished({
          allowed: { stop: no('It is not yours.'), delete: no('') },
        }),
      ],
    });
    const button = screen.getByRole('button', {
      name: 'Stop snapshot in-the-making',
    });
    expect(button).toHaveAccessibleDescription('It is not yours.');
    await userEvent.click(button);
    expect(onAction).not.toHaveBeenCalled();
  });

  it('offers no second stop for what is being stopped', async () => {
    await show({ items: [unfinished({ state: 'stopping' })] });
    expect(
      screen.queryByRole('button', { name: /^Stop snapshot/ }),
    ).not.toBeInTheDocument();
  });

  it('drops columns on a narrow screen but nothing of their content', async () => {
    act(() => setViewportWidth(400));
    await show();
    expect(screen.getAllByRole('columnheader').map(h => h.textContent)).toEqual(
      ['Name', 'Status', 'Actions'],
    );
    expect(row('before-upgrade')).toHaveTextContent('Application-consistent');
    expect(row('before-upgrade').querySelector('time')).toBeVisible();
    expect(within(row('before-upgrade')).getByText('ann')).toBeVisible();
  });

  it('has no accessibility problem', async () => {
    const { container } = await show({ items: [unfinished(), snapshot()] });
    expect(await axe(container)).toHaveNoViolations();
  });
});
