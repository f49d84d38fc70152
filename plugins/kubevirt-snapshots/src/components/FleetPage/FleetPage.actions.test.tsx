// SPDX-License-Identifier: Apache-2.0
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  list,
  no,
  operation,
  refusal,
  vm,
  vmItem,
  vmList,
  yes,
  type VmItemPatch,
} from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

jest.setTimeout(30_000);

const making: VmItemPatch = {
  busy: {
    kind: 'snapshot',
    name: 'in-the-making',
    since: '2026-11-22T10:00:00Z',
    operationId: 'operation-1',
  },
  allowed: {
    takeSnapshot: no('Snapshot in-the-making is being taken.', 'vm-busy'),
  },
};
const webKey = { kind: 'resource', namespace: 'default', name: 'web-01' };

async function show(patch: VmItemPatch = {}, api = new FakeApi()) {
  api.listVms.mockResolvedValue(vmList({ items: [vmItem(patch)] }));
  const view = await renderWithApi(
    <FleetPage queryClient={createQueryClient()} />,
    { api, path: '/?scope=all' },
  );
  await screen.findByRole('grid', { name: 'Virtual machines' });
  return view;
}

const menuButton = () =>
  screen.getByRole('button', { name: 'Actions for web-01' });
const openMenu = () => userEvent.click(menuButton());
const item = (name: string) => screen.getByRole('menuitem', { name });
const labels = () => screen.getAllByRole('menuitem').map(i => i.textContent);

describe('menu of a VM', () => {
  it('offers to take a snapshot, to see them and to stop the VM', async () => {
    await show();
    await openMenu();
    expect(labels()).toEqual([
      'Take snapshot…',
      'New schedule…',
      'Open snapshots',
      'Open schedules',
      'Stop VM…',
    ]);
    expect(item('Open schedules')).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots?show=scheduled',
    );
    await userEvent.click(item('Open snapshots'));
    await waitFor(() =>
      expect(address()).toContain('/catalog/default/resource/web-01/snapshots'),
    );
  });

  it('says why none can be taken, and offers to stop the one under way', async () => {
    const { api, container } = await show(making);
    await openMenu();
    expect(item('Take snapshot…')).toHaveAttribute('aria-disabled', 'true');
    expect(item('Take snapshot…')).toHaveAccessibleDescription(
      'Snapshot in-the-making is being taken.',
    );
    expect(item('Stop snapshot…')).not.toHaveAttribute('aria-disabled');
    expect(await axe(container)).toHaveNoViolations();
    await userEvent.click(item('Take snapshot…'));
    expect(screen.queryByRole('dialog', { name: /Take/ })).toBeNull();
    expect(api.listSnapshots).not.toHaveBeenCalled();
  });

  it('is off without an entity, and says so', async () => {
    await show({ ...making, entityRef: undefined });
    await openMenu();
    [
      'Take snapshot…',
      'New schedule…',
      'Open snapshots',
      'Stop snapshot…',
      'Stop VM…',
    ].forEach(name =>
      expect(item(name)).toHaveAccessibleDescription(
        'No entity of the catalog that you may read stands for this VM.',
      ),
    );
  });

  it('is reached and left by the keyboard', async () => {
    await show();
    act(() => menuButton().focus());
    await userEvent.keyboard('{Enter}');
    expect(item('Take snapshot…')).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{Escape}');
    await waitFor(() => expect(menuButton()).toHaveFocus());
  });
});

describe('power', () => {
  const off: VmItemPatch = {
    power: 'stopped',
    printableStatus: 'Stopped',
    allowed: { start: yes, stop: no('It is off already.', 'vm-stopped') },
  };

  it('starts a VM that is off, and says why when it is not', async () => {
    const { api, toast } = await show(off);
    await openMenu();
    expect(screen.queryByRole('menuitem', { name: 'Stop VM…' })).toBeNull();
    await userEvent.click(item('Start VM'));
    await waitFor(() =>
      expect(api.powerVm).toHaveBeenCalledWith(webKey, {
        operationId: expect.any(String),
        vmUid: 'vm-uid-1',
        action: 'start',
      }),
    );
    api.powerVm.mockRejectedValue(refusal(409, {}, 'It is being restored.'));
    await openMenu();
    await userEvent.click(item('Start VM'));
    await waitFor(() =>
      expect(toast.post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'web-01 could not be started',
          description: 'It is being restored.',
        }),
      ),
    );
  });

  it('asks before it stops one', async () => {
    const { api } = await show();
    await openMenu();
    await userEvent.click(item('Stop VM…'));
    const dialog = await screen.findByRole('dialog', { name: 'Stop web-01?' });
    expect(api.powerVm).not.toHaveBeenCalled();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Stop VM' }),
    );
    await waitFor(() =>
      expect(api.powerVm.mock.calls[0][1]).toMatchObject({ action: 'stop' }),
    );
  });

  it('is off with the reason', async () => {
    await show({ allowed: { stop: no('You may not stop web-01. Ask A.') } });
    await openMenu();
    expect(item('Stop VM…')).toHaveAccessibleDescription(
      'You may not stop web-01. Ask A.',
    );
  });
});

describe('taking a snapshot', () => {
  it('loads the VM, takes it and tells of the end', async () => {
    const { api, toast } = await show();
    api.getOperation.mockResolvedValue(
      operation({ state: 'succeeded', snapshotName: 'mine' }),
    );
    await openMenu();
    await userEvent.click(item('Take snapshot…'));
    const dialog = await screen.findByRole('dialog', {
      name: 'Take snapshot of web-01',
    });
    expect(api.listSnapshots).toHaveBeenCalledWith(
      webKey,
      expect.objectContaining({ limit: 1 }),
      expect.anything(),
    );
    const before = api.listVms.mock.calls.length;
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Take snapshot' }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(api.takeSnapshot).toHaveBeenCalledWith(
      webKey,
      expect.objectContaining({ vmUid: 'vm-uid-1' }),
    );
    expect(api.listVms.mock.calls.length).toBeGreaterThan(before);
    await waitFor(() => expect(menuButton()).toHaveFocus());
    await waitFor(
      () =>
        expect(toast.post).toHaveBeenCalledWith(
          expect.objectContaining({ title: 'Snapshot mine was taken' }),
        ),
      { timeout: 8_000 },
    );
  });

  it('shows that it is loading, and opens nothing until then', async () => {
    const { api } = await show();
    api.listSnapshots.mockReturnValue(new Promise(() => {}));
    await openMenu();
    await userEvent.click(item('Take snapshot…'));
    await waitFor(() =>
      expect(screen.getByRole('log')).toHaveTextContent('Loading web-01'),
    );
    expect(menuButton().querySelector('.spin')).toBeInTheDocument();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says why it may not, and tries again', async () => {
    const { api } = await show();
    api.listSnapshots.mockRejectedValue(
      refusal(403, { owners: ['group:default/team-a'] }),
    );
    await openMenu();
    await userEvent.click(item('Take snapshot…'));
    const dialog = await screen.findByRole('dialog', {
      name: 'Take snapshot of web-01',
    });
    expect(dialog).toHaveTextContent('You may not see the snapshots');
    expect(within(dialog).getByRole('link', { name: /team-a/ })).toBeVisible();
    api.listSnapshots.mockResolvedValue(list());
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Try again' }),
    );
    expect(await screen.findByRole('textbox', { name: /Name/ })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(menuButton()).toHaveFocus());
  });

  it('goes by what is so now', async () => {
    const { api } = await show();
    api.listSnapshots.mockResolvedValue(
      list({ vm: vm({ allowed: { takeSnapshot: no('Busy by now.') } }) }),
    );
    await openMenu();
    await userEvent.click(item('Take snapshot…'));
    expect(
      await screen.findByRole('button', { name: 'Take snapshot' }),
    ).toHaveAccessibleDescription('Busy by now.');
  });

  it('keeps the form when a refresh behind it fails', async () => {
    const { api } = await show();
    await openMenu();
    await userEvent.click(item('Take snapshot…'));
    await screen.findByRole('dialog');
    api.takeSnapshot.mockRejectedValue(refusal(409, {}, 'Not now.'));
    api.listSnapshots.mockRejectedValue(refusal(400, {}, 'Broken.'));
    await userEvent.click(
      screen.getByRole('button', { name: 'Take snapshot' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
    await waitFor(() =>
      expect(api.listSnapshots.mock.calls.length).toBeGreaterThan(1),
    );
    expect(screen.getByRole('textbox', { name: /Name/ })).toBeVisible();
  });
});
