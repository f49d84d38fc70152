// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { detailsOf } from '../errors';
import type {
  AcceptOptions,
  DatabaseOperationStore,
} from '../operations/DatabaseOperationStore';
import { derivedId } from '../operations/derivedId';
import { PLUGIN_ACTOR } from '../scheduling/types';

/** What failed is tried again after this, ms. */
const AGAIN_MS = 24 * 3_600_000;

/** An act without what is the same for all that the portal does by itself. */
interface OwnAct extends Omit<AcceptOptions, 'operation' | 'intent'> {
  operation: Omit<AcceptOptions['operation'], 'id' | 'actor' | 'requestDigest'>;
  intent: Omit<AcceptOptions['intent'], 'actor' | 'origin' | 'decision'>;
}

/**
 * Accepts an act of the portal's own on an object: once a day, whichever
 * replica is first. When something stands against it there is time.
 *
 * @param options.kind - of the act, so that no two acts get one id
 * @param options.uid - of the object
 * @param options.ageMs - of what is the reason for the act
 */
export async function acceptByItself(
  store: DatabaseOperationStore,
  options: { kind: string; uid: string; ageMs: number; act: OwnAct },
): Promise<void> {
  const { kind, uid, ageMs, act } = options;
  const id = derivedId(kind, uid, String(Math.floor(ageMs / AGAIN_MS)));
  if (await store.get(id)) {
    return;
  }
  try {
    await store.accept({
      ...act,
      operation: {
        ...act.operation,
        id,
        actor: PLUGIN_ACTOR,
        requestDigest: createHash('sha256').update(id).digest('hex'),
      },
      intent: {
        ...act.intent,
        actor: PLUGIN_ACTOR,
        origin: 'system',
        decision: 'allow',
      },
    });
  } catch (error) {
    if (!detailsOf(error)) {
      throw error;
    }
  }
}
