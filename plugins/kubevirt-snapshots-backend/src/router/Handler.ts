// SPDX-License-Identifier: Apache-2.0
import type { Request, Response } from 'express';
import type { Caller } from '../authorization/VmGate';

/** A request that has come through its door. */
export interface RequestContext {
  req: Request;
  res: Response;
  caller: Caller;
  /** Of the entity in the path; empty for routes without one. */
  entityRef: string;
}

/** Answers one route. */
export type Handler = (context: RequestContext) => Promise<unknown>;
