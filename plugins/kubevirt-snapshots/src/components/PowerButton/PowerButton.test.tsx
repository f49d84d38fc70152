// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  refusal,
  vm,
  yes,
  type VmPatch,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { PowerButton, StopVmDialog } from './PowerButton';

const stopped: VmPatch = {
  running: false,
  printableStatus: 'Stopped',
  allowed: { start: yes, stop: no('It is off.', 'vm-stopped') },
};

async function show(patch: VmPatch, api = new FakeApi()) {
  const onStop = jest.fn();
  const rendered = await renderWithApi(
    <PowerButton entity={entityKey} vm={vm(patch)} onStop={onStop} />,
    { api },
  );
  return { ...rendered, onStop };
}

it('starts a VM that is off, once', async () => {
  const { api } = await show(stopped);
  await userEvent.dblClick(screen.getByRole('button', { name: 'Start VM' }));
  await waitFor(() => expect(api.powerVm).toHaveBeenCalled());
  expect(api.powerVm.mock.calls[0]).toEqual([
    entityKey,
    { operationId: expect.any(String), vmUid: 'vm-uid-1', action: 'start' },
  ]);
});

it('says why it was not started', async () => {
  const api = new FakeApi();
  api.powerVm.mockRejectedValue(refusal(409, {}, 'It is being restored.'));
  const { toast } = await show(stopped, api);
  await userEvent.click(screen.getByRole('button', { name: 'Start VM' }));
  await waitFor(() =>
    expect(toast.post).toHaveBeenCalledWith(
      expect.objectContaining({
        title: 'web-01 could not be started',
        description: 'It is being restored.',
      }),
    ),
  );
});

it('asks before one that runs is stopped', async () => {
  const { api, onStop } = await show({});
  await userEvent.click(screen.getByRole('button', { name: 'Stop VM' }));
  expect(onStop).toHaveBeenCalled();
  expect(api.powerVm).not.toHaveBeenCalled();
});

it('is off with the reason while the VM is restored', async () => {
  await show({ ...stopped, allowed: { start: no('Restoring.', 'vm-busy') } });
  expect(
    screen.getByRole('button', { name: 'Start VM' }),
  ).toHaveAccessibleDescription('Restoring.');
});

it('is absent where the person has nothing to do with power', async () => {
  await show({ allowed: { start: no('Ask A.'), stop: no('Ask A.') } });
  expect(screen.queryByRole('button')).toBeNull();
});

it('stops by the dialog', async () => {
  const api = new FakeApi();
  const onAccepted = jest.fn();
  await renderWithApi(
    <StopVmDialog
      entity={entityKey}
      vm={vm()}
      onClose={() => {}}
      onAccepted={onAccepted}
    />,
    { api },
  );
  await userEvent.click(screen.getByRole('button', { name: 'Stop VM' }));
  await waitFor(() => expect(onAccepted).toHaveBeenCalled());
  expect(api.powerVm.mock.calls[0][1]).toMatchObject({ action: 'stop' });
});
