// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';
import { ObjectIndex } from './objectIndex';
import { StoreEvent, WatchWindow } from './watchWindow';

export type StoreListener = (event: StoreEvent) => void;

type Shelf = {
  objects: Map<string, KubeObject>;
  indexes: ObjectIndex[];
  /** Keys in etcd order; dropped when an object comes or goes. */
  sorted?: string[];
};

export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** Where one object lies. */
export type Location = { resource: string; key: string };

/**
 * All objects of the cluster. Stored objects are never changed afterwards: whoever wants to change one copies it and
 * puts the copy. That makes lists consistent and lets their JSON be cached.
 */
export class ObjectStore {
  readonly #shelves = new Map<string, Shelf>();
  readonly #byUid = new Map<string, Location>();
  readonly #dependents = new Map<string, Map<string, Location>>();
  readonly #listeners = new Set<StoreListener>();
  #version: number;
  #window: WatchWindow;

  constructor(options: { version?: number } = {}) {
    // a fresh cluster has already made some writes, and 0 and 1 have meanings of their own in requests
    this.#version = options.version ?? 400;
    this.#window = new WatchWindow({ version: this.#version });
  }

  get version(): number {
    return this.#version;
  }

  get window(): WatchWindow {
    return this.#window;
  }

  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(resource: string, namespace: string | undefined, name: string) {
    return this.#shelves.get(resource)?.objects.get(objectKey(namespace, name));
  }

  getByKey(resource: string, key: string): KubeObject | undefined {
    return this.#shelves.get(resource)?.objects.get(key);
  }

  getByUid(uid: string): KubeObject | undefined {
    const location = this.#byUid.get(uid);
    return location && this.getByKey(location.resource, location.key);
  }

  /** Objects that name this uid as an owner. */
  dependentsOf(uid: string): Location[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  list(resource: string, namespace?: string): KubeObject[] {
    const shelf = this.#shelves.get(resource);
    if (!shelf) {
      return [];
    }
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    const prefix = namespace && `${namespace}/`;
    const result: KubeObject[] = [];
    for (const key of shelf.sorted) {
      if (!prefix || key.startsWith(prefix)) {
        result.push(shelf.objects.get(key)!);
      }
    }
    return result;
  }

  /** Keeps the objects of a resource by what `valuesOf` finds in each. */
  index(
    resource: string,
    valuesOf: (object: KubeObject) => string[],
  ): ObjectIndex {
    const index = new ObjectIndex(valuesOf);
    const shelf = this.#shelf(resource);
    shelf.objects.forEach((object, key) => index.add(key, object));
    shelf.indexes.push(index);
    return index;
  }

  resources(): string[] {
    return [...this.#shelves.keys()];
  }

  /** Stores a new or changed object under the next version. The caller hands the object over. */
  put(resource: string, object: KubeObject): KubeObject {
    const shelf = this.#shelf(resource);
    const key = objectKey(object.metadata.namespace, object.metadata.name!);
    const previous = shelf.objects.get(key);
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    if (previous) {
      this.#forget(previous, { resource, key });
    } else {
      shelf.sorted = undefined;
    }
    shelf.objects.set(key, object);
    this.#index(object, { resource, key });
    this.#emit({
      type: previous ? 'MODIFIED' : 'ADDED',
      resource,
      object,
      previous,
      version: this.#version,
    });
    return object;
  }

  remove(resource: string, namespace: string | undefined, name: string): void {
    const shelf = this.#shelf(resource);
    const key = objectKey(namespace, name);
    const previous = shelf.objects.get(key);
    if (!previous) {
      return;
    }
    this.#version += 1;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    this.#forget(previous, { resource, key });
    const object = {
      ...previous,
      metadata: {
        ...previous.metadata,
        resourceVersion: String(this.#version),
      },
    };
    this.#emit({
      type: 'DELETED',
      resource,
      object,
      previous,
      version: this.#version,
    });
  }

  /** Puts saved objects back without events: a watch cannot start before a restart of the server. */
  load(
    version: number,
    objects: Array<{ resource: string; object: KubeObject }>,
  ) {
    for (const { resource, object } of objects) {
      const key = objectKey(object.metadata.namespace, object.metadata.name!);
      this.#shelf(resource).objects.set(key, object);
      this.#shelf(resource).sorted = undefined;
      this.#index(object, { resource, key });
    }
    // writes after the last save may have been seen by clients; no version is ever given out twice
    this.#version = version + 1000;
    this.#window = new WatchWindow({ version: this.#version });
  }

  #shelf(resource: string): Shelf {
    let shelf = this.#shelves.get(resource);
    if (!shelf) {
      shelf = { objects: new Map(), indexes: [] };
      this.#shelves.set(resource, shelf);
    }
    return shelf;
  }

  #index(object: KubeObject, location: Location) {
    this.#byUid.set(object.metadata.uid!, location);
    for (const index of this.#shelf(location.resource).indexes) {
      index.add(location.key, object);
    }
    for (const owner of object.metadata.ownerReferences ?? []) {
      let entries = this.#dependents.get(owner.uid);
      if (!entries) {
        entries = new Map();
        this.#dependents.set(owner.uid, entries);
      }
      entries.set(`${location.resource} ${location.key}`, location);
    }
  }

  #forget(object: KubeObject, location: Location) {
    this.#byUid.delete(object.metadata.uid!);
    for (const index of this.#shelf(location.resource).indexes) {
      index.remove(location.key, object);
    }
    for (const owner of object.metadata.ownerReferences ?? []) {
      const entries = this.#dependents.get(owner.uid);
      entries?.delete(`${location.resource} ${location.key}`);
      if (entries?.size === 0) {
        this.#dependents.delete(owner.uid);
      }
    }
  }

  #emit(event: StoreEvent) {
    this.#window.add(event);
    for (const listener of [...this.#listeners]) {
      listener(event);
    }
  }
}
