// SPDX-License-Identifier: Apache-2.0

/*
 * The written rule for schedules once more, in the dullest way: it looks at the
 * clock of a zone minute by minute, remembers what the clock has shown, and has
 * a reader of its own for expressions. It shares nothing with the code that it
 * judges but the time zone data of the engine.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Local time, in minutes, at every minute from a start; filled as asked. */
export class SlowClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #hours = new Map<number, Int32Array>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  }

  /** Local time at that minute since 1970, as minutes of the clock face. */
  at(minute: number): number {
    const hour = Math.floor(minute / 60);
    let shown = this.#hours.get(hour);
    if (!shown) {
      shown = this.#look(hour);
      this.#hours.set(hour, shown);
    }
    return shown[minute - hour * 60];
  }

  #look(hour: number): Int32Array {
    const shown = new Int32Array(60);
    const first = this.#read(hour * HOUR);
    const last = this.#read(hour * HOUR + 59 * MINUTE);
    for (let i = 0; i < 60; i += 1) {
      // All sixty are looked at where the hour isn't an even one.
      shown[i] =
        last === first + 59 ? first + i : this.#read(hour * HOUR + i * MINUTE);
    }
    return shown;
  }

  #read(instant: number): number {
    const text = this.#format.format(instant);
    return Date.parse(`${text.replace(' ', 'T')}:00Z`) / MINUTE;
  }
}

const clocks = new Map<string, SlowClock>();

export function slowClock(timeZone: string): SlowClock {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new SlowClock(timeZone);
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** Whether an expression names that local time, read value by value. */
export function slowMatcher(expression: string): {
  matches(wall: number): boolean;
  follows: boolean;
} {
  const [minute, hour, date, month, weekday] = expression.trim().split(/\s+/);
  const names = (text: string, words: string, first: number) =>
    text
      .split(/([,\-/])/)
      .map((part, i, all) => {
        const at = words.split(' ').indexOf(part.toLowerCase());
        if (at < 0) {
          return part;
        }
        return first === 0 && at === 0 && all[i - 1] === '-'
          ? '7'
          : String(at + first);
      })
      .join('');
  const has = (text: string, value: number, min: number, max: number) =>
    text.split(',').some(item => {
      const [range, step = '1'] = item.split('/');
      const [low, high = low] = range === '*' ? [min, max] : range.split('-');
      for (let v = Number(low); v <= Number(high); v += Number(step)) {
        if (v === value) {
          return true;
        }
      }
      return false;
    });
  const months = names(
    month,
    'jan feb mar apr may jun jul aug sep oct nov dec',
    1,
  );
  const weekdays = names(weekday, 'sun mon tue wed thu fri sat', 0);
  const minuteOk = Array.from({ length: 60 }, (_, v) => has(minute, v, 0, 59));
  const hourOk = Array.from({ length: 24 }, (_, v) => has(hour, v, 0, 23));
  const days = new Map<number, boolean>();
  const dayOk = (day: number) => {
    let ok = days.get(day);
    if (ok === undefined) {
      const at = new Date(day * 24 * HOUR);
      const dateOk = has(date, at.getUTCDate(), 1, 31);
      const weekdayOk =
        has(weekdays, at.getUTCDay(), 0, 7) ||
        (at.getUTCDay() === 0 && has(weekdays, 7, 0, 7));
      const or = !date.startsWith('*') && !weekday.startsWith('*');
      ok =
        has(months, at.getUTCMonth() + 1, 1, 12) &&
        (or ? dateOk || weekdayOk : dateOk && weekdayOk);
      days.set(day, ok);
    }
    return ok;
  };
  return {
    follows: hour.startsWith('*'),
    matches: wall => {
      const day = Math.floor(wall / 1440);
      const inDay = wall - day * 1440;
      return (
        minuteOk[inDay % 60] && hourOk[Math.floor(inDay / 60)] && dayOk(day)
      );
    },
  };
}

/**
 * All runs after an instant and not after another one. Zones whose offset isn't
 * a whole number of minutes are not for it.
 */
export function slowRuns(options: {
  timeZone: string;
  rule: { matches(wall: number): boolean; follows: boolean };
  after: number;
  until: number;
  atMost?: number;
}): number[] {
  const { timeZone, rule, after, until, atMost = Infinity } = options;
  const clock = slowClock(timeZone);
  const runs: number[] = [];
  // What the clock has shown before it was set back: the latest time of all.
  let latest = -Infinity;
  const start = Math.floor(after / MINUTE) - 30 * 60;
  for (let minute = start; minute * MINUTE <= until; minute += 1) {
    const wall = clock.at(minute);
    const jumped = wall - clock.at(minute - 1) - 1;
    let run = rule.matches(wall) && (rule.follows || wall > latest);
    if (!rule.follows && !run && jumped > 0 && jumped <= 180) {
      for (let skipped = wall - jumped; skipped < wall; skipped += 1) {
        run = run || (skipped > latest && rule.matches(skipped));
      }
    }
    latest = Math.max(latest, wall);
    if (run && minute * MINUTE > after) {
      runs.push(minute * MINUTE);
      if (runs.length >= atMost) {
        break;
      }
    }
  }
  return runs;
}
