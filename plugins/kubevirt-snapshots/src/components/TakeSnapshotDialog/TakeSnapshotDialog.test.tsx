// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { checkSnapshotName } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, no, refusal, vm } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { TakeSnapshotDialog } from './TakeSnapshotDialog';

async function open(machine = vm(), api = new FakeApi()) {
  const onClose = jest.fn();
  const onTaken = jest.fn();
  await renderWithApi(
    <TakeSnapshotDialog
      entity={entityKey}
      vm={machine}
      onClose={onClose}
      onTaken={onTaken}
    />,
    { api },
  );
  return { api, onClose, onTaken };
}

const name = () => screen.getByRole('textbox', { name: /^Name/ });
const submit = () => screen.getByRole('button', { name: /^Take snapshot/ });

async function type(field: HTMLElement, text: string) {
  await userEvent.clear(field);
  if (text) {
    await userEvent.type(field, text);
  }
}

describe('TakeSnapshotDialog', () => {
  it('is filled so that it can be sent at once', async () => {
    const { api, onTaken } = await open();
    expect(
      screen.getByRole('dialog', { name: 'Take snapshot of web-01' }),
    ).toBeVisible();
    const proposed = (name() as HTMLInputElement).value;
    expect(proposed).toMatch(/^web-01-\d{8}-\d{6}$/);
    expect(checkSnapshotName(proposed)).toBeUndefined();
    await userEvent.click(submit());
    await waitFor(() => expect(onTaken).toHaveBeenCalledTimes(1));
    expect(api.takeSnapshot).toHaveBeenCalledWith(entityKey, {
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      vmUid: 'vm-uid-1',
      name: proposed,
      description: undefined,
      deadlineSeconds: 300,
      configurationOnly: undefined,
    });
  });

  it('has no accessibility problem', async () => {
    await open();
    await screen.findByText('The name is free.');
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
  });

  it.each([
    ['', 'Enter a name.'],
    ['Web', 'Upper-case letters'],
    ['a b', 'Only lower-case letters'],
    ['a-', 'begin and end'],
    ['a'.repeat(64), 'these are 64'],
  ])('says what is wrong with the name %p', async (text, problem) => {
    const { api } = await open();
    await type(name(), text);
    expect(name()).toHaveAccessibleDescription(
      expect.stringContaining(problem),
    );
    expect(name()).toBeInvalid();
    await userEvent.click(submit());
    expect(api.takeSnapshot).not.toHaveBeenCalled();
  });

  it('asks whether the name is free, once one stops typing', async () => {
    const { api } = await open();
    await screen.findByText('The name is free.');
    api.checkName.mockClear();
    api.checkName.mockResolvedValue({ free: false, reason: 'In use by bob.' });
    await type(name(), 'mine');
    await waitFor(() => expect(name()).toBeInvalid());
    expect(api.checkName.mock.calls.map(([, text]) => text)).toEqual(['mine']);
    expect(name()).toHaveAccessibleDescription(
      expect.stringContaining('In use by bob.'),
    );
    await userEvent.click(submit());
    expect(api.takeSnapshot).not.toHaveBeenCalled();
  });

  it('can be sent although the name could not be checked', async () => {
    const api = new FakeApi();
    api.checkName.mockRejectedValue(refusal(503));
    const { onTaken } = await open(vm(), api);
    await userEvent.click(submit());
    await waitFor(() => expect(onTaken).toHaveBeenCalled());
  });

  it('never sends a deadline of zero', async () => {
    const { api } = await open();
    const deadline = screen.getByRole('textbox', {
      name: 'Deadline in minutes',
    });
    expect(deadline).toHaveValue('5');
    await type(deadline, '0');
    await userEvent.click(submit());
    await waitFor(() => expect(api.takeSnapshot).toHaveBeenCalled());
    expect(api.takeSnapshot.mock.calls[0][1].deadlineSeconds).toBe(60);
  });

  it('does not send an empty deadline', async () => {
    const { api } = await open();
    const deadline = screen.getByRole('textbox', {
      name: 'Deadline in minutes',
    });
    await type(deadline, '');
    await userEvent.tab();
    expect(deadline).toHaveAccessibleDescription(
      expect.stringContaining('from 1 to 1440'),
    );
    await userEvent.click(submit());
    expect(api.takeSnapshot).not.toHaveBeenCalled();
  });

  it('does not send a description that is too long', async () => {
    const { api } = await open();
    const description = screen.getByRole('textbox', { name: 'Description' });
    await userEvent.click(description);
    await userEvent.paste('x'.repeat(1001));
    expect(description).toHaveAccessibleDescription(
      expect.stringContaining('these are 1001'),
    );
    await userEvent.click(submit());
    expect(api.takeSnapshot).not.toHaveBeenCalled();
  });

  it('shows which disks are captured, and why others are not', async () => {
    await open();
    const included = screen.getByRole('list', {
      name: '1 disk will be captured',
    });
    expect(within(included).getByText('root')).toBeVisible();
    const excluded = screen.getByRole('list', { name: 'Not captured' });
    expect(excluded).toHaveTextContent('seed');
    expect(excluded).toHaveTextContent('Nothing to capture');
    expect(excluded).toHaveTextContent(
      'The cluster says: Snapshot is not supported',
    );
  });

  it.each([
    ['application', 'will be application-consistent'],
    ['crash', 'guest agent is connected, so the snapshot will be crash'],
    ['paused', 'The VM is paused'],
    ['offline', 'The VM is off'],
  ] as const)('says what to expect: %s', async (expectedConsistency, text) => {
    await open(vm({ expectedConsistency }));
    expect(screen.getByRole('dialog')).toHaveTextContent(text);
  });

  it('wants it said that the configuration alone is wanted', async () => {
    const { api, onTaken } = await open(
      vm({
        disks: [{ name: 'os', kind: 'containerDisk', captured: false }],
        expectedConsistency: 'configuration',
      }),
    );
    expect(screen.getByText('No disk will be captured')).toBeVisible();
    await userEvent.click(submit());
    expect(await screen.findByRole('alert')).toHaveTextContent('Tick this box');
    expect(api.takeSnapshot).not.toHaveBeenCalled();
    await userEvent.click(
      screen.getByRole('checkbox', { name: /configuration alone/ }),
    );
    await userEvent.click(submit());
    await waitFor(() => expect(onTaken).toHaveBeenCalled());
    expect(api.takeSnapshot.mock.calls[0][1].configurationOnly).toBe(true);
  });

  it('says why it cannot be sent when the VM became busy meanwhile', async () => {
    const { api } = await open(
      vm({ allowed: { takeSnapshot: no('Restoring.', 'vm-busy') } }),
    );
    expect(submit()).toHaveAccessibleDescription('Restoring.');
    await userEvent.click(submit());
    await userEvent.type(name(), '{Enter}');
    expect(api.takeSnapshot).not.toHaveBeenCalled();
  });

  it('asks about no name where the answer would be a refusal', async () => {
    const { api } = await open(
      vm({ allowed: { takeSnapshot: no('You may not.', 'permission') } }),
    );
    await type(name(), 'mine');
    // Longer than one waits for the next key.
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(api.checkName).not.toHaveBeenCalled();
    expect(screen.queryByText(/checking/i)).toBeNull();
  });

  it('closes by escape but not by a click beside it', async () => {
    const { onClose } = await open();
    await userEvent.click(document.body);
    expect(onClose).not.toHaveBeenCalled();
    await userEvent.click(name());
    await userEvent.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
