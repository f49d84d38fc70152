// SPDX-License-Identifier: Apache-2.0
import { ConfigReader } from '@backstage/config';
import { LabelSelector } from './LabelSelector';
import { ProvidedVms } from './ProvidedVms';

const cluster = (name: string, more: object = {}) => ({
  name,
  url: 'https://127.0.0.1:1',
  serviceAccountTokenFile: '/nowhere',
  ...more,
});
const read = (kubevirt: object | undefined) =>
  ProvidedVms.fromConfig(
    new ConfigReader({
      catalog: { providers: { kubevirt } },
      kubevirtSnapshots: {
        clusters: [
          cluster('east'),
          cluster('west', { namespaces: ['shop', 'data'] }),
        ],
      },
    } as any),
  );
const vm = (id: string, labels: Record<string, string> = {}) => {
  const [c, namespace, name] = id.split('/');
  return { ref: { cluster: c, namespace, name }, labels };
};

describe('ProvidedVms', () => {
  it('provides nothing without configuration', () => {
    expect(read(undefined).entityRefOf(vm('east/shop/a'))).toBeUndefined();
  });

  it('takes what the filters leave', () => {
    const provided = read({
      one: {
        cluster: 'east',
        namespaces: ['shop', 'data'],
        exclude: ['data'],
        labelSelector: 'tier, env!=test',
      },
    });
    const tier = { tier: '' };
    expect(provided.entityRefOf(vm('east/shop/a', tier))).toBe(
      'resource:default/a.shop.east',
    );
    for (const other of [
      vm('west/shop/a', tier),
      vm('east/data/a', tier),
      vm('east/else/a', tier),
      vm('east/shop/a'),
      vm('east/shop/a', { ...tier, env: 'test' }),
    ]) {
      expect(provided.entityRefOf(other)).toBeUndefined();
    }
  });

  it('gives a VM to the first provider that takes it', () => {
    const provided = read({
      gold: { cluster: 'east', labelSelector: 'tier=gold' },
      rest: { cluster: 'east' },
      west: { cluster: 'west' },
    });
    expect(provided.providerOf(vm('east/a/a', { tier: 'gold' }))).toBe('gold');
    expect(provided.providerOf(vm('east/a/a', { tier: 'tin' }))).toBe('rest');
    expect(provided.providerOf(vm('west/a/a', { tier: 'gold' }))).toBe('west');
  });

  it.each([
    [{}, /cluster/],
    [{ cluster: 'north' }, /one\.cluster is "north".*one of: east, west/],
    [{ cluster: 'east', namespaces: [] }, /one\.namespaces is empty/],
    [{ cluster: 'east', namespaces: ['A/b'] }, /one\.namespaces holds "A\/b"/],
    [{ cluster: 'east', exclude: ['..'] }, /one\.exclude holds "\.\."/],
    [{ cluster: 'west', namespaces: ['else'] }, /"else", which is not watched/],
    [
      { cluster: 'east', labelSelector: 'a in (b)' },
      /one\.labelSelector: "a in/,
    ],
  ])('refuses %j', (one, message) => {
    expect(() => read({ one })).toThrow(message);
  });
});

describe('LabelSelector', () => {
  it.each([
    ['a=b', { a: 'b' }, { a: 'c' }],
    ['a == b', { a: 'b' }, {}],
    ['a!=b', {}, { a: 'b' }],
    ['a=', { a: '' }, { a: 'b' }],
    ['a', { a: '' }, { b: '' }],
    ['! a', { b: '' }, { a: '' }],
    ['example.com/a=b,c', { 'example.com/a': 'b', c: '' }, { c: '' }],
    ['!constructor', {}, { constructor: 'x' } as any],
  ])('%s', (text, taken, left) => {
    const selector = LabelSelector.parse(text);
    expect(selector.matches(taken)).toBe(true);
    expect(selector.matches(left)).toBe(false);
  });

  it.each([
    '',
    ',',
    'a=b,',
    '!a=b',
    'a=b=c',
    '=b',
    'a b',
    'a in (b)',
    'a>1',
    'a/b/c',
    'a=-',
  ])('refuses %j', text => {
    expect(() => LabelSelector.parse(text)).toThrow(/can't be read/);
  });
});
