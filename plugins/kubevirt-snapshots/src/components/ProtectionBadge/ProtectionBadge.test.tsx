// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { protection } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { formatExact } from '../../utils/format';
import { ProtectionBadge } from './ProtectionBadge';

it('tells why, by whom and how long, also to keyboard and screen reader', async () => {
  const { container } = await renderWithApi(
    <ProtectionBadge protection={protection()} />,
  );
  const badge = screen.getByText('Protected');
  const until = formatExact(new Date('2099-01-31T10:00:00Z'), 'en-US');
  expect(container).toHaveTextContent(
    `Protected (Quarterly closing By ann. Until ${until}.)`,
  );
  await userEvent.tab();
  expect(badge.closest('[tabindex="0"]')).toHaveFocus();
  expect(await screen.findByRole('tooltip')).toHaveTextContent(
    'Quarterly closing',
  );
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('tooltip')).not.toBeInTheDocument();
  await userEvent.hover(badge);
  expect(await screen.findByRole('tooltip')).toHaveTextContent('By ann.');
  expect(await axe(container)).toHaveNoViolations();
});

it('says that it has no end', async () => {
  const { container } = await renderWithApi(
    <ProtectionBadge
      protection={protection({ until: undefined, by: 'x y' })}
    />,
  );
  expect(container).toHaveTextContent('By x y. Until it is released.');
});
