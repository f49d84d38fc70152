// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  RestoreHistoryItem,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  operation,
  vm,
  yes,
} from '../../__testUtils__/fixtures';
import {
  progress,
  restoreItem,
  restoreOperation,
} from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { LongActs } from '../LongActs';
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
    return {
      onStopRestore,
      popover: await screen.findByRole('dialog', { name: /^Activity: / }),
    };
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

  describe('of a VM that is being made', () => {
    const clone = (effect: 'removes' | 'too-late') =>
      operation({
        type: 'clone',
        target: 'web-01-copy',
        clone: {
          vm: { ...vm().ref, name: 'web-01-copy' },
          stop: { effect, message: `That ${effect}.` },
        },
      });

    async function openClone(
      effect: 'removes' | 'too-late',
      stopClone: Verdict = yes,
    ) {
      const api = new FakeApi();
      api.getOperation.mockResolvedValue(clone(effect));
      await renderWithApi(
        <LongActs entity={entityKey} vm={vm({ allowed: { stopClone } })}>
          <OperationButton
            entity={entityKey}
            operation={clone(effect)}
            onStopRestore={() => {}}
          />
        </LongActs>,
        { api },
      );
      await userEvent.click(
        screen.getByRole('button', { name: /^Show details/ }),
      );
      const button = await screen.findByRole('button', {
        name: 'Stop making the VM',
      });
      return { api, button };
    }

    it('says what stopping means, asks once, and stops it', async () => {
      const { api, button } = await openClone('removes');
      await userEvent.click(button);
      const dialog = await screen.findByRole('dialog', {
        name: 'Stop making VM web-01-copy?',
      });
      expect(dialog).toHaveTextContent('What was made so far is removed.');
      expect(dialog).toHaveTextContent('That removes.');
      expect(await axe(dialog)).toHaveNoViolations();
      await userEvent.click(
        within(dialog).getByRole('button', { name: 'Stop it' }),
      );
      expect(api.stopCopy).toHaveBeenCalledTimes(1);
      expect(api.stopCopy.mock.calls[0][1]).toMatchObject({ type: 'clone' });
      expect(api.stopCopy.mock.calls[0][2]).toEqual({
        operationId: expect.any(String),
        vmUid: 'vm-uid-1',
      });
    });

    it('says why it is too late, or not for this person', async () => {
      const { button } = await openClone('too-late');
      expect(button).toHaveAttribute('aria-disabled', 'true');
      expect(button).toHaveAccessibleDescription('That too-late.');
    });

    it('is off for who may not make VMs', async () => {
      const { button } = await openClone('removes', no('Ask Team A.'));
      expect(button).toHaveAccessibleDescription('Ask Team A.');
    });
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
