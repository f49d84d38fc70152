// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import { renderWithApi } from '../../__testUtils__/render';
import { PowerBadge } from './PowerBadge';

it.each([
  ['running', 'Running', 'Running', 'success'],
  ['stopped', 'Stopped', 'Stopped', 'neutral'],
  ['paused', 'Paused', 'Paused', 'warning'],
  ['paused', 'Running', 'Paused', 'warning'],
  ['running', 'Migrating', 'Migrating', 'neutral'],
  ['running', 'CrashLoopBackOff', 'CrashLoopBackOff', 'danger'],
  ['stopped', 'ErrorUnschedulable', 'ErrorUnschedulable', 'danger'],
  ['running', '', 'Unknown', 'neutral'],
  ['of-tomorrow', 'Running', 'Running', 'neutral'],
])('tells %s, %p as %s in %s', async (power, printableStatus, text, tone) => {
  await renderWithApi(
    <PowerBadge vm={{ power: power as any, printableStatus }} />,
  );
  expect(screen.getByText(text).closest('[data-tone]')).toHaveAttribute(
    'data-tone',
    tone,
  );
});
