// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Request } from 'express';

/** Id of a request: the one it came with, or a new one. */
export function requestIdOf(req: Request): string {
  const given = req.get('x-request-id');
  return given && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
