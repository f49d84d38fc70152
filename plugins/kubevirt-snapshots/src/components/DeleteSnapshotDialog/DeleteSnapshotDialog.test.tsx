// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  refusal,
  snapshot,
  unfinished,
  vm,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { StopSnapshotDialog } from '../StopSnapshotDialog';
import { DeleteSnapshotDialog } from './DeleteSnapshotDialog';

async function open(
  Dialog: typeof DeleteSnapshotDialog | typeof StopSnapshotDialog,
  item = snapshot(),
  api = new FakeApi(),
) {
  const onClose = jest.fn();
  const onAccepted = jest.fn();
  await renderWithApi(
    <Dialog
      entity={entityKey}
      vm={vm()}
      item={item}
      onClose={onClose}
      onAccepted={onAccepted}
    />,
    { api },
  );
  return { api, onClose, onAccepted };
}

const press = (name: string) =>
  userEvent.click(screen.getByRole('button', { name }));

describe('DeleteSnapshotDialog', () => {
  it.each([
    ['plain', 'nothing of use is lost'],
    ['standard', 'gone for good'],
    ['name', 'last snapshot of web-01 that can be restored'],
  ] as const)('weighs a %s delete in words', async (weight, text) => {
    await open(DeleteSnapshotDialog, snapshot({ deleteConfirmation: weight }));
    expect(
      screen.getByRole('dialog', { name: 'Delete snapshot before-upgrade?' }),
    ).toHaveTextContent(text);
    expect(screen.queryAllByRole('textbox')).toHaveLength(
      weight === 'name' ? 2 : 1,
    );
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
  });

  it('deletes exactly the snapshot that was seen', async () => {
    const { api, onAccepted } = await open(DeleteSnapshotDialog);
    await press('Delete snapshot');
    await waitFor(() => expect(onAccepted).toHaveBeenCalledTimes(1));
    expect(api.deleteSnapshot).toHaveBeenCalledWith(
      entityKey,
      'before-upgrade',
      {
        operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        vmUid: 'vm-uid-1',
        snapshotUid: 'snapshot-uid-1',
        typedName: undefined,
        reason: undefined,
      },
    );
  });

  it('wants the name of the last good one typed', async () => {
    const { api, onAccepted } = await open(
      DeleteSnapshotDialog,
      snapshot({ deleteConfirmation: 'name' }),
    );
    const field = screen.getByRole('textbox', {
      name: 'Type before-upgrade to confirm',
    });
    expect(field).toHaveFocus();
    await userEvent.type(field, 'before');
    await press('Delete snapshot');
    expect(field).toHaveAccessibleDescription(
      expect.stringContaining('not the name'),
    );
    expect(api.deleteSnapshot).not.toHaveBeenCalled();
    await userEvent.type(field, '-upgrade{Enter}');
    await waitFor(() => expect(onAccepted).toHaveBeenCalled());
    expect(api.deleteSnapshot.mock.calls[0][2].typedName).toBe(
      'before-upgrade',
    );
  });

  it('sends a reason where one is given, which it need not be', async () => {
    const { api, onAccepted } = await open(DeleteSnapshotDialog);
    const reason = screen.getByRole('textbox', { name: 'Reason' });
    expect(reason).not.toBeRequired();
    await userEvent.type(reason, ' No longer needed ');
    await press('Delete snapshot');
    await waitFor(() => expect(onAccepted).toHaveBeenCalled());
    expect(api.deleteSnapshot.mock.calls[0][2].reason).toBe('No longer needed');
  });

  it('wants a reason where one is needed', async () => {
    const { api, onAccepted } = await open(
      DeleteSnapshotDialog,
      snapshot({ deleteNeedsReason: true }),
    );
    const reason = screen.getByRole('textbox', { name: /^Reason/ });
    expect(reason).toBeRequired();
    expect(reason).toHaveFocus();
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
    await press('Delete snapshot');
    expect(reason).toHaveAccessibleDescription(
      expect.stringContaining('Say why.'),
    );
    expect(api.deleteSnapshot).not.toHaveBeenCalled();
    await userEvent.type(reason, 'Ordered by the owner');
    await press('Delete snapshot');
    await waitFor(() => expect(onAccepted).toHaveBeenCalled());
  });

  it('shows a refusal of the reason at its field', async () => {
    const api = new FakeApi();
    api.deleteSnapshot.mockRejectedValueOnce(
      refusal(400, { field: 'reason' }, 'It holds control characters.'),
    );
    await open(DeleteSnapshotDialog, snapshot(), api);
    await press('Delete snapshot');
    await waitFor(() =>
      expect(
        screen.getByRole('textbox', { name: 'Reason' }),
      ).toHaveAccessibleDescription(
        expect.stringContaining('It holds control characters.'),
      ),
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('stays open with the reason and tries the same act again', async () => {
    const api = new FakeApi();
    api.deleteSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'snapshot-in-use' }, 'Restore r1 is using it.'),
    );
    const { onAccepted } = await open(DeleteSnapshotDialog, snapshot(), api);
    await press('Delete snapshot');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Restore r1 is using it.',
    );
    expect(onAccepted).not.toHaveBeenCalled();
    expect(api.deleteSnapshot).toHaveBeenCalledTimes(1);
    await press('Delete snapshot');
    await waitFor(() => expect(onAccepted).toHaveBeenCalled());
    const [first, second] = api.deleteSnapshot.mock.calls;
    expect(second).toEqual(first);
  });

  it('says why it cannot be done any more', async () => {
    const { api } = await open(
      DeleteSnapshotDialog,
      snapshot({
        allowed: { stop: no('x'), delete: no('In use.', 'snapshot-in-use') },
      }),
    );
    expect(
      screen.getByRole('button', { name: 'Delete snapshot' }),
    ).toHaveAccessibleDescription('In use.');
    await press('Delete snapshot');
    expect(api.deleteSnapshot).not.toHaveBeenCalled();
  });

  it('does nothing when it is cancelled', async () => {
    const { api, onClose } = await open(DeleteSnapshotDialog);
    await press('Cancel');
    expect(onClose).toHaveBeenCalledTimes(1);
    expect(api.deleteSnapshot).not.toHaveBeenCalled();
  });
});

describe('StopSnapshotDialog', () => {
  it('asks once, then stops what was seen', async () => {
    const { api, onAccepted } = await open(StopSnapshotDialog, unfinished());
    expect(
      screen.getByRole('dialog', { name: 'Stop snapshot in-the-making?' }),
    ).toHaveTextContent('it is kept');
    expect(api.stopSnapshot).not.toHaveBeenCalled();
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
    await press('Stop snapshot');
    await waitFor(() => expect(onAccepted).toHaveBeenCalledTimes(1));
    expect(api.stopSnapshot).toHaveBeenCalledWith(entityKey, 'in-the-making', {
      operationId: expect.any(String),
      vmUid: 'vm-uid-1',
      snapshotUid: 'snapshot-uid-2',
    });
  });

  it('says that it has finished meanwhile', async () => {
    const api = new FakeApi();
    api.stopSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'snapshot-finished' }, 'It has finished.'),
    );
    await open(StopSnapshotDialog, unfinished(), api);
    await press('Stop snapshot');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It has finished.',
    );
  });
});
