// SPDX-License-Identifier: Apache-2.0
import { capText, optionalText } from './capText';
import { Interner } from './Interner';

describe('capText', () => {
  it('cuts long texts and leaves others alone', () => {
    expect(capText('short')).toBe('short');
    const cut = capText('x'.repeat(5000));
    expect(cut).toHaveLength(2048);
    expect(cut.endsWith('\u2026')).toBe(true);
    // Half of a surrogate pair becomes a replacement character, never junk.
    expect(capText(`a${'\ud83d\ude00'.repeat(10)}`, 5)).toHaveLength(5);
  });

  it('takes only texts', () => {
    for (const value of [undefined, null, 5, {}, '']) {
      expect(optionalText(value)).toBeUndefined();
    }
    expect(optionalText('a')).toBe('a');
  });
});

describe('Interner', () => {
  it('gives one copy of a list', () => {
    const interner = new Interner();
    const first = interner.list(['a', 'b']);
    expect(interner.list(['a', 'b'])).toBe(first);
    expect(interner.list(['a', 'c'])).not.toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  it('stays bounded', () => {
    const interner = new Interner();
    for (let i = 0; i < 50_000; i += 1) {
      expect(interner.text(`t${i}`)).toBe(`t${i}`);
    }
    const long = 'x'.repeat(1000);
    expect(interner.text(long)).toBe(long);
    expect(interner.list([long])).toEqual([long]);
  });
});
