// SPDX-License-Identifier: Apache-2.0
import type { ProtectionAnswer } from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmAccess } from '../authorization/VmGate';
import type { Operation } from '../operations/types';
import type { Handler, RequestContext } from './Handler';

/** Verbs whose refusals are rows `snapshot.<verb>` in the trail. */
export type WrittenVerb =
  | 'take'
  | 'stop'
  | 'delete'
  | 'protect'
  | 'unprotect'
  | 'clone'
  | 'template';

/**
 * Makes the handler of a write: decided afresh on the live VM, recorded with
 * Backstage's auditor, and a row in the trail when it is refused.
 */
export type Writing = <T>(
  verb: WrittenVerb,
  read: (context: RequestContext) => T,
  work: (
    access: VmAccess,
    input: T,
    origin: { requestId: string },
  ) => Promise<Operation | ProtectionAnswer>,
) => Handler;
