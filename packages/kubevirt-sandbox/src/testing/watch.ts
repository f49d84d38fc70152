// SPDX-License-Identifier: Apache-2.0
import type { KubeObject, Sandbox } from '../types';
import { watchEvents } from './watchEvents';

export type WatchEvent = { type: string; object: KubeObject; at: number };

/** A running watch that keeps what it got. */
export type RunningWatch = {
  events: WatchEvent[];
  /** Resolves when the server ends the watch. */
  ended: Promise<void>;
  close(): void;
};

/** Opens a watch; `path` with query, `watch=1` is added. */
export async function openWatch(
  sandbox: Sandbox,
  path: string,
  token: string = sandbox.adminToken,
): Promise<RunningWatch> {
  const abort = new AbortController();
  const response = await fetch(
    `${sandbox.url}${path}${path.includes('?') ? '&' : '?'}watch=1`,
    { headers: { authorization: `Bearer ${token}` }, signal: abort.signal },
  );
  if (response.status !== 200) {
    throw new Error(`watch answered ${response.status}`);
  }
  const events: WatchEvent[] = [];
  const read = async () => {
    for await (const event of watchEvents(response)) {
      events.push({ ...event, at: Date.now() });
    }
  };
  return {
    events,
    ended: read().catch(() => {}),
    close: () => abort.abort(),
  };
}
