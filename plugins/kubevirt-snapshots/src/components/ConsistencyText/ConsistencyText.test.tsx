// SPDX-License-Identifier: Apache-2.0
import type { ConsistencyLevel } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen } from '@testing-library/react';
import { renderWithApi } from '../../__testUtils__/render';
import { CONSISTENCY_LOOKS, ConsistencyText } from './ConsistencyText';

const levels = Object.keys(CONSISTENCY_LOOKS) as ConsistencyLevel[];

it('has words of its own for each level', async () => {
  await renderWithApi(
    <ul>
      {levels.map(level => (
        <li key={level}>
          <ConsistencyText consistency={{ level, partial: false }} explained />
        </li>
      ))}
    </ul>,
  );
  const texts = screen.getAllByRole('listitem').map(i => i.textContent);
  expect(new Set(texts).size).toBe(8);
});

it('warns of a timed out quiesce and of a partial snapshot', async () => {
  await renderWithApi(
    <ConsistencyText
      consistency={{ level: 'quiesce-timeout', partial: true }}
    />,
  );
  for (const text of ['Quiesce timed out', 'Partial']) {
    expect(screen.getByText(text).closest('[data-tone]')).toHaveAttribute(
      'data-tone',
      'warning',
    );
  }
});

it('takes what it does not know for not known, never for good', async () => {
  await renderWithApi(
    <ConsistencyText
      consistency={{ level: 'of-tomorrow' as any, partial: false }}
    />,
  );
  expect(screen.getByText('Not known yet')).toBeVisible();
});
