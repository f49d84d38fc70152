// SPDX-License-Identifier: Apache-2.0
import type { Sandbox } from '../types';

/** An answer, with its body parsed when it is JSON. */
export type Answer = { status: number; body: any; headers: Headers };

export type CallOptions = {
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
};

/** A plain client: one request, no retries. */
export async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const { token = sandbox.adminToken, body } = options;
  const response = await fetch(sandbox.url + path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  let parsed: any = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // plain text stays text
  }
  return { status: response.status, body: parsed, headers: response.headers };
}

export async function sleep(ms: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, ms));
}

/** Polls until `test` gives something true. @throws after `limitMs` with the text */
export async function until<T>(
  what: string,
  test: () => T | Promise<T>,
  limitMs = 8000,
): Promise<NonNullable<T>> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const result = await test();
    if (result) {
      return result as NonNullable<T>;
    }
    if (Date.now() > limit) {
      throw new Error(`Timed out waiting until ${what}`);
    }
    await sleep(3);
  }
}
