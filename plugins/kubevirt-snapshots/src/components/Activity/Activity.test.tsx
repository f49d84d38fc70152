// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  RestoreHistoryItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, no, operation } from '../../__testUtils__/fixtures';
import {
  progress,
  restoreItem,
  restoreOperation,
} from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { BusyRestoreButton, OperationButton } from './ActivityButton';
import { LongProgress } from './LongProgress';

const in_ = (ms: number) => new Date(Date.now() + ms).toISOString();

async function progressOf(patch: Partial<OperationView>) {
  const { container } = await renderWithApi(
    <LongProgress operation={restoreOperation(patch)} />,
  );
  return container;
}

it('tells steps, elapsed time and each disk', async () => {
  const container = await progressOf({
    createdAt: in_(-65_000),
    deadlineAt: in_(245_500),
  });
  const steps = within(screen.getByRole('list', { name: 'Steps' }));
  expect(steps.getByText(/^Take the safety snapshot/)).toHaveTextContent(
    'done',
  );
  const current = container.querySelector('[aria-current="step"]');
  expect(current).toHaveTextContent('Restore the disks (1 of 2)');
  expect(current).toHaveTextContent('root: there');
  expect(current).toHaveTextContent('data: waiting');
  expect(screen.getByRole('timer')).toHaveTextContent('Running for 1:05');
  expect(screen.getByRole('timer')).toHaveTextContent(
    '4:05 left for this step',
  );
  expect(await axe(container)).toHaveNoViolations();
});

it.each([
  ['five-minutes', 245_500, 'Stop the VM within 4:05'],
  ['wait', 3_725_500, 'Waits for another 1:02:05 at most'],
  ['wait', -1, 'The time for this step is over'],
] as const)('counts down for %s: %s ms', async (power, left, text) => {
  await progressOf({
    deadlineAt: in_(left),
    steps: [
      { id: 'wait-off', state: 'current' },
      { id: 'claims', state: 'waiting' },
    ],
    restore: progress({
      choices: { ...progress().choices, power },
      disks: [],
    }),
  });
  expect(screen.getByRole('timer')).toHaveTextContent(text);
});

it('tells what is wrong', async () => {
  const container = await progressOf({
    retrying: true,
    restore: progress({
      needsAttention: 'It hangs.',
      safetySnapshot: 'safety-1',
    }),
    error: { code: 'x', message: 'No space left.' },
  });
  expect(container).toHaveTextContent('Needs attention: It hangs.');
  expect(container).toHaveTextContent('The cluster does not answer.');
  expect(container).toHaveTextContent('No space left.');
  expect(container).toHaveTextContent('Safety snapshot: safety-1');
});

describe('popover', () => {
  async function open(
    items: RestoreHistoryItem[],
    busy?: { name: string; operationId?: string },
  ) {
    const api = new FakeApi();
    api.listRestores.mockResolvedValue({ items, truncated: false });
    const onStopRestore = jest.fn();
    await renderWithApi(
      busy ? (
        <BusyRestoreButton
          entity={entityKey}
          busy={{ kind: 'restore', ...busy }}
          onStopRestore={onStopRestore}
        />
      ) : (
        <OperationButton
          entity={entityKey}
          operation={restoreOperation()}
          onStopRestore={onStopRestore}
        />
      ),
      { api },
    );
    await userEvent.click(
      screen.getByRole('button', { name: /^Show details/ }),
    );
    return { onStopRestore, popover: await screen.findByRole('dialog') };
  }

  it('tells how far a restore is, and stops it', async () => {
    const { onStopRestore, popover } = await open([restoreItem()]);
    expect(popover).toHaveTextContent('From snapshot before-upgrade');
    expect(popover).toHaveTextContent('Asked for by ann');
    expect(popover).toHaveTextContent('Restore the disks');
    expect(await axe(popover)).toHaveNoViolations();
    await userEvent.click(
      within(popover).getByRole('button', { name: 'Stop restoring' }),
    );
    expect(onStopRestore).toHaveBeenCalledWith('restore-operation-1');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says why it cannot be stopped', async () => {
    const { popover } = await open([
      restoreItem({
        allowed: { stop: no('Too late.', 'too-late'), clear: no('It runs.') },
      }),
    ]);
    expect(
      within(popover).getByRole('button', { name: 'Stop restoring' }),
    ).toHaveAccessibleDescription('Too late.');
  });

  it('knows somebody else’s restore by its name', async () => {
    const { popover } = await open(
      [
        restoreItem({
          name: 'back-again',
          origin: 'external',
          actor: undefined,
          operation: undefined,
        }),
      ],
      { name: 'back-again' },
    );
    expect(popover).toHaveTextContent('It was not started by this portal.');
  });

  it('says when it is over', async () => {
    const { popover } = await open([]);
    expect(popover).toHaveTextContent('It is finished.');
  });

  it('tells how far another operation is', async () => {
    const api = new FakeApi();
    const clone = operation({ type: 'clone', target: 'web-01-copy' });
    api.getOperation.mockResolvedValue({ ...clone, retrying: true });
    await renderWithApi(
      <OperationButton
        entity={entityKey}
        operation={clone}
        onStopRestore={() => {}}
      />,
      { api },
    );
    await userEvent.click(
      screen.getByRole('button', {
        name: 'Show details: Making VM web-01-copy',
      }),
    );
    expect(
      await screen.findByText(/The cluster does not answer/),
    ).toBeVisible();
  });
});
