// SPDX-License-Identifier: Apache-2.0
import {
  AUDIT_ORIGINS,
  AUDIT_OUTCOMES,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  auditFilters,
  DEFAULT_AUDIT_URL_STATE,
  patchedAudit,
  readAuditUrlState,
  writeAuditUrlState,
  type AuditUrlState,
} from './auditUrlState';

const states: AuditUrlState[] = [
  DEFAULT_AUDIT_URL_STATE,
  {
    vm: 'east/shop/web-01',
    actor: 'user:default/ann&b=c ü',
    actions: ['snapshot.take', 'proxy-bypass.accept'],
    outcomes: [...AUDIT_OUTCOMES],
    origins: [...AUDIT_ORIGINS],
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-12-01T00:00:00.000Z',
    before: 41,
    entry: 7,
  },
];

it.each(states)('gives back what was written: %j', state => {
  const text = writeAuditUrlState(new URLSearchParams(), state).toString();
  expect(readAuditUrlState(new URLSearchParams(text))).toEqual(state);
});

it('says nothing about the default view and leaves others alone', () => {
  expect(
    writeAuditUrlState(
      new URLSearchParams('other=1&before=4'),
      DEFAULT_AUDIT_URL_STATE,
    ).toString(),
  ).toBe('other=1');
});

it.each([
  'before=0&entry=-1',
  'before=1e99&entry=x',
  'action=DROP%20TABLE,1&outcome=green&origin=,,',
  'from=soon&to=',
])('takes nonsense for the default: %s', text => {
  expect(readAuditUrlState(new URLSearchParams(text))).toEqual(
    DEFAULT_AUDIT_URL_STATE,
  );
});

it('begins at the newest with another filter only', () => {
  const state = { ...DEFAULT_AUDIT_URL_STATE, before: 9 };
  expect(patchedAudit(state, { entry: 3 }).before).toBe(9);
  expect(patchedAudit(state, { vm: 'a/b/c' }).before).toBeUndefined();
});

it('asks for nothing where nothing is filtered', () => {
  expect(auditFilters(DEFAULT_AUDIT_URL_STATE)).toEqual({
    actions: [],
    outcomes: [],
    origins: [],
  });
});
