// SPDX-License-Identifier: Apache-2.0
import { act, screen } from '@testing-library/react';
import { operation, unfinished } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { SnapshotProgress } from './SnapshotProgress';

const timer = () => screen.getByRole('timer');

describe('SnapshotProgress', () => {
  beforeEach(() => {
    jest.useFakeTimers({
      now: new Date('2026-11-22T10:01:05Z'),
      advanceTimers: true,
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('counts what has passed and what is left, each second', async () => {
    await renderWithApi(<SnapshotProgress item={unfinished()} />);
    expect(timer()).toHaveTextContent('Running for 1:05');
    expect(timer()).toHaveTextContent('3:55 left until the deadline');
    act(() => {
      jest.setSystemTime(new Date('2026-11-22T10:01:09Z'));
      jest.advanceTimersByTime(1_000);
    });
    expect(timer()).toHaveTextContent('Running for 1:10');
    expect(timer()).toHaveTextContent('3:50 left');
  });

  it('counts from the request, if that was earlier', async () => {
    await renderWithApi(
      <SnapshotProgress
        item={unfinished({
          operation: operation({ createdAt: '2026-11-22T10:00:05Z' }),
          requestedAt: '2026-11-22T10:01:00Z',
        })}
      />,
    );
    expect(timer()).toHaveTextContent('Running for 1:00');
  });

  it('says that the deadline has passed, and never counts below zero', async () => {
    await renderWithApi(
      <SnapshotProgress
        item={unfinished({ deadlineAt: '2026-11-22T10:01:00Z' })}
      />,
    );
    expect(timer()).toHaveTextContent('The deadline has passed');
  });

  it.each(['queued', 'taken', 'stopping'] as const)(
    'says nothing of a deadline while %s',
    async state => {
      await renderWithApi(<SnapshotProgress item={unfinished({ state })} />);
      expect(timer()).toHaveTextContent(/^Running for 1:0\d$/);
    },
  );

  it('says when there is no deadline', async () => {
    await renderWithApi(
      <SnapshotProgress item={unfinished({ deadlineAt: undefined })} />,
    );
    expect(timer()).toHaveTextContent('No deadline');
  });
});
