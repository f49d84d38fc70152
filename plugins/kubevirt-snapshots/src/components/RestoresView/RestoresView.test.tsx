// SPDX-License-Identifier: Apache-2.0
import type {
  RestoreHistoryItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, no, refusal, vm, yes } from '../../__testUtils__/fixtures';
import {
  leftOverClaim,
  restoreItem,
  restoreOperation,
} from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { LongActs } from '../LongActs';
import { VmNotices } from '../VmNotices';
import { RestoresView } from './RestoresView';

const failed = (patch: Partial<RestoreHistoryItem> = {}) =>
  restoreItem({
    state: 'failed',
    finishedAt: '2026-11-22T10:02:05Z',
    message: 'The storage has no space left.',
    reason: 'It went wrong',
    operation: restoreOperation({
      state: 'failed',
      restore: {
        ...restoreOperation().restore!,
        choices: {
          power: 'wait',
          startAfterwards: false,
          safetySnapshot: true,
          volumes: 'new-names',
        },
      },
    }),
    allowed: { stop: no('It is finished.', 'restore-finished'), clear: yes },
    ...patch,
  });

async function show(
  items: RestoreHistoryItem[],
  prepare: (api: FakeApi) => void = () => {},
  notices: VmView['notices'] = [],
) {
  const api = new FakeApi();
  api.listRestores.mockResolvedValue({ items, truncated: false });
  prepare(api);
  const onShow = jest.fn();
  const rendered = await renderWithApi(
    <LongActs entity={entityKey} vm={vm({ notices })}>
      <VmNotices entity={entityKey} vm={vm({ notices })} onShow={onShow} />
      <RestoresView
        entity={entityKey}
        vm={vm()}
        snapshotHref={name => `/tab?snapshot=${name}`}
      />
    </LongActs>,
    { api },
  );
  return { ...rendered, onShow };
}

const restores = () =>
  screen.findByRole('list', { name: 'Restores of web-01' });

it('says that there was none', async () => {
  await show([]);
  expect(await screen.findByText('No restore yet')).toBeVisible();
  expect(await screen.findByText('No disk is left over.')).toBeVisible();
});

it('tells what became of a restore, how it was to be done and why', async () => {
  const { container } = await show([failed()]);
  const item = within(await restores()).getByRole('listitem');
  expect(
    within(item).getByRole('link', { name: 'before-upgrade' }),
  ).toHaveAttribute('href', '/tab?snapshot=before-upgrade');
  expect(item).toHaveTextContent('Failed');
  expect(item).toHaveTextContent('took 2:05');
  expect(item).toHaveTextContent('The storage has no space left.');
  expect(item).toHaveTextContent('Reason: It went wrong');
  expect(item).toHaveTextContent(
    'Wait until it is off, for up to 24 hours · not started afterwards · with safety snapshot',
  );
  expect(within(item).getByRole('link', { name: 'ann' })).toBeVisible();
  expect(await axe(container)).toHaveNoViolations();
});

it('tries again with the choices of the time', async () => {
  const { api } = await show([failed()]);
  await userEvent.click(
    await screen.findByRole('button', {
      name: 'Try again to restore from before-upgrade',
    }),
  );
  expect(
    await screen.findByRole('radio', { name: /^Wait until it is off/ }),
  ).toBeChecked();
  await userEvent.type(
    screen.getByRole('textbox', { name: /^Type/ }),
    'web-01',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Restore' }));
  await waitFor(() =>
    expect(api.restoreSnapshot.mock.calls[0][2]).toMatchObject({
      power: 'wait',
      startAfterwards: false,
    }),
  );
});

it('clears a failed one by one press', async () => {
  const { api } = await show([failed()]);
  await userEvent.click(
    await screen.findByRole('button', {
      name: 'Clear the failed restore of before-upgrade',
    }),
  );
  expect(api.clearRestore.mock.calls).toEqual([
    [
      entityKey,
      'restore-operation-1',
      {
        operationId: expect.any(String),
        vmUid: 'vm-uid-1',
        restoreUid: 'restore-uid-1',
      },
    ],
  ]);
});

it('says why it was not cleared', async () => {
  const { toast } = await show([failed()], api =>
    api.clearRestore.mockRejectedValue(refusal(409, {}, 'Somebody else did.')),
  );
  await userEvent.click(
    await screen.findByRole('button', { name: /^Clear the failed/ }),
  );
  await waitFor(() =>
    expect(toast.post).toHaveBeenCalledWith(
      expect.objectContaining({
        description: 'Somebody else did.',
        status: 'danger',
      }),
    ),
  );
});

it('says who may stop and clear', async () => {
  await show([
    restoreItem({
      name: 'r1',
      allowed: { stop: no('Ask team A.'), clear: no('It runs.') },
    }),
    failed({
      name: 'r2',
      allowed: { stop: no('It is finished.'), clear: no('Ask team B.') },
    }),
  ]);
  expect(
    await screen.findByRole('button', {
      name: 'Stop restoring before-upgrade',
    }),
  ).toHaveAccessibleDescription('Ask team A.');
  expect(
    screen.getByRole('button', { name: /^Clear the failed/ }),
  ).toHaveAccessibleDescription('Ask team B.');
});

describe('stopping', () => {
  async function open(item = restoreItem()) {
    const result = await show([item]);
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Stop restoring before-upgrade',
      }),
    );
    return { ...result, dialog: await screen.findByRole('dialog') };
  }

  it('says what it means at this step before one confirms', async () => {
    const { api, dialog } = await open();
    expect(dialog).toHaveTextContent('The new disks are removed.');
    expect(dialog).toHaveTextContent('At this step stopping is possible');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Stop restoring' }),
    );
    await waitFor(() =>
      expect(api.stopRestore.mock.calls).toEqual([
        [
          entityKey,
          'restore-operation-1',
          {
            operationId: expect.any(String),
            vmUid: 'vm-uid-1',
            restoreUid: 'restore-uid-1',
          },
        ],
      ]),
    );
  });

  it('says so when it has gone on meanwhile, and what it means now', async () => {
    const { api, dialog, queryClient } = await open();
    api.listRestores.mockResolvedValue({
      items: [
        restoreItem({
          operation: restoreOperation({
            restore: {
              ...restoreOperation().restore!,
              stop: { effect: 'too-late', message: 'The disks are switched.' },
            },
          }),
          allowed: {
            stop: no('The disks are switched.', 'too-late'),
            clear: no('It runs.'),
          },
        }),
      ],
      truncated: false,
    });
    await queryClient.invalidateQueries();
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'It has gone on since you were asked.',
    );
    const button = within(dialog).getByRole('button', {
      name: 'Stop restoring',
    });
    expect(button).toHaveAccessibleDescription('The disks are switched.');
    await userEvent.click(button);
    expect(api.stopRestore).not.toHaveBeenCalled();
  });
});

describe('left-over disks', () => {
  const two = (api: FakeApi) =>
    api.listLeftOverClaims.mockResolvedValue({
      items: [
        leftOverClaim(),
        leftOverClaim({
          name: 'restore-1-data',
          uid: 'claim-uid-2',
          bytes: undefined,
          delete: no('Not before 24 November.', 'too-early'),
        }),
      ],
      totalBytes: 20 * 1024 ** 3,
    });
  const claims = () => screen.findByRole('list', { name: 'Left-over disks' });

  it('are listed with their size', async () => {
    await show([], two);
    const [first, second] = within(await claims()).getAllByRole('listitem');
    expect(first).toHaveTextContent('20 GiB, made for volume root');
    expect(second).toHaveTextContent('not told, made for');
    expect(screen.getByText(/Together 20 GiB\./)).toBeVisible();
    expect(
      within(second).getByRole('button', { name: /^Delete claim/ }),
    ).toHaveAccessibleDescription('Not before 24 November.');
  });

  it('are deleted one by one, each by its name', async () => {
    const { api } = await show([], two);
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Delete claim restore-0-root',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    const submit = () =>
      userEvent.click(
        within(dialog).getByRole('button', { name: 'Delete claim' }),
      );
    await submit();
    expect(api.deleteLeftOverClaim).not.toHaveBeenCalled();
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /^Type/ }),
      'restore-0-root',
    );
    await submit();
    await waitFor(() =>
      expect(api.deleteLeftOverClaim.mock.calls).toEqual([
        [
          entityKey,
          'restore-0-root',
          {
            operationId: expect.any(String),
            vmUid: 'vm-uid-1',
            claimUid: 'claim-uid-1',
            typedName: 'restore-0-root',
          },
        ],
      ]),
    );
  });
});

describe('notices', () => {
  const notice = (code: VmView['notices'][number]['code']) => ({
    code,
    message: 'Something is wrong.',
    restoreName: 'restore-operation-1',
  });

  it('offer to clear a failed restore and to try again', async () => {
    const { api, onShow } = await show([failed()], undefined, [
      notice('restore-failed'),
    ]);
    const status = screen
      .getAllByRole('status')
      .find(one => one.textContent?.includes('Something is wrong.'))!;
    await userEvent.click(
      await within(status).findByRole('button', { name: 'Show restores' }),
    );
    expect(onShow).toHaveBeenCalled();
    await userEvent.click(
      within(status).getByRole('button', { name: /^Clear/ }),
    );
    expect(api.clearRestore).toHaveBeenCalledTimes(1);
    await userEvent.click(
      within(status).getByRole('button', { name: 'Try again' }),
    );
    expect(await screen.findByRole('dialog')).toHaveTextContent(
      'Restore web-01 from before-upgrade',
    );
  });

  it.each(['claims-changed', 'needs-attention'] as const)(
    'tell of %s',
    async code => {
      await show([], undefined, [notice(code)]);
      expect(screen.getByText('Something is wrong.')).toBeVisible();
    },
  );
});
