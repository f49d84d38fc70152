// SPDX-License-Identifier: Apache-2.0
import { SNAPSHOT_STATES } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen } from '@testing-library/react';
import { renderWithApi } from '../../__testUtils__/render';
import { StatusBadge } from './StatusBadge';
import { STATUS_LOOKS, statusLook } from './statusMap';

describe('status map', () => {
  it('has a look for every state and for nothing else', () => {
    expect(Object.keys(STATUS_LOOKS).sort()).toEqual(
      [...SNAPSHOT_STATES].sort(),
    );
  });

  it.each(SNAPSHOT_STATES)('has icon and words for %s', state => {
    expect(statusLook(state)).toMatchObject({
      icon: expect.any(Function),
      label: `state.${state}.label`,
    });
  });

  it('makes only what can be restored green', () => {
    const green = SNAPSHOT_STATES.filter(s => statusLook(s).tone === 'success');
    expect(green).toEqual(['ready']);
  });

  it('tells apart what looks alike: each state has its own words', async () => {
    await renderWithApi(
      <ul>
        {SNAPSHOT_STATES.map(state => (
          <li key={state}>
            <StatusBadge state={state} />
          </li>
        ))}
      </ul>,
    );
    const words = screen.getAllByRole('listitem').map(i => i.textContent);
    expect(new Set(words).size).toBe(SNAPSHOT_STATES.length);
    expect(words.every(Boolean)).toBe(true);
  });

  it.each(['of-tomorrow', 'constructor', ''])(
    'shows the state %p, which it does not know, as unknown and not green',
    async state => {
      await renderWithApi(<StatusBadge state={state as any} />);
      const badge = screen.getByText('Unknown').closest('[data-tone]');
      expect(badge).toHaveAttribute('data-tone', 'neutral');
    },
  );
});
