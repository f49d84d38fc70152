// SPDX-License-Identifier: Apache-2.0
import { operation } from '../../__testUtils__/fixtures';
import { screen } from '@testing-library/react';
import { renderWithApi } from '../../__testUtils__/render';
import { useTexts } from '../../translations';
import { finishedToast, isFinished } from './Operations';

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
  ['delete', 'unknown', 'warning: It is not known what became of snapshot s'],
] as const)('tells of a %s that %s', async (type, state, text) => {
  await renderWithApi(
    <Toast operation={operation({ type, state, snapshotName: 's', error })} />,
  );
  expect(screen.getByText(/Snapshot s|snapshot s/)).toHaveTextContent(text);
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
