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
  const { title, description, status, links } = finishedToast(
    useTexts(),
    props.operation,
    ref => `/catalog/${ref}`,
  );
  return (
    <p>
      {status}: {title} {description}{' '}
      {links?.map(({ label, href }) => `${label} (${href})`)}
    </p>
  );
}

it('takes it for no failure that somebody stopped it', () => {
  const t = ((key: string, values: object) =>
    `${key} ${JSON.stringify(values)}`) as never;
  const toast = finishedToast(
    t,
    operation({
      type: 'clone',
      target: 'copy',
      state: 'failed',
      error: { code: 'stopped', message: 'It was stopped.' },
    }),
    () => '',
  );
  expect(toast).toEqual({
    title: 'toast.stopped {"name":"copy"}',
    timeout: 8_000,
  });
});

it.each([
  ['restore', {}, 'success: VM web-01 was restored'],
  ['power', {}, 'success: The power state of VM web-01 was changed'],
  ['template', { target: 'tpl' }, 'success: Template tpl was created'],
  ['delete-disk', { target: 'claim' }, 'success: Claim claim was deleted'],
  [
    'clone',
    { target: 'copy' },
    'success: VM copy was created Its page appears in the catalog',
  ],
  [
    'clone',
    {
      target: 'copy',
      clone: {
        vm: { cluster: 'east', namespace: 'shop', name: 'copy' },
        entityRef: 'resource:default/copy',
      },
    },
    'success: VM copy was created Open copy (/catalog/resource:default/copy)',
  ],
] as const)('tells of a %s that succeeded: %j', async (type, patch, text) => {
  const { container } = await renderWithApi(
    <Toast operation={operation({ type, state: 'succeeded', ...patch })} />,
  );
  expect(container).toHaveTextContent(text);
});

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

  it('tells of a new VM again when the catalog has it, and then no more', async () => {
    const { api, toast, refetch } = await start();
    const clone = operation({
      type: 'clone',
      state: 'succeeded',
      target: 'copy',
    });
    api.getOperation.mockResolvedValue(clone);
    await refetch();
    await refetch();
    await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
    api.getOperation.mockResolvedValue({
      ...clone,
      clone: {
        vm: { cluster: 'east', namespace: 'shop', name: 'copy' },
        entityRef: 'resource:default/copy',
      },
    });
    await refetch();
    await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(2));
    expect(toast.post).toHaveBeenLastCalledWith(
      expect.objectContaining({
        links: [{ label: 'Open copy', href: '/catalog/default/resource/copy' }],
      }),
    );
    api.getOperation.mockClear();
    await refetch();
    expect(api.getOperation).not.toHaveBeenCalled();
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
