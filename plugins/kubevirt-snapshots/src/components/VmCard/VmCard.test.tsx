// SPDX-License-Identifier: Apache-2.0
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { SnapshotList } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entity,
  entityKey,
  list,
  no,
  operation,
  refusal,
  schedule,
  snapshot,
  vm,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { VmCard } from './VmCard';

const recent = new Date(Date.now() - 3_600_000).toISOString();

async function showWith(prepare: (api: FakeApi) => void) {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(
    <EntityProvider entity={entity}>
      <VmCard queryClient={createQueryClient()} />
    </EntityProvider>,
    { api },
  );
}

const show = (patch: Partial<SnapshotList> = {}) =>
  showWith(api =>
    api.listSnapshots.mockResolvedValue(
      list({
        items: [snapshot({ createdAt: recent })],
        allItems: 7,
        ...patch,
      }),
    ),
  );

const card = () => screen.getByRole('region', { name: 'Snapshots' });
const takeButton = () => screen.findByRole('button', { name: 'Take snapshot' });

describe('VmCard', () => {
  it('shows the next run of its schedules, and of no former VM', async () => {
    await show({
      scheduled: [
        schedule({ name: 'yearly', nextRunAt: '2099-05-01T00:00:00Z' }),
        schedule({ name: 'nightly', nextRunAt: '2098-01-01T00:00:00Z' }),
        schedule({ name: 'paused', nextRunAt: undefined }),
        schedule({
          name: 'former',
          nextRunAt: '2097-01-01T00:00:00Z',
          formerVm: true,
        }),
      ],
    });
    await takeButton();
    expect(card()).toHaveTextContent(/Next snapshot.*2098.*nightly/);
    expect(screen.getByRole('link', { name: 'nightly' })).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots?show=scheduled',
    );
    expect(card()).not.toHaveTextContent(/yearly|former|paused/);
  });

  it('shows the last good snapshot, the state and the number', async () => {
    const { api, container } = await show();
    await takeButton();
    expect(card()).toHaveTextContent(/Last good snapshot1 hour ago/);
    expect(card()).toHaveTextContent('StateRunning');
    expect(card()).toHaveTextContent('Snapshots7');
    expect(card()).toHaveTextContent('Next snapshotNo schedule');
    expect(card()).not.toHaveTextContent('None in 30 days');
    expect(
      screen.getByRole('link', { name: 'before-upgrade' }),
    ).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots?snapshot=before-upgrade',
    );
    expect(
      screen.getByRole('link', { name: 'Open snapshots' }),
    ).toHaveAttribute('href', '/catalog/default/resource/web-01/snapshots');
    expect(api.listSnapshots.mock.calls[0].slice(0, 2)).toEqual([
      entityKey,
      {
        show: 'all',
        states: ['ready'],
        sort: 'created',
        order: 'desc',
        limit: 1,
      },
    ]);
    expect(await axe(container)).toHaveNoViolations();
  });

  it.each([
    ['none', [], 'None in 30 days'],
    ['an old one', [snapshot({ createdAt: '2020-01-01T00:00:00Z' })], '2020'],
    [
      'one of a former VM',
      [snapshot({ createdAt: recent, formerVm: true })],
      'None',
    ],
  ])('warns when there is %s', async (_, items, text) => {
    await show({ items });
    await takeButton();
    expect(card()).toHaveTextContent(text);
    expect(
      screen.getByText('None in 30 days').closest('[data-tone]'),
    ).toHaveAttribute('data-tone', 'warning');
  });

  it('says what is under way, and why no other can be taken', async () => {
    await show({
      vm: vm({
        printableStatus: 'Paused',
        paused: true,
        busy: { kind: 'restore', name: 'r1' },
        allowed: { takeSnapshot: no('Restore r1 is under way.', 'vm-busy') },
      }),
    });
    expect(await takeButton()).toHaveAccessibleDescription(
      'Restore r1 is under way.',
    );
    expect(card()).toHaveTextContent('PausedRestoring');
  });

  it('takes a snapshot and tells of its end', async () => {
    const { api, toast } = await show();
    api.takeSnapshot.mockResolvedValue(
      operation({ state: 'succeeded', snapshotName: 'mine' }),
    );
    await userEvent.click(await takeButton());
    await screen.findByRole('dialog', { name: 'Take snapshot of web-01' });
    await userEvent.click(
      screen.getByRole('button', { name: 'Take snapshot' }),
    );
    await waitFor(() =>
      expect(toast.post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Snapshot mine was taken' }),
      ),
    );
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('stops the VM after asking, where the person may', async () => {
    const { api } = await show();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Stop VM' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'Stop web-01?' });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Stop VM' }),
    );
    await waitFor(() =>
      expect(api.powerVm.mock.calls[0][1]).toMatchObject({ action: 'stop' }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it.each([
    [refusal(403), 'You may not see the snapshots of this VM.'],
    [refusal(404, { code: 'not-bound' }), 'The cluster does not confirm'],
  ])('says in a sentence why there is nothing: %#', async (error, text) => {
    const { container } = await showWith(api =>
      api.listSnapshots.mockRejectedValue(error),
    );
    expect(await screen.findByText(new RegExp(text))).toBeVisible();
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByRole('link', { name: 'Open snapshots' })).toBeVisible();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('tries again what may pass', async () => {
    const { api } = await showWith(a =>
      a.listSnapshots.mockRejectedValue(
        refusal(503, { code: 'cluster-never-synced' }),
      ),
    );
    const again = await screen.findByRole('button', { name: 'Try again' });
    api.listSnapshots.mockResolvedValue(list());
    await userEvent.click(again);
    expect(await takeButton()).toBeVisible();
  });

  it('says when this is the last known state', async () => {
    await show({
      freshness: { state: 'stale', asOf: recent, message: 'Refused.' },
    });
    expect(
      await screen.findByText(/Cluster east is not answering/),
    ).toBeVisible();
  });
});
