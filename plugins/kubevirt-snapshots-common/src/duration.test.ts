// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { parseGoDuration } from './duration';

describe('parseGoDuration', () => {
  it.each([
    ['5m', 300_000],
    ['5m0s', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['0', 0],
    ['0s', 0],
    ['-5m', -300_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '5 m', '5d', 'm5', '1h-5m', '5m '])(
    '%j is none',
    text => {
      expect(parseGoDuration(text)).toBeUndefined();
    },
  );

  it('adds up what it is given', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(59), fc.nat(59), (h, m, s) => {
        expect(parseGoDuration(`${h}h${m}m${s}s`)).toBe(
          ((h * 60 + m) * 60 + s) * 1000,
        );
      }),
    );
  });
});
