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
  /** Answers other than 200; they are in none of the other figures. */
  failed: number;
}

/** Backstage's plugins now and then lose a kept connection to one another. */
const MAX_FAILED = 0.01;

/**
 * Lets clients ask one after the other without a pause.
 *
 * @param options.ask makes one request; `n` counts over all clients
 * @throws when more than one in a hundred answers isn't 200: a refusal is quick
 *   and proves nothing
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
  let failed = 0;
  await Promise.all(
    Array.from({ length: options.clients }, async () => {
      while (performance.now() - begun < options.ms) {
        const at = performance.now();
        n += 1;
        const { status } = await options.ask(n);
        if (status === 200) {
          times.push(performance.now() - at);
        } else {
          failed += 1;
        }
        if (failed > Math.max(1, n * MAX_FAILED)) {
          throw new Error(`Answered ${status}, ${failed} of ${n} not by 200`);
        }
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
    failed,
  };
}
