// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { object, Raw } from '../project/raw';

/** One event of a watch. */
export interface WatchEvent {
  type: string;
  object: Raw;
}

/** etcd takes objects up to 1.5 MB; this leaves room for JSON's escapes. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Reads events, one JSON a line. Ends with the stream.
 *
 * @throws SyntaxError for a line that is no JSON, RangeError for one that is
 *   too long
 */
export async function* watchEvents(
  stream: Readable,
): AsyncGenerator<WatchEvent> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (
      let end = chunk.indexOf(10);
      end !== -1;
      end = chunk.indexOf(10, start)
    ) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8').trim();
      parts = [];
      size = 0;
      start = end + 1;
      if (line) {
        yield parse(line);
      }
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      size += chunk.length - start;
      if (size > MAX_LINE_BYTES) {
        throw new RangeError('An event of a watch was too long');
      }
    }
  }
}

function parse(line: string): WatchEvent {
  const event = JSON.parse(line);
  return { type: String(event?.type), object: object(event?.object) };
}
