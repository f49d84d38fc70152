// SPDX-License-Identifier: Apache-2.0
import {
  formatAge,
  formatBytes,
  formatClock,
  formatExact,
  formatRelative,
} from './format';
import { newOperationId } from './operationId';

const now = new Date('2026-11-22T10:00:00Z');

describe('formatRelative', () => {
  it.each([
    ['2026-11-22T09:59:30Z', 'now'],
    ['2026-11-22T10:00:20Z', 'now'],
    ['2026-11-22T09:57:00Z', '3 minutes ago'],
    ['2026-11-22T07:01:00Z', '2 hours ago'],
    ['2026-11-21T09:00:00Z', 'yesterday'],
    ['2026-11-01T10:00:00Z', '3 weeks ago'],
    ['2025-11-01T10:00:00Z', 'last year'],
    ['2026-11-22T12:00:00Z', 'in 2 hours'],
  ])('tells %s as %s', (date, text) => {
    expect(formatRelative(new Date(date), now, 'en')).toBe(text);
  });

  it('speaks the language of the locale', () => {
    expect(formatRelative(new Date('2026-11-22T09:57:00Z'), now, 'de')).toBe(
      'vor 3 Minuten',
    );
  });
});

it('tells an exact time with its zone', () => {
  expect(formatExact(now, 'en-US', 'Europe/Berlin')).toMatch(
    /^November 22, 2026.* 11:00:00\sAM GMT\+1$/,
  );
});

it.each([
  [0, '0 seconds'],
  [999, '0 seconds'],
  [59_999, '59 seconds'],
  [180_000, '3 minutes'],
  [7_200_000, '2 hours'],
  [-5_000, '0 seconds'],
])('tells an age of %d ms as %s', (ms, text) => {
  expect(formatAge(ms, 'en')).toBe(text);
});

it.each([
  [-1, '0:00'],
  [5_000, '0:05'],
  [65_000, '1:05'],
  [3_605_000, '1:00:05'],
])('tells a clock of %d ms as %s', (ms, text) => {
  expect(formatClock(ms)).toBe(text);
});

it.each([
  [512, '512 B'],
  [20 * 1024 ** 3, '20 GiB'],
  [1.5 * 1024 ** 2, '1.5 MiB'],
])('tells %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en')).toBe(text);
});

describe('newOperationId', () => {
  const uuid =
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it('makes another UUID each time', () => {
    expect(newOperationId()).toMatch(uuid);
    expect(newOperationId()).not.toBe(newOperationId());
  });

  it('does so where the page is served by plain HTTP', () => {
    const original = crypto.randomUUID;
    Object.defineProperty(crypto, 'randomUUID', {
      value: undefined,
      configurable: true,
      writable: true,
    });
    try {
      expect(newOperationId()).toMatch(uuid);
    } finally {
      Object.defineProperty(crypto, 'randomUUID', {
        value: original,
        configurable: true,
        writable: true,
      });
    }
  });
});
