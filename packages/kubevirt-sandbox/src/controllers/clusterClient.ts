// SPDX-License-Identifier: Apache-2.0
import { ObjectApi, UserInfo } from '../api/objectApi';
import { R, resourceByKey } from '../api/resources';
import { ApiError } from '../api/status';
import { Clock, toKubeTime } from '../clock';
import { deepCopy } from '../json';
import { ObjectStore } from '../storage/objectStore';
import type { KubeObject, OwnerReference } from '../types';

const CONTROLLER: UserInfo = {
  name: 'system:serviceaccount:kubevirt:kubevirt-controller',
  groups: ['system:masters', 'system:authenticated'],
};

const MAX_EVENTS = 1000;

export type EventInput = {
  on: KubeObject;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  component: string;
};

/** The controllers' way to the API: same checks and webhooks as for everybody. */
export class ClusterClient {
  readonly #store: ObjectStore;
  readonly #api: ObjectApi;
  readonly #clock: Clock;
  #eventCounter = 0;
  /** Names of events by what they say, the oldest first. */
  readonly #events = new Map<string, string>();

  constructor(options: { store: ObjectStore; api: ObjectApi; clock: Clock }) {
    this.#store = options.store;
    this.#api = options.api;
    this.#clock = options.clock;
  }

  get(resource: string, namespace: string | undefined, name: string) {
    return this.#store.get(resource, namespace, name);
  }

  create(resource: string, object: Omit<KubeObject, 'apiVersion' | 'kind'>) {
    const { namespace } = object.metadata;
    return this.#api.create(resourceByKey(resource), namespace, object, {
      user: CONTROLLER,
    });
  }

  /** Reads the newest object, lets `change` edit a copy and writes it. */
  change(
    resource: string,
    object: KubeObject,
    change: (copy: KubeObject) => void,
  ): KubeObject {
    return this.#write(resource, object, change);
  }

  changeStatus(
    resource: string,
    object: KubeObject,
    change: (copy: KubeObject) => void,
  ): KubeObject {
    return this.#write(
      resource,
      object,
      change,
      resourceByKey(resource).status ? 'status' : undefined,
    );
  }

  addFinalizer(resource: string, object: KubeObject, finalizer: string) {
    return this.change(resource, object, copy => {
      copy.metadata.finalizers = [
        ...(copy.metadata.finalizers ?? []),
        finalizer,
      ];
    });
  }

  removeFinalizer(resource: string, object: KubeObject, finalizer: string) {
    return this.change(resource, object, copy => {
      copy.metadata.finalizers = copy.metadata.finalizers?.filter(
        entry => entry !== finalizer,
      );
    });
  }

  /** Deletes; an object that is gone already is fine. */
  remove(resource: string, object: KubeObject): void {
    try {
      this.#api.delete(
        resourceByKey(resource),
        object.metadata.namespace,
        object.metadata.name!,
        { preconditions: { uid: object.metadata.uid } },
      );
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) {
        throw error;
      }
    }
  }

  /** Records an event; the same one again raises its count. */
  event(input: EventInput): void {
    const { on, type, reason, message, component } = input;
    const now = toKubeTime(this.#clock.now());
    const namespace = on.metadata.namespace ?? 'default';
    const identity = `${on.metadata.uid} ${reason} ${message}`;
    const known = this.#events.get(identity);
    const same = known && this.#store.get(R.event, namespace, known);
    if (same) {
      this.change(R.event, same, copy => {
        copy.count += 1;
        copy.lastTimestamp = now;
      });
      return;
    }
    this.#eventCounter += 1;
    const suffix = (
      BigInt(Math.floor(this.#clock.now())) * 1_000_000n +
      BigInt(this.#eventCounter % 1_000_000)
    ).toString(16);
    const name = `${on.metadata.name}.${suffix}`;
    this.#events.set(identity, name);
    this.#forgetOldEvents(namespace);
    this.create(R.event, {
      metadata: { name, namespace },
      involvedObject: {
        kind: on.kind,
        namespace,
        name: on.metadata.name,
        uid: on.metadata.uid,
        apiVersion: on.apiVersion,
        resourceVersion: on.metadata.resourceVersion,
      },
      reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: '',
    });
  }

  /** Kubernetes keeps events for an hour; here a number of them is enough. */
  #forgetOldEvents(namespace: string): void {
    if (this.#events.size > MAX_EVENTS) {
      const [identity] = this.#events.keys();
      this.#events.delete(identity);
    }
    const events = this.#store.list(R.event, namespace);
    if (events.length > MAX_EVENTS) {
      const age = (event: KubeObject) => Number(event.metadata.resourceVersion);
      const [oldest] = [...events].sort((a, b) => age(a) - age(b));
      this.remove(R.event, oldest);
    }
  }

  #write(
    resource: string,
    object: KubeObject,
    change: (copy: KubeObject) => void,
    subresource?: 'status',
  ): KubeObject {
    const type = resourceByKey(resource);
    const { namespace, name } = object.metadata;
    const copy = deepCopy(this.#api.get(type, namespace, name!));
    change(copy);
    return this.#api.update(type, namespace, name!, copy, {
      user: CONTROLLER,
      subresource,
    });
  }
}

export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    blockOwnerDeletion: true,
    controller: true,
    kind: owner.kind,
    name: owner.metadata.name!,
    uid: owner.metadata.uid!,
  };
}
