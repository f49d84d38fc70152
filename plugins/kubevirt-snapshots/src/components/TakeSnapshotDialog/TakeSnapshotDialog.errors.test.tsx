// SPDX-License-Identifier: Apache-2.0
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  operation,
  refusal,
  vm,
} from '../../__testUtils__/fixtures';
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
  it('survives an error and sends the same act again', async () => {
    const api = new FakeApi();
    api.takeSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'vm-busy' }, 'The VM is being restored.'),
    );
    const { onTaken } = await open(vm(), api);
    await type(name(), 'mine');
    await type(screen.getByRole('textbox', { name: 'Description' }), 'why not');
    await userEvent.click(submit());
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The VM is being restored.',
    );
    expect(name()).toHaveValue('mine');
    expect(screen.getByRole('textbox', { name: 'Description' })).toHaveValue(
      'why not',
    );
    await userEvent.click(submit());
    await waitFor(() => expect(onTaken).toHaveBeenCalled());
    const [first, second] = api.takeSnapshot.mock.calls.map(([, r]) => r);
    expect(second).toEqual(first);
    expect(second).toMatchObject({ name: 'mine', description: 'why not' });
  });

  it('takes the first try for done when its answer was lost', async () => {
    const api = new FakeApi();
    api.takeSnapshot
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockRejectedValueOnce(refusal(409, { code: 'operation-id-used' }));
    const first = operation({ snapshotName: 'first-name' });
    api.getOperation.mockResolvedValue(first);
    const { onTaken } = await open(vm(), api);
    await userEvent.click(submit());
    await screen.findByRole('alert');
    await type(name(), 'second-name');
    await userEvent.click(submit());
    await waitFor(() => expect(onTaken).toHaveBeenCalled());
    expect(onTaken.mock.calls[0][0]).toBe(first);
    expect(api.getOperation.mock.calls[0][1]).toBe(
      api.takeSnapshot.mock.calls[0][1].operationId,
    );
  });

  it('says that a lost answer may be asked for again', async () => {
    const api = new FakeApi();
    api.takeSnapshot.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await open(vm(), api);
    await userEvent.click(submit());
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'never carried out twice',
    );
    expect(api.takeSnapshot).toHaveBeenCalledTimes(1);
  });

  it('shows a name conflict at the field until the name is changed', async () => {
    const api = new FakeApi();
    api.takeSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'name-taken' }, 'This name is taken.'),
    );
    await open(vm(), api);
    await type(name(), 'mine');
    await userEvent.click(submit());
    await waitFor(() => expect(name()).toBeInvalid());
    expect(name()).toHaveAccessibleDescription(
      expect.stringContaining('This name is taken.'),
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    await userEvent.type(name(), '2');
    expect(name()).toBeValid();
  });

  it.each([
    ['description', 'Description'],
    ['deadlineSeconds', 'Deadline in minutes'],
  ])('shows a refusal of %s at its field', async (field, label) => {
    const api = new FakeApi();
    api.takeSnapshot.mockRejectedValueOnce(
      refusal(400, { field }, 'Not like this.'),
    );
    await open(vm(), api);
    await userEvent.click(submit());
    await waitFor(() =>
      expect(
        screen.getByRole('textbox', { name: label }),
      ).toHaveAccessibleDescription(expect.stringContaining('Not like this.')),
    );
  });

  it('cannot be sent twice', async () => {
    const api = new FakeApi();
    let answer = (_: ReturnType<typeof operation>) => {};
    api.takeSnapshot.mockReturnValue(
      new Promise(resolve => {
        answer = resolve;
      }),
    );
    const { onTaken, onClose } = await open(vm(), api);
    const form = submit().closest('form')!;
    act(() => {
      // Faster than anything can be painted.
      fireEvent.submit(form);
      fireEvent.submit(form);
    });
    await userEvent.dblClick(submit());
    await userEvent.type(name(), '{Enter}');
    await userEvent.keyboard('{Escape}');
    const cancel = screen.getByRole('button', { name: 'Cancel' });
    expect(cancel).toHaveAccessibleDescription('The request is on its way.');
    await userEvent.click(cancel);
    expect(onClose).not.toHaveBeenCalled();
    answer(operation());
    await waitFor(() => expect(onTaken).toHaveBeenCalledTimes(1));
    expect(api.takeSnapshot).toHaveBeenCalledTimes(1);
  });
});
