// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { Resource } from '../transport/resources';
import { CommittedIntent } from './CommittedIntent';
import type { KubeClient } from './KubeClient';

/**
 * Deletes exactly the object that was looked at, in the state it had then: one
 * that has changed or was made anew meanwhile is refused by the cluster.
 */
export async function deleteObject(
  client: KubeClient,
  intent: CommittedIntent,
  resource: Resource,
  address: { namespace: string; name: string },
  preconditions: { uid: string; resourceVersion: string },
): Promise<void> {
  CommittedIntent.assert(intent);
  const { uid, resourceVersion } = preconditions;
  if (!uid || !resourceVersion) {
    throw new InputError('An object is deleted by uid and resourceVersion');
  }
  await client.delete(resource, address.namespace, address.name, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid, resourceVersion },
  });
}
