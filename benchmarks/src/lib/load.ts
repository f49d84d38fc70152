// SPDX-License-Identifier: Apache-2.0
import { Agent, request } from 'node:http';
import { percentile, round } from './report';
import { cpuMs } from './processes';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request; the answer is read to its end. */
export function get(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; bytes: number; body: () => string }> {
  return new Promise((done, fail) => {
    request(url, { agent, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => {
        const buffer = Buffer.concat(chunks);
        done({
          status: response.statusCode!,
          bytes: buffer.length,
          body: () => buffer.toString('utf8'),
        });
      });
      response.on('error', fail);
    })
      .on('error', fail)
      .end();
  });
}

/** What a route did under load. */
export interface Load {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** CPU time of the backend for each request, ms. */
  cpuMs: number;
}

/**
 * Lets clients ask one after the other without a pause.
 *
 * @param options.ask makes one request; `n` counts over all clients
 * @throws when an answer isn't 200: a refusal is quick and proves nothing
 */
export async function load(options: {
  clients: number;
  ms: number;
  pid: number;
  ask: (n: number) => Promise<{ status: number }>;
}): Promise<Load> {
  const times: number[] = [];
  const begun = performance.now();
  const cpu = cpuMs(options.pid);
  let n = 0;
  await Promise.all(
    Array.from({ length: options.clients }, async () => {
      while (performance.now() - begun < options.ms) {
        const at = performance.now();
        n += 1;
        const { status } = await options.ask(n);
        if (status !== 200) {
          throw new Error(`Answered ${status}`);
        }
        times.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  return {
    requests: times.length,
    perSecond: round(times.length / seconds),
    p50: round(percentile(times, 0.5)),
    p99: round(percentile(times, 0.99)),
    cpuMs: round((cpuMs(options.pid) - cpu) / times.length, 2),
  };
}
