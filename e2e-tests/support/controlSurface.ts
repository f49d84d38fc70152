// SPDX-License-Identifier: Apache-2.0
import type {
  Fault,
  GuestBehaviour,
  KubeObject,
  ObjectRef,
  RequestRecord,
  StorageDelays,
  VolumeFault,
} from 'kubevirt-sandbox';

/** What kind of objects. */
export interface ObjectType {
  apiVersion: string;
  kind: string;
}

/** `/sandbox/*` of a sandbox cluster, with the admin's token. */
export class ControlSurface {
  readonly #url: string;
  readonly #token: string;

  constructor(options: { url: string; token: string }) {
    this.#url = options.url;
    this.#token = options.token;
  }

  /** Lets requests to the cluster fail. */
  async fail(fault: Fault) {
    await this.#call('POST', 'faults', fault);
  }

  /** Lets the storage of a claim fail. Returns how to mend it. */
  async failVolume(fault: VolumeFault): Promise<() => Promise<void>> {
    const { id } = await this.#call('POST', 'volume-faults', fault);
    return async () => {
      await this.#call('DELETE', `volume-faults/${id}`);
    };
  }

  /** Mends all requests and volumes, and the cluster answers again. */
  async clearFaults() {
    await this.#call('DELETE', 'faults');
  }

  /** Delays at speed 1. */
  async delayStorage(storageClass: string, delays: Partial<StorageDelays>) {
    await this.#call('PUT', `storage/${storageClass}`, delays);
  }

  async setGuest(namespace: string, name: string, guest: GuestBehaviour) {
    await this.#call('PUT', `guests/${namespace}/${name}`, guest);
  }

  /** false: requests are accepted and never answered. */
  async setAnswering(answering: boolean) {
    await this.#call('PUT', 'switches', { answering });
  }

  async cutWatches() {
    await this.#call('POST', 'watches', { abrupt: true });
  }

  /** What other processes asked of the cluster. */
  async requests(filter: {
    /** Milliseconds since the epoch. */
    since: number;
    method?: string;
    pathPattern?: string;
  }): Promise<RequestRecord[]> {
    const { since, ...others } = filter;
    const query = new URLSearchParams({ since: String(since), ...others });
    const { items } = await this.#call('GET', `requests?${query}`);
    return items;
  }

  async create(object: KubeObject): Promise<KubeObject> {
    return await this.#objects('create', { object });
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { object } = await this.#objects('get', { ref });
    return object ?? undefined;
  }

  async list(type: ObjectType, namespace?: string): Promise<KubeObject[]> {
    const ref = { ...type, namespace };
    const { items } = await this.#objects('list', { ref });
    return items;
  }

  async patch(ref: ObjectRef, patch: object) {
    await this.#objects('patch', { ref, patch });
  }

  async remove(ref: ObjectRef) {
    await this.#objects('remove', { ref });
  }

  #objects(action: string, body: object) {
    return this.#call('POST', 'objects', { action, ...body });
  }

  async #call(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(`${this.#url}/sandbox/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${await response.text()}`);
    }
    return await response.json();
  }
}
