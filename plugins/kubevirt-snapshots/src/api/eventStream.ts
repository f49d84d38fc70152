// SPDX-License-Identifier: Apache-2.0
import type { StreamMessage } from 'backstage-plugin-kubevirt-snapshots-common';

/** Longest event that is kept while its end hasn't arrived, in characters. */
const MAX_EVENT_LENGTH = 1_000_000;

/**
 * Cuts a `text/event-stream` into events. Only `data` lines matter to us;
 * comments are heartbeats, other fields are passed over, as the standard asks.
 */
export class EventStreamParser {
  #buffer = '';
  readonly #onData: (data: string) => void;

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  /** Takes in the next piece of the stream, cut anywhere. */
  push(chunk: string) {
    this.#buffer += chunk;
    // A CR at the end may be the first half of a CRLF.
    const parts = this.#buffer.split(/\r\n\r\n|\n\n|\r\r(?!\n)/);
    this.#buffer = parts.pop()!;
    if (this.#buffer.length > MAX_EVENT_LENGTH) {
      throw new Error('An event of the stream is too long');
    }
    for (const part of parts) {
      const data = part
        .split(/\r\n|\n|\r/)
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).replace(/^ /, ''));
      if (data.length) {
        this.#onData(data.join('\n'));
      }
    }
  }
}

/** Reads a message, or undefined when it isn't one that this version knows. */
export function parseStreamMessage(data: string): StreamMessage | undefined {
  try {
    const message = JSON.parse(data);
    switch (message?.type) {
      case 'hello':
      case 'changed':
        return { type: message.type, revision: Number(message.revision) || 0 };
      case 'freshness':
        return message.freshness ? message : undefined;
      case 'bye':
        return message;
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
