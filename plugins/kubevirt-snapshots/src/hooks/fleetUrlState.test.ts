// SPDX-License-Identifier: Apache-2.0
import {
  DEFAULT_FLEET_URL_STATE,
  fleetQuery,
  isFleetFiltered,
  NO_FLEET_FILTER,
  patchedFleet,
  readFleetUrlState,
  writeFleetUrlState,
  type FleetUrlState,
} from './fleetUrlState';

const full: FleetUrlState = {
  scope: 'mine',
  search: 'a&b=c%20 ü',
  owner: 'group:default/team-a',
  cluster: 'east',
  namespace: 'east/shop',
  power: 'paused',
  unprotected: true,
  unscheduled: true,
  belongsTo: 'system:default/shop',
  sort: 'lastSnapshot',
  order: 'desc',
  page: 3,
};

it.each([
  DEFAULT_FLEET_URL_STATE,
  full,
  { ...DEFAULT_FLEET_URL_STATE, scope: 'all' as const, sort: 'owner' as const },
])('gives back what was written: %j', state => {
  const text = writeFleetUrlState(new URLSearchParams(), state).toString();
  expect(readFleetUrlState(new URLSearchParams(text))).toEqual(state);
});

it('says nothing about the default view, and leaves others alone', () => {
  const params = new URLSearchParams('other=1&page=4&scope=all');
  expect(writeFleetUrlState(params, DEFAULT_FLEET_URL_STATE).toString()).toBe(
    'other=1',
  );
});

it.each([
  'scope=theirs&sort=size&order=up&power=on&unprotected=1&page=-1',
  'page=1.5',
  'page=1e99',
])('takes nonsense for the default: %s', text => {
  expect(readFleetUrlState(new URLSearchParams(text))).toEqual(
    DEFAULT_FLEET_URL_STATE,
  );
});

it('reads no more than the backend does', () => {
  const long = 'x'.repeat(1_000);
  const state = readFleetUrlState(
    new URLSearchParams({
      search: long,
      owner: long,
      belongsTo: long,
      cluster: long,
      namespace: long,
    }),
  );
  expect(state.search).toHaveLength(253);
  expect(state.owner).toHaveLength(512);
  expect(state.belongsTo).toHaveLength(512);
  expect(state.cluster).toHaveLength(253);
  expect(state.namespace).toHaveLength(320);
});

describe('another view', () => {
  it('begins at the first page, unless only the page is another', () => {
    expect(patchedFleet(full, { search: '' }).page).toBe(1);
    expect(patchedFleet(full, { order: 'asc' }).page).toBe(1);
    expect(patchedFleet(full, { page: 4 }).page).toBe(4);
    expect(patchedFleet(full, { scope: 'all', page: 3 }).page).toBe(3);
  });

  it.each([
    ['west', 'east/shop', ''],
    ['east', 'east/shop', 'east/shop'],
    ['', 'east/shop', 'east/shop'],
    ['west', 'shop', 'shop'],
  ])('of cluster %p has namespace %p as %p', (cluster, namespace, expected) => {
    const state = { ...DEFAULT_FLEET_URL_STATE, namespace };
    expect(patchedFleet(state, { cluster }).namespace).toBe(expected);
  });

  it('is not filtered after a reset, and keeps scope and order', () => {
    const state = patchedFleet(full, NO_FLEET_FILTER);
    expect(isFleetFiltered(full)).toBe(true);
    expect(isFleetFiltered(state)).toBe(false);
    expect(state).toMatchObject({ scope: 'mine', sort: 'lastSnapshot' });
  });
});

it('asks the backend for a page', () => {
  expect(fleetQuery(full)).toEqual({
    mine: true,
    search: 'a&b=c%20 ü',
    owner: 'group:default/team-a',
    cluster: 'east',
    namespace: 'east/shop',
    power: 'paused',
    unprotected: true,
    unscheduled: true,
    belongsTo: 'system:default/shop',
    sort: 'lastSnapshot',
    order: 'desc',
    offset: 40,
    limit: 20,
  });
  expect(fleetQuery({ ...DEFAULT_FLEET_URL_STATE, scope: 'all' })).toEqual({
    sort: 'name',
    order: 'asc',
    offset: 0,
    limit: 20,
  });
});
