// SPDX-License-Identifier: Apache-2.0
import { dayKey, monthKey, monthWeeks, shiftMonth } from './monthDays';

describe('the days of a month', () => {
  it('begin on Monday and are filled up with those of the neighbours', () => {
    const weeks = monthWeeks('2026-11');
    // November 2026 begins on a Sunday and ends on a Monday.
    expect(weeks).toHaveLength(6);
    expect([weeks[0][0].key, weeks[0][6].key, weeks[5][6].key]).toEqual([
      '2026-10-26',
      '2026-11-01',
      '2026-12-06',
    ]);
    expect(weeks.flat().filter(day => day.inMonth)).toHaveLength(30);
  });

  it('are four whole weeks where they fit, and know leap years', () => {
    expect(monthWeeks('2027-02')).toHaveLength(4);
    expect(
      monthWeeks('2028-02')
        .flat()
        .filter(day => day.inMonth),
    ).toHaveLength(29);
  });

  it.each(['2026-03', '2026-10', '2026-11', '2027-01'])(
    'of %s come one by one, without a gap, also where the clock changes',
    month => {
      const days = monthWeeks(month).flat();
      days.forEach(({ key, date }, i) => {
        expect(key).toBe(dayKey(date));
        expect(date.getHours()).toBe(0);
        const next = new Date(date);
        next.setDate(next.getDate() + 1);
        expect(days[i + 1]?.key ?? dayKey(next)).toBe(dayKey(next));
      });
    },
  );

  it('lead to other months and years', () => {
    expect(shiftMonth('2026-12', 1)).toBe('2027-01');
    expect(shiftMonth('2026-01', -1)).toBe('2025-12');
    expect(shiftMonth('2026-11', -23)).toBe('2024-12');
    expect(monthKey(new Date(2026, 0, 31))).toBe('2026-01');
  });
});
