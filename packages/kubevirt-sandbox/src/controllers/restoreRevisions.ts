// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { ClusterClient, controllerReference } from './clusterClient';
import type { ControllerContext } from './controller';
import { copyRevision, namedRevisions } from './instancetypes';

/** Revisions of instance types and preferences in a restore. */
export class RestoreRevisions {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;

  constructor({ store, client }: ControllerContext) {
    this.#store = store;
    this.#client = client;
  }

  /**
   * Those that the snapshot has copies of come back under the machine's name, and `spec` names them.
   * @throws Error in KubeVirt's words
   */
  restore(
    restore: KubeObject,
    target: KubeObject | undefined,
    spec: any,
  ): void {
    const { namespace } = restore.metadata;
    for (const matcher of namedRevisions(spec)) {
      const { revisionName } = matcher;
      const revision = this.#store.get(R.revision, namespace, revisionName);
      if (!revision) {
        throw new Error(
          `Unable to fetch ControllerRevision ${namespace}/${revisionName}`,
        );
      }
      matcher.revisionName = copyRevision(this.#client, {
        revision,
        from: restore.spec.virtualMachineSnapshotName,
        to: restore.spec.target.name,
        owner: target,
      });
    }
  }

  /** A new machine owns those that were made for it. True when it wrote something. */
  handOver(target: KubeObject): boolean {
    const orphan = namedRevisions(target.spec)
      .map(({ revisionName }) =>
        this.#store.get(R.revision, target.metadata.namespace, revisionName),
      )
      .find(revision => revision && !revision.metadata.ownerReferences?.length);
    if (orphan) {
      this.#client.change(R.revision, orphan, copy => {
        copy.metadata.ownerReferences = [controllerReference(target)];
      });
    }
    return orphan !== undefined;
  }
}
