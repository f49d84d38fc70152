// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { no } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { ChoiceSwitch } from './ChoiceSwitch';

it('is turned on and off', async () => {
  const onChange = jest.fn();
  await renderWithApi(
    <ChoiceSwitch label="Start" hint="Later." isSelected onChange={onChange} />,
  );
  const control = screen.getByRole('switch', { name: 'Start' });
  expect(control).toBeChecked();
  expect(control).toHaveAccessibleDescription('Later.');
  await userEvent.click(control);
  expect(onChange).toHaveBeenCalledWith(false);
});

it('is off and says why when it cannot be done', async () => {
  const onChange = jest.fn();
  const { container } = await renderWithApi(
    <ChoiceSwitch
      label="Start"
      isSelected
      verdict={no('It would start another way.')}
      onChange={onChange}
    />,
  );
  const control = screen.getByRole('switch', { name: 'Start' });
  expect(control).not.toBeChecked();
  expect(control).toHaveAttribute('aria-disabled', 'true');
  await userEvent.tab();
  expect(control).toHaveFocus();
  expect(control).toHaveAccessibleDescription('It would start another way.');
  await userEvent.keyboard(' ');
  await userEvent.click(control);
  expect(onChange).not.toHaveBeenCalled();
  expect(await axe(container)).toHaveNoViolations();
});
