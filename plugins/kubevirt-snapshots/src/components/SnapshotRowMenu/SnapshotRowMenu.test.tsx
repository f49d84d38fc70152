// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import {
  no,
  protection,
  snapshot,
  unfinished,
  yes,
} from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { SnapshotRowMenu } from './SnapshotRowMenu';

async function open(item = snapshot()) {
  const onAction = jest.fn();
  await renderWithApi(<SnapshotRowMenu item={item} onAction={onAction} />);
  await userEvent.click(
    screen.getByRole('button', { name: `Actions for ${item.name}` }),
  );
  return onAction;
}

const items = () => screen.getAllByRole('menuitem');

describe('SnapshotRowMenu', () => {
  it('offers details and delete for a finished snapshot', async () => {
    const onAction = await open();
    expect(items().map(i => i.textContent)).toEqual([
      'Details',
      'Create VM template…',
      'Create VM…',
      'Restore…',
      'Protect…',
      'Delete snapshot',
    ]);
    await userEvent.click(screen.getByRole('menuitem', { name: 'Details' }));
    expect(onAction).toHaveBeenCalledWith('details');
  });

  it.each([
    ['Create VM template…', 'template'],
    ['Create VM…', 'clone'],
    ['Restore…', 'restore'],
  ])('offers %s', async (name, action) => {
    const onAction = await open();
    await userEvent.click(screen.getByRole('menuitem', { name }));
    expect(onAction).toHaveBeenCalledWith(action);
  });

  it('does not offer what the backend knows nothing of', async () => {
    await open(
      snapshot({ allowed: { clone: undefined, template: undefined } }),
    );
    expect(items().map(i => i.textContent)).not.toContain('Create VM…');
  });

  it('offers to delete', async () => {
    const onAction = await open();
    await userEvent.click(
      screen.getByRole('menuitem', { name: 'Delete snapshot' }),
    );
    expect(onAction).toHaveBeenCalledWith('delete');
  });

  it('offers to protect, and not to release what is not protected', async () => {
    const onAction = await open();
    expect(screen.queryByRole('menuitem', { name: 'Release…' })).toBeNull();
    await userEvent.click(screen.getByRole('menuitem', { name: 'Protect…' }));
    expect(onAction).toHaveBeenCalledWith('protect');
  });

  it('offers to change and release what is protected', async () => {
    const onAction = await open(
      snapshot({
        protection: protection(),
        allowed: { delete: no('It is protected.', 'snapshot-protected') },
      }),
    );
    expect(
      screen.getByRole('menuitem', { name: 'Delete snapshot' }),
    ).toHaveAccessibleDescription('It is protected.');
    expect(
      screen.getByRole('menuitem', { name: 'Change protection…' }),
    ).not.toHaveAttribute('aria-disabled');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Release…' }));
    expect(onAction).toHaveBeenCalledWith('release');
  });

  it('says why it cannot be protected or released', async () => {
    const onAction = await open(
      snapshot({
        protection: protection(),
        allowed: { protect: no('Ask A.'), unprotect: no('Ask B.') },
      }),
    );
    const change = screen.getByRole('menuitem', { name: 'Change protection…' });
    const release = screen.getByRole('menuitem', { name: 'Release…' });
    expect(change).toHaveAccessibleDescription('Ask A.');
    expect(release).toHaveAccessibleDescription('Ask B.');
    await userEvent.click(change);
    await userEvent.click(release);
    expect(onAction).not.toHaveBeenCalled();
  });

  it('offers to stop what is not finished', async () => {
    const onAction = await open(unfinished());
    await userEvent.click(
      screen.getByRole('menuitem', { name: 'Stop snapshot' }),
    );
    expect(onAction).toHaveBeenCalledWith('stop');
  });

  it('gives each refusal its reason, reached by the arrow keys', async () => {
    const reasons = { stop: 'Somebody else has it.', delete: 'It is in use.' };
    const onAction = await open(
      unfinished({
        allowed: { stop: no(reasons.stop), delete: no(reasons.delete) },
      }),
    );
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    const stop = screen.getByRole('menuitem', { name: 'Stop snapshot' });
    expect(stop).toHaveFocus();
    expect(stop).toHaveAttribute('aria-disabled', 'true');
    expect(stop).toHaveAccessibleDescription(reasons.stop);
    await userEvent.keyboard('{Enter}');
    await userEvent.keyboard('{ArrowUp}');
    await userEvent.keyboard('{End}');
    const remove = screen.getByRole('menuitem', { name: 'Delete snapshot' });
    expect(remove).toHaveFocus();
    expect(remove).toHaveAccessibleDescription(reasons.delete);
    await userEvent.click(remove);
    expect(onAction).not.toHaveBeenCalled();
    expect(await axe(screen.getByRole('menu'))).toHaveNoViolations();
  });

  it.each([
    { stop: yes, delete: yes },
    { stop: no('a'), delete: yes },
    { stop: yes, delete: no('b') },
    { protect: no('c') },
    { restore: no('d'), clone: no('e'), template: no('f') },
  ])('has no item that is off without a reason: %j', async allowed => {
    await open(unfinished({ allowed }));
    for (const item of items()) {
      const off = item.getAttribute('aria-disabled') === 'true';
      expect(off).toBe(
        item.getAttribute('aria-describedby') !== null &&
          item.getAttribute('aria-describedby') !== '',
      );
    }
  });
});
