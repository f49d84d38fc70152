// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import {
  isRfc1123Label,
  isRfc1123Subdomain,
  parseVmRef,
  stringifyVmRef,
} from './vmRef';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);

describe('parseVmRef', () => {
  it('reads what stringifyVmRef wrote, whatever the name of the cluster', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9:_./-]{1,60}$/),
        label,
        label,
        (cluster, namespace, name) => {
          const ref = { cluster, namespace, name };
          expect(parseVmRef(stringifyVmRef(ref))).toEqual(ref);
        },
      ),
    );
  });

  it.each([
    '',
    'web-01',
    'shop/web-01',
    '/shop/web-01',
    'east/shop/',
    'east//web-01',
    'east/../web-01',
    'east/shop/..',
    'east/shop/.',
    'east/Shop/web-01',
    'east/shop/web_01',
    'ea st/shop/web-01',
    `east/${'n'.repeat(64)}/web-01`,
    `east/shop/${'n'.repeat(254)}`,
  ])('refuses %j', text => {
    expect(parseVmRef(text)).toBeUndefined();
  });
});

describe('RFC 1123', () => {
  it('never lets through what could change the path of a URL', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), text => {
        const path = `/apis/x/${text}`;
        const changes =
          new URL(path, 'http://host').pathname !== path || /[/?#]/.test(text);
        const passes = isRfc1123Label(text) || isRfc1123Subdomain(text);
        expect(passes && (text === '' || changes)).toBe(false);
      }),
    );
    for (const text of ['', '.', '..', 'a/b', 'a..b', '.a', 'a.']) {
      expect(isRfc1123Subdomain(text)).toBe(false);
    }
    expect(isRfc1123Subdomain('a.b-c.d')).toBe(true);
  });
});
