// SPDX-License-Identifier: Apache-2.0
import type { StreamMessage } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Response } from 'express';

const HEARTBEAT_MS = 15_000;

/**
 * How often the right to listen is decided anew, and how long that may take,
 * ms: together the 30 seconds after which nobody hears what they may not.
 */
const DECIDE_MS = 25_000;
const DECIDE_LIMIT_MS = 5_000;

/** Why a stream ends, if it isn't the browser that leaves. */
export type StreamEnd = 'shutdown' | 'expired' | 'revoked';

/** One stream to one browser tab. */
export interface OpenStream {
  send(message: StreamMessage): void;
  /** Ends it, once; the browser is told why. */
  end(reason: StreamEnd): void;
}

/**
 * Begins a stream of server-sent events: heads, heartbeat, an end when the
 * token expires or the browser leaves, and a decision anew from time to time.
 *
 * @param options - `decide` rejects when the person may not listen any more;
 *   `onEnd` runs once, however it ends
 */
export function openStream(options: {
  res: Response;
  expiresAt?: Date;
  decideMs?: number;
  decide: (stream: OpenStream) => Promise<void>;
  onEnd: (stream: OpenStream) => void;
}): OpenStream {
  const { res, expiresAt } = options;
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    // Compression and proxies would hold messages back.
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  const send = (message: StreamMessage) => {
    res.write(`data: ${JSON.stringify(message)}\n\n`);
  };
  let over = false;
  const timers: NodeJS.Timeout[] = [];
  const stream: OpenStream = { send, end };
  function end(reason?: StreamEnd): void {
    if (over) {
      return;
    }
    over = true;
    timers.forEach(timer => clearTimeout(timer));
    options.onEnd(stream);
    if (reason) {
      send({ type: 'bye', reason });
      res.end();
    }
  }
  timers.push(
    setInterval(() => res.write(': \n\n'), HEARTBEAT_MS),
    setInterval(() => {
      const late = setTimeout(() => end('revoked'), DECIDE_LIMIT_MS);
      timers.push(late);
      options.decide(stream).then(
        () => clearTimeout(late),
        () => end('revoked'),
      );
    }, options.decideMs ?? DECIDE_MS),
  );
  if (expiresAt) {
    const ms = Math.max(0, expiresAt.getTime() - Date.now());
    timers.push(setTimeout(() => end('expired'), Math.min(ms, 2 ** 31 - 1)));
  }
  res.on('close', () => end());
  return stream;
}
