// SPDX-License-Identifier: Apache-2.0
import { request } from 'node:http';
import { listPath } from './portal';

/** An event stream as a browser tab holds it. */
export interface Stream {
  /** When the next message that something changed arrives, by performance.now(). */
  next(): Promise<number>;
  /** When the portal has ended it. */
  ended: Promise<void>;
  close(): void;
}

/** Opens the stream of a VM; resolves when it is listening. */
export async function openStream(
  portalUrl: string,
  vm: string,
  token: string,
): Promise<Stream> {
  let waiting: ((at: number) => void) | undefined;
  let opened: () => void;
  const hello = new Promise<void>(done => {
    opened = done;
  });
  let over: () => void;
  const ended = new Promise<void>(done => {
    over = done;
  });
  const url = `${portalUrl}${listPath(vm).replace(/snapshots$/, 'events')}`;
  const pending = request(
    url,
    { headers: { authorization: `Bearer ${token}` } },
    response => {
      response.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('"hello"')) {
          opened();
        }
        if (text.includes('"changed"')) {
          waiting?.(performance.now());
          waiting = undefined;
        }
      });
      response.on('end', () => over());
      // Closed by us in the end.
      response.on('error', () => {});
    },
  );
  pending.on('error', () => {});
  pending.end();
  await hello;
  return {
    next: () =>
      new Promise((done, fail) => {
        const timer = setTimeout(
          () => fail(new Error('No message for 10 s')),
          10_000,
        );
        waiting = at => {
          clearTimeout(timer);
          done(at);
        };
      }),
    ended,
    close: () => pending.destroy(),
  };
}
