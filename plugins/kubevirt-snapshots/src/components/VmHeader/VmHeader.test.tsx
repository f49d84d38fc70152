// SPDX-License-Identifier: Apache-2.0
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen } from '@testing-library/react';
import { axe } from 'jest-axe';
import { entityKey, vm, type VmPatch } from '../../__testUtils__/fixtures';
import { restoreOperation } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { VmHeader } from './VmHeader';

async function show(patch: VmPatch, operations?: OperationView[]) {
  await renderWithApi(
    <VmHeader
      entity={entityKey}
      vm={vm(patch)}
      operations={operations}
      onStopRestore={() => {}}
      action={null}
    />,
  );
  return screen.getByRole('region', { name: 'web-01' });
}

it.each<[VmPatch, string]>([
  [{}, 'Guest agentConnected'],
  [{ agentConnected: false }, 'Guest agentNot connected'],
  [{ running: false, agentConnected: false }, 'Guest agentVM is not running'],
  [{ printableStatus: 'Stopped', running: false }, 'StateStopped'],
  [{ printableStatus: 'Paused', paused: true }, 'StatePausedGuest'],
  [{ printableStatus: 'Running', paused: true }, 'StateRunning (paused)'],
  [
    { busy: { kind: 'snapshot', name: 'new-one' } },
    'ActivityCreating snapshot new-one',
  ],
  [{ busy: { kind: 'restore', name: 'r1' } }, 'ActivityRestoring (r1)'],
  [{ busy: { kind: 'clone', name: 'c1' } }, 'ActivityBeing cloned (c1)'],
])('tells %j as %s', async (patch, text) => {
  expect(await show(patch)).toHaveTextContent(text);
});

it('tells of our own restore once, by what it is', async () => {
  const header = await show(
    {
      busy: {
        kind: 'restore',
        name: 'restore-operation-1',
        operationId: 'operation-1',
      },
    },
    [restoreOperation()],
  );
  expect(header).toHaveTextContent(/ActivityRestoring$/);
  expect(screen.getAllByRole('button')).toHaveLength(1);
});

it('has no accessibility problem', async () => {
  const header = await show({
    busy: { kind: 'snapshot', name: 'x', since: '2026-11-22T10:00:00Z' },
  });
  expect(await axe(header)).toHaveNoViolations();
});
