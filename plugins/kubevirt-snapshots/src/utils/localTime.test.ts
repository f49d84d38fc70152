// SPDX-License-Identifier: Apache-2.0
import { fromLocalInput, isHalfEntered, toLocalInput } from './localTime';

it('gives back what was entered, as UTC with a Z', () => {
  const entered = '2030-01-31T10:05';
  const sent = fromLocalInput(entered);
  expect(sent).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:00\.000Z$/);
  expect(new Date(sent!).getTime()).toBe(
    new Date(2030, 0, 31, 10, 5).getTime(),
  );
  expect(toLocalInput(sent)).toBe(entered);
});

it.each(['', 'soon', undefined])('takes %p for nothing', text => {
  expect(fromLocalInput(text ?? '')).toBeUndefined();
  expect(toLocalInput(text)).toBe('');
});

it('knows a field that is filled by half', () => {
  const field = document.createElement('div');
  expect(isHalfEntered(null)).toBe(false);
  expect(isHalfEntered(field)).toBe(false);
  const input = field.appendChild(document.createElement('input'));
  expect(isHalfEntered(field)).toBe(false);
  Object.defineProperty(input, 'validity', { value: { badInput: true } });
  expect(isHalfEntered(field)).toBe(true);
});
