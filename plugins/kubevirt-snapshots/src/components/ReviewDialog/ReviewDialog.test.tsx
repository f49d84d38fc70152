// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { no, refusal, yes } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { ReviewDialog, type ReviewDialogProps } from './ReviewDialog';

async function show(patch: Partial<ReviewDialogProps> = {}) {
  const onSubmit = jest.fn();
  const onClose = jest.fn();
  const part = (title: string) => ({ title, children: <p>About {title}</p> });
  await renderWithApi(
    <ReviewDialog
      title="Do it"
      submit="Do"
      verdict={yes}
      review={{ loading: false, onRetry: () => {} }}
      changed={false}
      // On purpose in another order.
      parts={{
        confirmation: part('Confirmation'),
        choices: part('Choices'),
        power: part('Power'),
        lost: part('Lost'),
        changes: part('Changes'),
        comes: part('Comes'),
      }}
      pending={false}
      onSubmit={onSubmit}
      onClose={onClose}
      {...patch}
    />,
  );
  return { onSubmit, onClose, dialog: screen.getByRole('dialog') };
}

it('tells the parts in one order, whoever uses it', async () => {
  const { dialog } = await show();
  expect(
    screen.getAllByRole('heading', { level: 3 }).map(h => h.textContent),
  ).toEqual(['Comes', 'Changes', 'Lost', 'Power', 'Choices', 'Confirmation']);
  expect(await axe(dialog)).toHaveNoViolations();
});

it('leaves out what has nothing to say', async () => {
  await show({ parts: { power: { title: 'Power', children: 'on' } } });
  expect(screen.getAllByRole('heading', { level: 3 })).toHaveLength(1);
});

it('cannot be sent before there is something to look at', async () => {
  await show({ review: { loading: true, onRetry: () => {} } });
  expect(screen.getByRole('status')).toHaveAttribute('aria-busy', 'true');
  expect(screen.queryByRole('button', { name: 'Do' })).toBeNull();
});

it('says why there is nothing to look at, and asks again', async () => {
  const onRetry = jest.fn();
  await show({
    review: { loading: true, error: refusal(503, {}, 'Away.'), onRetry },
  });
  expect(screen.getByText('Away.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalled();
});

it('says when what would happen has changed', async () => {
  await show({ changed: true });
  expect(screen.getByRole('alert')).toHaveTextContent(
    'What would happen has changed since you looked at it.',
  );
});

it('is not sent when it is refused, and says why', async () => {
  const { onSubmit } = await show({ verdict: no('The VM is busy.') });
  const button = screen.getByRole('button', { name: 'Do' });
  expect(button).toHaveAccessibleDescription('The VM is busy.');
  await userEvent.click(button);
  expect(onSubmit).not.toHaveBeenCalled();
  expect(screen.getByRole('status')).toHaveTextContent('The VM is busy.');
});

it('keeps everything when it was refused, with the reason on top', async () => {
  await show({ error: refusal(409, { code: 'vm-busy' }, 'Somebody else.') });
  expect(screen.getByRole('alert')).toHaveTextContent('Somebody else.');
  expect(screen.getByText('About Choices')).toBeVisible();
});
