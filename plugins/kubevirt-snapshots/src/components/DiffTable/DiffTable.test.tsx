// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import { axe } from 'jest-axe';
import { renderWithApi } from '../../__testUtils__/render';
import { DiffTable } from './DiffTable';

it('tells what is, what will be, and never a secret', async () => {
  const { container } = await renderWithApi(
    <DiffTable
      caption="Settings that change"
      nowLabel="Now"
      thenLabel="Then"
      lines={[
        { label: 'CPU', now: '4 cores', then: '2 cores' },
        { label: 'Host name', then: 'web' },
        { label: 'Password', now: 'hunter2', then: 'hunter3', sensitive: true },
      ]}
    />,
  );
  const table = screen.getByRole('table', { name: 'Settings that change' });
  const cells = (name: string) =>
    within(within(table).getByRole('row', { name: new RegExp(`^${name}`) }))
      .getAllByRole('cell')
      .map(cell => cell.lastElementChild?.textContent);
  expect(cells('CPU')).toEqual(['4 cores', '2 cores']);
  expect(cells('Host name')).toEqual(['not there', 'web']);
  expect(cells('Password')).toEqual([
    'Present, not shown',
    'Present, not shown',
  ]);
  expect(container).not.toHaveTextContent('hunter');
  expect(await axe(container)).toHaveNoViolations();
});
