// SPDX-License-Identifier: Apache-2.0
import { FOREGROUND, ORPHAN } from '../api/objectApi';
import { resourceByKey } from '../api/resources';
import { ApiError } from '../api/status';
import type { Clock } from '../clock';
import { Location, ObjectStore } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { ClusterClient } from './clusterClient';

/** From the owner's end to the dependents'. */
const DEPENDENT_MS = 14;
/** From an object with an owner that does not exist to its end. */
const ABSENT_OWNER_MS = 130;
const RETRY_MS = 50;

/** Deletes what has no owner left, and finishes foreground and orphan deletions. */
export class GarbageCollector {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: {
    store: ObjectStore;
    client: ClusterClient;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#client = options.client;
    this.#clock = options.clock;
  }

  start(): void {
    this.#unsubscribe = this.#store.listen(event => this.#onEvent(event));
    for (const resource of this.#store.resources()) {
      for (const object of this.#store.list(resource)) {
        this.#look(resource, object);
      }
    }
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#cancels.forEach(cancel => cancel());
    this.#cancels.clear();
  }

  #onEvent(event: StoreEvent): void {
    if (event.type === 'DELETED') {
      for (const location of this.#store.dependentsOf(
        event.object.metadata.uid!,
      )) {
        this.#after(DEPENDENT_MS, () => this.#collect(location));
      }
      for (const owner of event.object.metadata.ownerReferences ?? []) {
        const waiting = this.#store.getByUid(owner.uid);
        if (waiting?.metadata.finalizers?.includes(FOREGROUND)) {
          this.#after(DEPENDENT_MS, () => this.#finishForeground(waiting));
        }
      }
    } else {
      this.#look(event.resource, event.object);
    }
  }

  #look(resource: string, object: KubeObject): void {
    const { metadata } = object;
    const location = {
      resource,
      key: `${metadata.namespace ?? ''}/${metadata.name}`,
    };
    if (metadata.ownerReferences?.some(owner => !this.#owns(owner, object))) {
      this.#after(ABSENT_OWNER_MS, () => this.#collect(location));
    }
    if (metadata.deletionTimestamp) {
      if (metadata.finalizers?.includes(FOREGROUND)) {
        this.#after(DEPENDENT_MS, () => this.#finishForeground(object));
      } else if (metadata.finalizers?.includes(ORPHAN)) {
        this.#after(DEPENDENT_MS, () => this.#orphan(resource, object));
      }
    }
  }

  #owns(
    owner: { uid: string; kind: string; name: string },
    object: KubeObject,
  ): boolean {
    const found = this.#store.getByUid(owner.uid);
    return (
      found !== undefined &&
      found.kind === owner.kind &&
      found.metadata.name === owner.name &&
      (found.metadata.namespace === undefined ||
        found.metadata.namespace === object.metadata.namespace)
    );
  }

  #collect(location: Location): void {
    const object = this.#store.getByKey(location.resource, location.key);
    const owners = object?.metadata.ownerReferences ?? [];
    if (!object || owners.length === 0) {
      return;
    }
    const living = owners.filter(owner => this.#owns(owner, object));
    if (living.length === owners.length || object.metadata.deletionTimestamp) {
      return;
    }
    this.#try(
      () => {
        if (living.length === 0) {
          this.#client.remove(location.resource, object);
        } else {
          this.#client.change(location.resource, object, copy => {
            copy.metadata.ownerReferences = living;
          });
        }
      },
      () => this.#collect(location),
    );
  }

  #finishForeground(owner: KubeObject): void {
    const current = this.#store.getByUid(owner.metadata.uid!);
    if (!current?.metadata.finalizers?.includes(FOREGROUND)) {
      return;
    }
    const resource = this.#resourceOf(current);
    const blocking = this.#store.dependentsOf(owner.metadata.uid!);
    for (const location of blocking) {
      const dependent = this.#store.getByKey(location.resource, location.key);
      if (dependent && !dependent.metadata.deletionTimestamp) {
        this.#client.remove(location.resource, dependent);
      }
    }
    if (this.#store.dependentsOf(owner.metadata.uid!).length === 0) {
      this.#try(
        () => this.#client.removeFinalizer(resource, current, FOREGROUND),
        () => this.#finishForeground(owner),
      );
    }
  }

  #orphan(resource: string, owner: KubeObject): void {
    const { uid } = owner.metadata;
    for (const location of this.#store.dependentsOf(uid!)) {
      const dependent = this.#store.getByKey(location.resource, location.key);
      if (dependent) {
        this.#client.change(location.resource, dependent, copy => {
          copy.metadata.ownerReferences = copy.metadata.ownerReferences?.filter(
            entry => entry.uid !== uid,
          );
        });
      }
    }
    if (this.#store.getByUid(uid!)) {
      this.#client.removeFinalizer(resource, owner, ORPHAN);
    }
  }

  #resourceOf(object: KubeObject): string {
    const resource = this.#store
      .resources()
      .find(
        key =>
          resourceByKey(key).kind === object.kind &&
          this.#store.get(
            key,
            object.metadata.namespace,
            object.metadata.name!,
          ) !== undefined,
      );
    return resource!;
  }

  /** Webhooks may be away; then later. */
  #try(action: () => void, again: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      this.#after(RETRY_MS, again);
    }
  }

  #after(ms: number, action: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      action();
    });
    this.#cancels.add(cancel);
  }
}
