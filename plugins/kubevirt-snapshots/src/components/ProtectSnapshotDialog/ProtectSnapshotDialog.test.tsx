// SPDX-License-Identifier: Apache-2.0
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  protection,
  refusal,
  snapshot,
  vm,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { queryKeys } from '../../hooks/queries';
import { toLocalInput } from '../../utils/localTime';
import { ProtectSnapshotDialog } from './ProtectSnapshotDialog';
import { ReleaseSnapshotDialog } from './ReleaseSnapshotDialog';

async function open(
  Dialog: typeof ProtectSnapshotDialog,
  item = snapshot(),
  api = new FakeApi(),
) {
  const onClose = jest.fn();
  const rendered = await renderWithApi(
    <Dialog entity={entityKey} vm={vm()} item={item} onClose={onClose} />,
    { api },
  );
  return { ...rendered, onClose };
}

const reason = () => screen.getByRole('textbox', { name: /^Reason/ });
const until = () => screen.getByLabelText('Protected until');
const press = (name: string) =>
  userEvent.click(screen.getByRole('button', { name }));

describe('ProtectSnapshotDialog', () => {
  it('protects what was seen, with reason and end in UTC', async () => {
    const { api, onClose, toast, queryClient } = await open(
      ProtectSnapshotDialog,
    );
    expect(
      screen.getByRole('dialog', { name: 'Protect snapshot before-upgrade' }),
    ).toHaveTextContent('Nobody can delete it');
    expect(reason()).toHaveFocus();
    expect(reason()).toBeRequired();
    expect(until()).toHaveAttribute('type', 'datetime-local');
    expect(until()).toHaveAccessibleDescription(/Time zone: /);
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
    await userEvent.type(reason(), '  Quarterly closing ');
    fireEvent.change(until(), { target: { value: '2099-01-31T10:00' } });
    await press('Protect');
    await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
    expect(api.protectSnapshot).toHaveBeenCalledWith(
      entityKey,
      'before-upgrade',
      {
        operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        vmUid: 'vm-uid-1',
        snapshotUid: 'snapshot-uid-1',
        reason: 'Quarterly closing',
        until: new Date(2099, 0, 31, 10, 0).toISOString(),
      },
    );
    expect(toast.post).toHaveBeenCalledWith(
      expect.objectContaining({
        title: 'Snapshot before-upgrade is protected',
        status: 'success',
      }),
    );
    expect(queryClient.getQueryData(queryKeys.lastAct(entityKey))).toBe(3);
  });

  it('sends no end when none was entered', async () => {
    const { api } = await open(ProtectSnapshotDialog);
    await userEvent.type(reason(), 'Keep');
    await press('Protect');
    await waitFor(() => expect(api.protectSnapshot).toHaveBeenCalled());
    expect(api.protectSnapshot.mock.calls[0][2].until).toBeUndefined();
  });

  it('wants a reason, and complains only when it was tried', async () => {
    const { api } = await open(ProtectSnapshotDialog);
    expect(reason()).toBeValid();
    await userEvent.type(reason(), '   ');
    await press('Protect');
    expect(reason()).toHaveAccessibleDescription(
      expect.stringContaining('Say why.'),
    );
    await waitFor(() => expect(reason()).toHaveFocus());
    expect(api.protectSnapshot).not.toHaveBeenCalled();
  });

  it('does not send a reason that is too long', async () => {
    const { api } = await open(ProtectSnapshotDialog);
    await userEvent.click(reason());
    await userEvent.paste('x'.repeat(501));
    expect(reason()).toHaveAccessibleDescription(
      expect.stringContaining('these are 501'),
    );
    await press('Protect');
    expect(api.protectSnapshot).not.toHaveBeenCalled();
  });

  it('does not send an end that is past or entered by half', async () => {
    const { api } = await open(ProtectSnapshotDialog);
    await userEvent.type(reason(), 'Keep');
    fireEvent.change(until(), { target: { value: '2020-01-31T10:00' } });
    await press('Protect');
    expect(until()).toHaveAccessibleDescription(
      expect.stringContaining('time in the future'),
    );
    fireEvent.change(until(), { target: { value: '' } });
    expect(until()).toBeValid();
    Object.defineProperty(until(), 'validity', { value: { badInput: true } });
    await press('Protect');
    expect(until()).toHaveAccessibleDescription(
      expect.stringContaining('Complete the date'),
    );
    expect(api.protectSnapshot).not.toHaveBeenCalled();
  });

  it('changes a protection, starting from what it is', async () => {
    const { api } = await open(
      ProtectSnapshotDialog,
      snapshot({ protection: protection({ until: '2099-01-31T10:00:42Z' }) }),
    );
    expect(
      screen.getByRole('dialog', {
        name: 'Change the protection of snapshot before-upgrade',
      }),
    ).toBeVisible();
    expect(reason()).toHaveValue('Quarterly closing');
    expect(until()).toHaveValue(toLocalInput('2099-01-31T10:00:42Z'));
    await press('Change protection');
    await waitFor(() => expect(api.protectSnapshot).toHaveBeenCalled());
    expect(api.protectSnapshot.mock.calls[0][2].until).toBe(
      '2099-01-31T10:00:42Z',
    );
  });

  it('shows a refusal of a field at the field', async () => {
    const api = new FakeApi();
    api.protectSnapshot.mockRejectedValueOnce(
      refusal(400, { field: 'until' }, 'The end has to be in the future.'),
    );
    await open(ProtectSnapshotDialog, snapshot(), api);
    await userEvent.type(reason(), 'Keep');
    await press('Protect');
    await waitFor(() => expect(until()).toBeInvalid());
    expect(until()).toHaveAccessibleDescription(
      expect.stringContaining('The end has to be in the future.'),
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('sends the same act again, and another content as another act', async () => {
    const api = new FakeApi();
    api.protectSnapshot
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockRejectedValueOnce(refusal(503, {}, 'Later.'));
    const { onClose } = await open(ProtectSnapshotDialog, snapshot(), api);
    await userEvent.type(reason(), 'Keep');
    await press('Protect');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'never carried out twice',
    );
    await press('Protect');
    expect(await screen.findByText('Later.')).toBeVisible();
    await userEvent.type(reason(), ' it');
    await press('Protect');
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    const [first, second, third] = api.protectSnapshot.mock.calls.map(
      ([, , request]) => request,
    );
    expect(second).toEqual(first);
    expect(third.operationId).not.toBe(first.operationId);
  });

  it('says why it cannot be done any more', async () => {
    const { api } = await open(
      ProtectSnapshotDialog,
      snapshot({ allowed: { protect: no('Ask team A.') } }),
    );
    expect(
      screen.getByRole('button', { name: 'Protect' }),
    ).toHaveAccessibleDescription('Ask team A.');
    await press('Protect');
    expect(api.protectSnapshot).not.toHaveBeenCalled();
  });
});

describe('ReleaseSnapshotDialog', () => {
  it('releases with a reason, beside why it was protected', async () => {
    const { api, onClose, toast } = await open(
      ReleaseSnapshotDialog,
      snapshot({ protection: protection() }),
    );
    expect(
      screen.getByRole('dialog', { name: 'Release snapshot before-upgrade?' }),
    ).toHaveTextContent('Protected by ann: Quarterly closing');
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
    await press('Release');
    expect(api.unprotectSnapshot).not.toHaveBeenCalled();
    await userEvent.type(reason(), 'Closing is done');
    await press('Release');
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(api.unprotectSnapshot).toHaveBeenCalledWith(
      entityKey,
      'before-upgrade',
      {
        operationId: expect.any(String),
        vmUid: 'vm-uid-1',
        snapshotUid: 'snapshot-uid-1',
        reason: 'Closing is done',
      },
    );
    expect(toast.post.mock.calls[0][0].title).toBe(
      'Snapshot before-upgrade is not protected any longer',
    );
  });

  it('stays open with the reason of a refusal', async () => {
    const api = new FakeApi();
    api.unprotectSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'snapshot-not-protected' }, 'It is not protected.'),
    );
    const { onClose } = await open(
      ReleaseSnapshotDialog,
      snapshot({ protection: protection() }),
      api,
    );
    await userEvent.type(reason(), 'Done');
    await press('Release');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It is not protected.',
    );
    expect(reason()).toHaveValue('Done');
    expect(onClose).not.toHaveBeenCalled();
  });
});
