// SPDX-License-Identifier: Apache-2.0
import { derivedId } from './derivedId';

it('gives the same part of the same batch the same id, and no other', () => {
  expect(derivedId('a', 'x')).toBe(derivedId('a', 'x'));
  const ids = new Set<string>();
  for (let batch = 0; batch < 20; batch += 1) {
    for (let part = 0; part < 1_000; part += 1) {
      ids.add(derivedId(`batch-${batch}`, `vm-${part}`));
    }
  }
  expect(ids.size).toBe(20_000);
});

it('is a UUID as the backend takes it', () => {
  for (let i = 0; i < 100; i += 1) {
    expect(derivedId('batch', String(i))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});
