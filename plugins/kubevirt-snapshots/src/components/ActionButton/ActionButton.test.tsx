// SPDX-License-Identifier: Apache-2.0
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { no, yes } from '../../__testUtils__/fixtures';
import { ActionButton } from './ActionButton';

describe('ActionButton', () => {
  it('acts when it may', async () => {
    const onPress = jest.fn();
    render(
      <ActionButton verdict={yes} onPress={onPress}>
        Take
      </ActionButton>,
    );
    const button = screen.getByRole('button', { name: 'Take' });
    expect(button).not.toHaveAttribute('aria-disabled');
    await userEvent.click(button);
    expect(onPress).toHaveBeenCalledTimes(1);
  });

  it('says why it may not, to the keyboard as well, and does nothing', async () => {
    const onPress = jest.fn();
    const { container } = render(
      <ActionButton verdict={no('The VM is busy.')} onPress={onPress}>
        Take
      </ActionButton>,
    );
    const button = screen.getByRole('button', { name: 'Take' });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription('The VM is busy.');
    await userEvent.tab();
    expect(button).toHaveFocus();
    expect(await screen.findByRole('tooltip')).toHaveTextContent(
      'The VM is busy.',
    );
    await userEvent.keyboard('{Enter}');
    await userEvent.click(button);
    expect(onPress).not.toHaveBeenCalled();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('keeps the focus when it is turned off and on again', () => {
    const { rerender } = render(
      <ActionButton verdict={yes}>Take</ActionButton>,
    );
    const button = screen.getByRole('button', { name: 'Take' });
    act(() => button.focus());
    rerender(<ActionButton verdict={no('Busy.')}>Take</ActionButton>);
    expect(button).toHaveFocus();
    expect(button).toHaveAccessibleDescription('Busy.');
    rerender(<ActionButton verdict={yes}>Take</ActionButton>);
    expect(button).toHaveFocus();
    expect(button).toHaveAccessibleDescription('');
  });

  it('never submits a form while it is off', async () => {
    const onSubmit = jest.fn(event => event.preventDefault());
    render(
      <form onSubmit={onSubmit}>
        <ActionButton verdict={no('No.')} type="submit">
          Take
        </ActionButton>
      </form>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Take' }));
    expect(onSubmit).not.toHaveBeenCalled();
  });
});
