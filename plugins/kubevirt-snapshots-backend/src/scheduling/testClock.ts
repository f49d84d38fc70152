// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

const KEY = 'kubevirtSnapshots.testing.clockOffsetFile';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

/** The file is looked at again after this, ms. */
const REREAD_MS = 100;

/**
 * Lets tests move the plugin's clock by a file that holds an offset in ms.
 * Refused unless every cluster is on this very machine: nothing that matters
 * may have its schedules, leases and retention moved about.
 *
 * @returns undefined when it isn't configured
 * @throws when it is, and a cluster isn't on loopback
 */
export function testClockOffset(options: {
  config: Config;
  clusterUrls: string[];
  logger: LoggerService;
}): (() => number) | undefined {
  const path = options.config.getOptionalString(KEY);
  if (path === undefined) {
    return undefined;
  }
  const away = options.clusterUrls.find(
    url => !LOOPBACK.has(new URL(url).hostname),
  );
  if (away !== undefined || options.clusterUrls.length === 0) {
    throw new Error(
      `${KEY} is for tests with clusters on this machine. Remove it: ${
        away ?? 'there are no clusters'
      }`,
    );
  }
  options.logger.warn(`${KEY} is set: the plugin's clock follows ${path}`);
  let offset = 0;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - readAt >= REREAD_MS) {
      readAt = now;
      try {
        const value = Number(readFileSync(path, 'utf8').trim());
        offset = Number.isFinite(value) ? value : offset;
      } catch {
        // Not there (any more): the clock stays where it is.
      }
    }
    return offset;
  };
}
