// SPDX-License-Identifier: Apache-2.0
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, operation, refusal } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { useTexts } from '../../translations';
import {
  finishedToast,
  isFinished,
  Operations,
  useTrackOperation,
} from './Operations';
import { queryKeys } from '../../hooks/queries';

function Toast(props: { operation: ReturnType<typeof operation> }) {
  const { title, description, status } = finishedToast(
    useTexts(),
    props.operation,
  );
  return (
    <p>
      {status}: {title} {description}
    </p>
  );
}

const error = { code: 'x', message: 'Deadline exceeded.' };

it.each([
  ['take', 'succeeded', 'success: Snapshot s was taken'],
  [
    'take',
    'failed',
    'danger: Snapshot s could not be taken Deadline exceeded.',
  ],
  ['stop', 'succeeded', 'success: Snapshot s was stopped'],
  ['stop', 'failed', 'danger: Snapshot s was not stopped Deadline exceeded.'],
  ['delete', 'succeeded', 'success: Snapshot s was deleted'],
  ['delete', 'failed', 'danger: Snapshot s was not deleted Deadline exceeded.'],
  ['delete', 'unknown', 'warning: It is not known what became of s'],
] as const)('tells of a %s that %s', async (type, state, text) => {
  await renderWithApi(
    <Toast operation={operation({ type, state, snapshotName: 's', error })} />,
  );
  expect(screen.getByText(/Snapshot s|became of s/)).toHaveTextContent(text);
});

it.each([
  ['queued', false],
  ['running', false],
  ['succeeded', true],
  ['failed', true],
  ['unknown', true],
] as const)('takes %s for finished: %p', (state, finished) => {
  expect(isFinished(state)).toBe(finished);
});

describe('Operations', () => {
  function Start() {
    const track = useTrackOperation();
    return <button onClick={() => track(operation())}>Start</button>;
  }

  async function start() {
    const api = new FakeApi();
    const rendered = await renderWithApi(
      <Operations entity={entityKey}>
        <Start />
      </Operations>,
      { api },
    );
    const refetch = () =>
      act(async () => {
        await rendered.queryClient.invalidateQueries({
          queryKey: queryKeys.entity(entityKey),
        });
        // The client tells its observers in the next task.
        await new Promise(resolve => setTimeout(resolve));
      });
    await userEvent.dblClick(screen.getByRole('button', { name: 'Start' }));
    return { ...rendered, refetch };
  }

  it('follows an operation until its end and no longer', async () => {
    const { api, toast, refetch } = await start();
    await refetch();
    expect(toast.post).not.toHaveBeenCalled();
    api.getOperation.mockResolvedValue(operation({ state: 'failed' }));
    await refetch();
    await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
    api.getOperation.mockClear();
    await refetch();
    expect(api.getOperation).not.toHaveBeenCalled();
    expect(toast.post).toHaveBeenCalledTimes(1);
  });

  it('gives up on one that may not be seen any longer', async () => {
    const { api, toast, refetch } = await start();
    api.getOperation.mockRejectedValue(refusal(403));
    await refetch();
    api.getOperation.mockClear();
    await refetch();
    expect(api.getOperation).not.toHaveBeenCalled();
    expect(toast.post).not.toHaveBeenCalled();
  });

  it('goes on when no answer came', async () => {
    const { api, toast, refetch } = await start();
    api.getOperation.mockRejectedValueOnce(refusal(409));
    await refetch();
    api.getOperation.mockResolvedValue(operation({ state: 'succeeded' }));
    await refetch();
    await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
  });
});
