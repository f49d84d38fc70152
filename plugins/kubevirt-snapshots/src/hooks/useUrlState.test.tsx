// SPDX-License-Identifier: Apache-2.0
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation, useNavigate } from 'react-router-dom';
import { SNAPSHOT_STATES } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  DEFAULT_URL_STATE,
  readUrlState,
  useUrlState,
  writeUrlState,
  type UrlState,
} from './useUrlState';

const states: UrlState[] = [
  DEFAULT_URL_STATE,
  { ...DEFAULT_URL_STATE, show: 'scheduled' },
  { ...DEFAULT_URL_STATE, sort: 'created', order: 'desc', page: 3 },
  { ...DEFAULT_URL_STATE, states: [...SNAPSHOT_STATES] },
  {
    view: 'history',
    before: 17,
    show: 'taken',
    sort: 'created',
    order: 'desc',
    states: ['ready', 'failed'],
    search: 'a&b=c%20 ü',
    page: 2,
    snapshot: 'before-upgrade',
    schedule: 'k3j9x0a2bqzm',
    runs: 2,
    month: '2026-11',
  },
];

describe('address', () => {
  it.each(states)('gives back what was written: %j', state => {
    const text = writeUrlState(new URLSearchParams(), state).toString();
    expect(readUrlState(new URLSearchParams(text))).toEqual(state);
  });

  it('says nothing about the default view', () => {
    expect(
      writeUrlState(new URLSearchParams(), DEFAULT_URL_STATE).toString(),
    ).toBe('');
  });

  it('leaves the parameters of others alone', () => {
    const params = new URLSearchParams('other=1&page=4');
    expect(writeUrlState(params, DEFAULT_URL_STATE).toString()).toBe('other=1');
  });

  it.each([
    'show=all2&sort=size&order=up&state=green,,&page=-1&snapshot=',
    'page=1.5',
    'page=1e99',
    'page=x',
    'view=x&before=0',
    'before=1.5',
  ])('takes nonsense for the default: %s', text => {
    expect(readUrlState(new URLSearchParams(text))).toEqual(DEFAULT_URL_STATE);
  });
});

describe('useUrlState', () => {
  function setUp(path: string) {
    const wrapper = ({ children }: { children: ReactNode }) => (
      <MemoryRouter
        future={{ v7_startTransition: true, v7_relativeSplatPath: true }}
        initialEntries={['/start', path]}
        initialIndex={1}
      >
        {children}
      </MemoryRouter>
    );
    return renderHook(
      () => ({
        ...useUrlState(),
        location: useLocation(),
        navigate: useNavigate(),
      }),
      { wrapper },
    );
  }

  it('goes back to the first page with another filter or order', () => {
    const { result } = setUp('/tab?page=3');
    act(() => result.current.update({ states: ['ready'] }));
    expect(result.current.location.search).toBe('?state=ready');
    act(() => result.current.update({ page: 2 }));
    act(() => result.current.update({ order: 'desc' }));
    expect(result.current.state).toMatchObject({ page: 1, order: 'desc' });
  });

  it('keeps the page when the drawer opens', () => {
    const { result } = setUp('/tab?page=3');
    act(() => result.current.update({ snapshot: 'a' }, { push: true }));
    expect(result.current.state).toMatchObject({ page: 3, snapshot: 'a' });
  });

  it('lets the back button close the drawer, but not undo a filter', () => {
    const { result } = setUp('/tab');
    act(() => result.current.update({ show: 'taken' }));
    act(() => result.current.update({ snapshot: 'a' }, { push: true }));
    act(() => result.current.navigate(-1));
    expect(result.current.location.search).toBe('?show=taken');
    act(() => result.current.navigate(-1));
    expect(result.current.location.pathname).toBe('/start');
  });

  it('keeps the list while the history is looked at', () => {
    const { result } = setUp('/tab?page=3&state=ready');
    act(() => result.current.update({ view: 'history' }, { push: true }));
    act(() => result.current.update({ before: 9 }, { push: true }));
    expect(result.current.location.search).toBe(
      '?view=history&before=9&state=ready&page=3',
    );
  });

  it('gives the address of a view', () => {
    const { result } = setUp('/tab?show=taken&x=1');
    expect(result.current.href({ snapshot: 'a' })).toBe(
      '/tab?x=1&show=taken&snapshot=a',
    );
  });
});
