// SPDX-License-Identifier: Apache-2.0
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entity,
  list,
  operation,
  refusal,
  snapshot,
  unfinished,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { LIVE_TIMES } from '../../api/LiveConnection';
import { createQueryClient } from '../../hooks/queries';
import { GATHER_MS } from '../../hooks/useLiveUpdates';
import { SnapshotsTab } from './SnapshotsTab';

async function show(options: { api?: FakeApi; path?: string } = {}) {
  return renderWithApi(
    <EntityProvider entity={entity}>
      <SnapshotsTab queryClient={createQueryClient()} />
    </EntityProvider>,
    options,
  );
}

const grid = () => screen.findByRole('grid', { name: 'Snapshots' });
const takeButton = () => screen.getByRole('button', { name: 'Take snapshot' });
const lastQuery = (api: FakeApi) => api.listSnapshots.mock.calls.at(-1)![1];

describe('SnapshotsTab', () => {
  describe('live', () => {
    it('fetches what has changed within 100 ms, once for many messages', async () => {
      const { api } = await show();
      await grid();
      act(() => api.stream.send({ type: 'hello', revision: 1 }));
      await waitFor(() => expect(api.listSnapshots).toHaveBeenCalledTimes(2));
      api.listSnapshots.mockResolvedValue(list({ items: [unfinished()] }));
      act(() => {
        for (let revision = 2; revision < 20; revision++) {
          api.stream.send({ type: 'changed', revision });
        }
      });
      await waitFor(() => expect(api.listSnapshots).toHaveBeenCalledTimes(3), {
        interval: 5,
      });
      expect(GATHER_MS).toBeLessThanOrEqual(100);
      expect(await screen.findByText('Creating snapshot')).toBeVisible();
      expect(api.watchEvents).toHaveBeenCalledTimes(1);
      expect(api.listSnapshots).toHaveBeenCalledTimes(3);
    });

    it('keeps the table on the screen while it fetches anew', async () => {
      const { api } = await show();
      const table = await grid();
      api.listSnapshots.mockReturnValue(new Promise(() => {}));
      act(() => api.stream.send({ type: 'changed', revision: 2 }));
      await waitFor(() => expect(api.listSnapshots).toHaveBeenCalledTimes(2));
      expect(table).toBeVisible();
      expect(screen.queryByText('Loading snapshots')).not.toBeInTheDocument();
    });

    it('says that it polls when the stream cannot be opened', async () => {
      const api = new FakeApi();
      api.watchEvents.mockRejectedValue(new Error('cut'));
      await show({ api });
      await grid();
      expect(
        await screen.findByText(
          'Live updates are off, checking every 5 seconds',
          {},
          { timeout: LIVE_TIMES.grace + 2_000 },
        ),
      ).toBeVisible();
    });

    it('closes the stream with the tab', async () => {
      const { api, unmount } = await show();
      await grid();
      expect(api.stream.aborted).toBe(false);
      unmount();
      expect(api.stream.aborted).toBe(true);
    });

    it('shows the last known state with its age when the cluster is away', async () => {
      const { api } = await show();
      await grid();
      act(() =>
        api.stream.send({
          type: 'freshness',
          freshness: {
            state: 'stale',
            asOf: new Date(Date.now() - 185_000).toISOString(),
            message: 'connection refused',
          },
        }),
      );
      const notice = await screen.findByText(
        'Cluster east is not answering. This is its last known state, 3 minutes old.',
      );
      expect(notice).toBeVisible();
      expect(screen.getByText('connection refused')).toBeVisible();
      expect(await grid()).toBeVisible();
    });

    it('takes everything away once it may not be seen any longer', async () => {
      const { api } = await show();
      await grid();
      api.listSnapshots.mockRejectedValue(refusal(403));
      act(() => api.stream.send({ type: 'bye', reason: 'revoked' }));
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'You may not see',
      );
      expect(screen.queryByRole('grid')).not.toBeInTheDocument();
      expect(document.body).not.toHaveTextContent('before-upgrade');
      expect(api.stream.aborted).toBe(true);
    });

    it('keeps the table and says so when a refresh fails', async () => {
      const { api } = await show();
      await grid();
      api.listSnapshots.mockRejectedValue(refusal(409, {}, 'Not now.'));
      act(() => api.stream.send({ type: 'changed', revision: 2 }));
      expect(
        await screen.findByText('The list could not be refreshed: Not now.'),
      ).toBeVisible();
      expect(await grid()).toBeVisible();
    });

    it('tells screen readers of a change', async () => {
      const { api } = await show();
      await grid();
      const log = screen.getByRole('log', { name: 'Changes of snapshots' });
      expect(log).toBeEmptyDOMElement();
      api.listSnapshots.mockResolvedValue(
        list({ items: [unfinished(), snapshot({ state: 'deleting' })] }),
      );
      act(() => api.stream.send({ type: 'changed', revision: 2 }));
      await waitFor(() =>
        expect(log).toHaveTextContent(
          'Snapshot in-the-making: Creating snapshot' +
            'Snapshot before-upgrade: Deleting',
        ),
      );
      api.listSnapshots.mockResolvedValue(list({ items: [unfinished()] }));
      act(() => api.stream.send({ type: 'changed', revision: 3 }));
      await waitFor(() =>
        expect(log).toHaveTextContent('Snapshot before-upgrade is gone'),
      );
    });
  });

  describe('acts', () => {
    async function take(api: FakeApi) {
      const rendered = await show({ api });
      await grid();
      await userEvent.click(takeButton());
      await userEvent.click(
        within(screen.getByRole('dialog')).getByRole('button', {
          name: 'Take snapshot',
        }),
      );
      await waitFor(() =>
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
      );
      return rendered;
    }

    it('fetches the list after a snapshot was asked for', async () => {
      const api = new FakeApi();
      api.takeSnapshot.mockResolvedValue(operation({ revision: 77 }));
      await take(api);
      await waitFor(() =>
        expect(api.listSnapshots.mock.calls.length).toBeGreaterThan(1),
      );
      expect(lastQuery(api).minRevision).toBe(77);
    });

    it('tells the end of an operation once', async () => {
      const api = new FakeApi();
      const { toast } = await take(api);
      expect(toast.post).not.toHaveBeenCalled();
      api.getOperation.mockResolvedValue(operation({ state: 'succeeded' }));
      act(() => api.stream.send({ type: 'changed', revision: 2 }));
      await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
      expect(toast.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'Snapshot before-upgrade was taken',
          status: 'success',
        }),
      );
      act(() => api.stream.send({ type: 'changed', revision: 3 }));
      await act(() => new Promise(resolve => setTimeout(resolve, 200)));
      expect(toast.post).toHaveBeenCalledTimes(1);
    });

    it('asks before it stops, and stops what the list shows now', async () => {
      const api = new FakeApi();
      api.listSnapshots.mockResolvedValue(list({ items: [unfinished()] }));
      await show({ api });
      await grid();
      await userEvent.click(
        screen.getByRole('button', { name: 'Stop snapshot in-the-making' }),
      );
      expect(api.stopSnapshot).not.toHaveBeenCalled();
      // Meanwhile it finishes: the open question says so.
      api.listSnapshots.mockResolvedValue(
        list({ items: [snapshot({ name: 'in-the-making' })] }),
      );
      act(() => api.stream.send({ type: 'changed', revision: 2 }));
      const dialog = screen.getByRole('dialog');
      const confirm = within(dialog).getByRole('button', {
        name: 'Stop snapshot',
      });
      await waitFor(() =>
        expect(confirm).toHaveAccessibleDescription('It is finished.'),
      );
      await userEvent.click(confirm);
      expect(api.stopSnapshot).not.toHaveBeenCalled();
    });

    it('deletes from the row menu', async () => {
      const { api } = await show();
      await grid();
      await userEvent.click(
        screen.getByRole('button', { name: 'Actions for before-upgrade' }),
      );
      await userEvent.click(
        screen.getByRole('menuitem', { name: 'Delete snapshot' }),
      );
      await userEvent.click(
        within(screen.getByRole('dialog')).getByRole('button', {
          name: 'Delete snapshot',
        }),
      );
      await waitFor(() => expect(api.deleteSnapshot).toHaveBeenCalledTimes(1));
    });
  });
});
