// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:net';

/** Whether nothing listens on the port of this machine. */
export async function isPortFree(port) {
  return await new Promise(done => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1' }, () =>
      server.close(() => done(true)),
    );
  });
}

/** The first of a row of ports that nothing listens on. */
export async function findFreePorts(count) {
  // Below the range that the system hands out to connections.
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = 18_000 + Math.floor(Math.random() * 12_000);
    const row = Array.from({ length: count }, (_, i) => first + i);
    const free = await Promise.all(row.map(isPortFree));
    if (free.every(Boolean)) {
      return first;
    }
  }
  throw new Error('No free ports found');
}
