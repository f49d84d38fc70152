// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { useState } from 'react';
import { no, yes } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { ChoiceGroup } from './ChoiceGroup';

async function show(refused: 'b' | 'none' = 'b') {
  const onChange = jest.fn();
  function Form() {
    const [value, setValue] = useState<'a' | 'b' | 'c'>('a');
    return (
      <ChoiceGroup
        label="How"
        value={value}
        choices={[
          { id: 'a', label: 'This way', hint: 'Quick.', verdict: yes },
          {
            id: 'b',
            label: 'That way',
            hint: 'Slow.',
            verdict: refused === 'b' ? no('Not with Once.') : yes,
          },
          { id: 'c', label: 'Not at all', verdict: yes },
        ]}
        onChange={next => {
          onChange(next);
          setValue(next);
        }}
      />
    );
  }
  const { container } = await renderWithApi(<Form />);
  return { onChange, container };
}

it('describes each way and lets one choose', async () => {
  const { onChange, container } = await show('none');
  const slow = screen.getByRole('radio', { name: 'That way' });
  expect(slow).toHaveAccessibleDescription('Slow.');
  expect(slow).not.toHaveAttribute('aria-disabled');
  await userEvent.click(slow);
  expect(onChange).toHaveBeenCalledWith('b');
  expect(slow).toBeChecked();
  expect(await axe(container)).toHaveNoViolations();
});

it('reaches what is off by the arrows, with the reason, and does not choose it', async () => {
  const { onChange, container } = await show();
  await userEvent.tab();
  expect(screen.getByRole('radio', { name: 'This way' })).toHaveFocus();
  await userEvent.keyboard('{ArrowDown}');
  const off = screen.getByRole('radio', { name: 'That way' });
  expect(off).toHaveFocus();
  expect(off).toHaveAttribute('aria-disabled', 'true');
  expect(off).toHaveAccessibleDescription('Not with Once.');
  expect(off).not.toBeChecked();
  await userEvent.click(off);
  expect(onChange).not.toHaveBeenCalled();
  await userEvent.keyboard('{ArrowDown}');
  expect(screen.getByRole('radio', { name: 'Not at all' })).toBeChecked();
  expect(await axe(container)).toHaveNoViolations();
});
