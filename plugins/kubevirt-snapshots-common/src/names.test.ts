// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import {
  checkSnapshotName,
  MAX_SNAPSHOT_NAME_LENGTH,
  suggestSnapshotName,
} from './names';
import { isRfc1123Label } from './vmRef';

describe('checkSnapshotName', () => {
  it.each([
    ['', 'empty'],
    ['a'.repeat(64), 'too-long'],
    ['Before-update', 'upper-case'],
    ['a/b', 'bad-character'],
    ['a.b', 'bad-character'],
    ['..', 'bad-character'],
    ['naïve', 'bad-character'],
    ['-a', 'bad-edge'],
    ['a-', 'bad-edge'],
    ['a', undefined],
    ['a'.repeat(63), undefined],
    ['before-update-2', undefined],
  ])('%s is %s', (name, problem) => {
    expect(checkSnapshotName(name)).toBe(problem);
  });

  it('accepts exactly the RFC 1123 labels', () => {
    const characters = fc.constantFrom('a', 'z', '0', '-', '.', 'A', '/', ' ');
    fc.assert(
      fc.property(
        fc.array(characters, { maxLength: 66 }).map(c => c.join('')),
        name => {
          expect(checkSnapshotName(name) === undefined).toBe(
            isRfc1123Label(name),
          );
        },
      ),
    );
  });
});

describe('suggestSnapshotName', () => {
  const moment = new Date('2026-11-22T23:30:05Z');

  it('says the date where the viewer is', () => {
    expect(suggestSnapshotName('web-01', moment, 'UTC')).toBe(
      'web-01-20261122-233005',
    );
    expect(suggestSnapshotName('web-01', moment, 'Asia/Tokyo')).toBe(
      'web-01-20261123-083005',
    );
  });

  it('is valid and as short as it has to be for any VM, moment and zone', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 260 }),
        fc.date({
          min: new Date('1970-01-02'),
          max: new Date('9000-01-01'),
          noInvalidDate: true,
        }),
        fc.constantFrom('UTC', 'Pacific/Apia', 'America/Havana'),
        (vmName, date, timeZone) => {
          const name = suggestSnapshotName(vmName, date, timeZone);
          expect(checkSnapshotName(name)).toBeUndefined();
          expect(name.length).toBeLessThanOrEqual(MAX_SNAPSHOT_NAME_LENGTH);
          expect(name).toMatch(/-\d{8}-\d{6}$/);
        },
      ),
    );
  });
});
