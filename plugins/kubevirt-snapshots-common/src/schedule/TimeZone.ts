// SPDX-License-Identifier: Apache-2.0
import { DAY_MS } from './calendar';

/** A stretch of time in which the clock of a zone has one distance to UTC. */
export interface Stretch {
  /** First instant, in milliseconds since 1970. */
  from: number;
  /** First instant that doesn't belong to it any more. */
  until: number;
  /** Local time minus UTC, in milliseconds. */
  offset: number;
}

/** Instants for which schedules are worked out: 1900 to 9900. */
export const FIRST_INSTANT = Date.UTC(1900, 0, 1);
export const LAST_INSTANT = Date.UTC(9900, 0, 1);

const CHUNK_MS = 32 * DAY_MS;
/** Some 350 years of chunks, a fraction of a megabyte. */
const MAX_CHUNKS = 4000;
const MAX_ZONES = 700;

const PARTS = /^(\d+)\/(\d+)\/(\d+)(?: [A-Z]+)?, (\d+):(\d+):(\d+)$/;

/**
 * Distance of a zone's clock to UTC, from the time zone data of the browser or
 * of Node.js. Asking `Intl` costs some microseconds, so that a chunk of 32 days
 * is asked for once: at each midnight in UTC, and where two of them differ the
 * instant of the change is searched for to the second. No zone ever had two
 * changes within a day that took each other back.
 */
export class TimeZone {
  static readonly #zones = new Map<string, TimeZone>();

  /** @returns undefined when there is no such zone */
  static find(name: string): TimeZone | undefined {
    const known = TimeZone.#zones.get(name);
    if (known) {
      return known;
    }
    // An offset like +02:00 is a zone for newer engines only.
    if (name.length > 64 || !/^[A-Za-z][\w+\-/]*$/.test(name)) {
      return undefined;
    }
    let format: Intl.DateTimeFormat;
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return undefined;
    }
    if (TimeZone.#zones.size >= MAX_ZONES) {
      TimeZone.#zones.clear();
    }
    const zone = new TimeZone(format);
    TimeZone.#zones.set(name, zone);
    return zone;
  }

  readonly #format: Intl.DateTimeFormat;
  readonly #chunks = new Map<number, Stretch[]>();

  private constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** Local time minus UTC at that instant, in milliseconds. */
  offsetAt(instant: number): number {
    return this.#stretchAt(instant).offset;
  }

  /**
   * The stretches that cover all from one instant to another, in order. The
   * first and the last may have begun earlier and may end later.
   */
  stretches(from: number, until: number): Stretch[] {
    const found: Stretch[] = [];
    for (let at = from; at < until; ) {
      const next = this.#stretchAt(at);
      const last = found[found.length - 1];
      if (last?.offset === next.offset) {
        found[found.length - 1] = { ...last, until: next.until };
      } else {
        found.push(next);
      }
      at = next.until;
    }
    return found;
  }

  #stretchAt(instant: number): Stretch {
    const number = Math.floor(instant / CHUNK_MS);
    let chunk = this.#chunks.get(number);
    if (!chunk) {
      if (this.#chunks.size >= MAX_CHUNKS) {
        this.#chunks.clear();
      }
      chunk = this.#read(number * CHUNK_MS);
      this.#chunks.set(number, chunk);
    }
    let i = 0;
    while (chunk[i].until <= instant) {
      i += 1;
    }
    return chunk[i];
  }

  #read(start: number): Stretch[] {
    const stretches: Stretch[] = [];
    const end = start + CHUNK_MS;
    let from = start;
    let offset = this.#ask(start);
    for (let at = start; at < end; at += DAY_MS) {
      const midnight = at + DAY_MS;
      const offsetThen = this.#ask(midnight);
      let low = at;
      while (offset !== offsetThen) {
        const change = this.#firstChange(low, midnight, offset);
        // A change at the very end is the next chunk's.
        if (change >= end) {
          break;
        }
        stretches.push({ from, until: change, offset });
        from = change;
        low = change;
        offset = this.#ask(change);
      }
    }
    stretches.push({ from, until: end, offset });
    return stretches;
  }

  /** The first second after `low` at which the offset isn't the old one. */
  #firstChange(low: number, high: number, offset: number): number {
    let before = low;
    let after = high;
    while (after - before > 1000) {
      const middle = before + Math.floor((after - before) / 2000) * 1000;
      if (this.#ask(middle) === offset) {
        before = middle;
      } else {
        after = middle;
      }
    }
    return after;
  }

  #ask(instant: number): number {
    const match = PARTS.exec(this.#format.format(instant));
    if (!match) {
      throw new Error('The time zone data of this engine can not be read');
    }
    return (
      Date.UTC(
        Number(match[3]),
        Number(match[1]) - 1,
        Number(match[2]),
        Number(match[4]),
        Number(match[5]),
        Number(match[6]),
      ) - instant
    );
  }
}
