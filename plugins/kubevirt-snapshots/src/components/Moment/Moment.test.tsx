// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { renderWithApi } from '../../__testUtils__/render';
import { formatExact } from '../../utils/format';
import { Moment } from './Moment';

const value = new Date(Date.now() - 3 * 60_000 - 5_000).toISOString();
const exact = formatExact(new Date(value), 'en-US');

it('tells a moment relative to now, and exactly to keyboard and pointer', async () => {
  const { container } = await renderWithApi(<Moment value={value} />);
  const time = screen.getByText('3 minutes ago');
  expect(time).toHaveAttribute('datetime', value);
  expect(time).toHaveTextContent(exact);
  expect(screen.queryByRole('tooltip')).not.toBeInTheDocument();

  await userEvent.tab();
  expect(time).toHaveFocus();
  expect(await screen.findByRole('tooltip')).toHaveTextContent(exact);
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('tooltip')).not.toBeInTheDocument();

  await userEvent.hover(time);
  expect(await screen.findByRole('tooltip')).toHaveTextContent(exact);
  expect(await axe(container)).toHaveNoViolations();
});

it('shows what is no date as it is', async () => {
  await renderWithApi(<Moment value="soon" />);
  expect(screen.getByText('soon')).toBeVisible();
});
