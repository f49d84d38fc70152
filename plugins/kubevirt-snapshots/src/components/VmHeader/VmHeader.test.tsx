// SPDX-License-Identifier: Apache-2.0
import type { VmView } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen } from '@testing-library/react';
import { axe } from 'jest-axe';
import { vm } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { VmHeader } from './VmHeader';

async function show(patch: Partial<VmView>) {
  await renderWithApi(<VmHeader vm={vm(patch)} action={null} />);
  return screen.getByRole('region', { name: 'web-01' });
}

it.each<[Partial<VmView>, string]>([
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

it('has no accessibility problem', async () => {
  const header = await show({
    busy: { kind: 'snapshot', name: 'x', since: '2026-11-22T10:00:00Z' },
  });
  expect(await axe(header)).toHaveNoViolations();
});
