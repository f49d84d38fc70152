// SPDX-License-Identifier: Apache-2.0
import type { Clock } from './clock';

/** Metadata of a Kubernetes object, as far as the sandbox uses it. @public */
export type ObjectMeta = {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: unknown;
};

/** One entry of `metadata.ownerReferences`. @public */
export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** A Kubernetes object as plain JSON. @public */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: any;
  status?: any;
  [key: string]: any;
};

/** What names one object. Leave `namespace` out for cluster-scoped kinds. @public */
export type ObjectRef = {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
};

/**
 * In-process access to the objects. It skips authentication and RBAC, but nothing else: schema, webhooks, finalizers
 * and controllers act as for any client. All calls are synchronous and throw an `ApiError` that carries the
 * Kubernetes `Status` (`error.status`) and the HTTP code (`error.code`).
 *
 * @public
 */
export interface SandboxObjects {
  create(object: KubeObject): KubeObject;
  get(ref: ObjectRef): KubeObject | undefined;
  list(query: {
    apiVersion: string;
    kind: string;
    namespace?: string;
    labelSelector?: string;
  }): KubeObject[];
  /** PUT; needs `metadata.resourceVersion` on custom resources, as Kubernetes does. */
  update(object: KubeObject, options?: { subresource?: 'status' }): KubeObject;
  /** An array is a JSON patch, an object a merge patch. */
  patch(
    ref: ObjectRef,
    patch: object | object[],
    options?: { subresource?: 'status' },
  ): KubeObject;
  /** Returns false when there was no such object. */
  remove(
    ref: ObjectRef,
    options?: { preconditions?: { uid?: string; resourceVersion?: string } },
  ): boolean;
}

/**
 * The API for templates that a cluster has: `template.kubevirt.io` (KubeVirt 1.9), OpenShift's `template.openshift.io`, or
 * none.
 *
 * @public
 */
export type TemplateApi = 'kubevirt' | 'openshift' | 'none';

/** Which requests a fault applies to; an absent field matches everything. @public */
export type FaultMatch = {
  method?: string | string[];
  /** Regular expression, tested against path and query, e.g. `/virtualmachinesnapshots$`. */
  path?: string | RegExp;
  /** User name, e.g. `system:serviceaccount:ns:name`. */
  user?: string;
};

/**
 * What happens to a matching request:
 * `respond` answers without handling it; `delay` handles it `ms` later; `drop` closes the connection, after applying the
 * request when `applied` is set (a client that timed out although its write succeeded); `hang` never answers, likewise.
 *
 * @public
 */
export type FaultAction =
  | {
      type: 'respond';
      status: number;
      reason?: string;
      message?: string;
      /** Sets the Retry-After header, in seconds. 429 and 503 get 1 by default. */
      retryAfterSeconds?: number;
    }
  | { type: 'delay'; ms: number }
  | { type: 'drop'; applied?: boolean }
  | { type: 'hang'; applied?: boolean };

/** @public */
export type Fault = {
  match?: FaultMatch;
  action: FaultAction;
  /** How often it strikes before it removes itself; default: for ever. */
  times?: number;
  /** How many matching requests pass first; default 0. */
  skip?: number;
};

/**
 * What a storage driver does wrong with the volume snapshots of matching claims. `error` answers the text in `message`
 * until removed, `hang` never cuts, `never-ready` cuts but never becomes ready; `never-bind` leaves claims Pending, and
 * `import-error` fails DataVolumes for good, with the text in `message`.
 *
 * @public
 */
export type VolumeFault = {
  namespace?: string;
  /** Name of the claim; a regular expression is allowed. */
  claim?: string | RegExp;
  storageClass?: string;
  mode: 'error' | 'hang' | 'never-ready' | 'never-bind' | 'import-error';
  message?: string;
  times?: number;
};

/** Delays of a storage class in milliseconds at speed 1. @public */
export type StorageDelays = {
  /** From VolumeSnapshot to its creationTime. */
  cutMs: number;
  /** From the cut to readyToUse. */
  readyMs: number;
  /** From claim to Bound. */
  bindMs: number;
  /** From a bound claim to a filled DataVolume. */
  importMs: number;
};

/** What the guest of a virtual machine does. @public */
export type GuestBehaviour = {
  /** Whether the guest agent connects; default true. */
  agent?: boolean;
  /** Text of the node's refusal to freeze; absent: freezing works. */
  freezeError?: string;
  /** Text of the node's refusal to thaw, e.g. `command Unfreeze failed: "fsfreeze is limited up to 10 seconds"`. */
  unfreezeError?: string;
  /** Milliseconds at speed 1. */
  bootMs?: number;
  stopMs?: number;
  /** From a mounted claim to a dumped memory. */
  dumpMs?: number;
  /** Text of the node's failure to dump the memory; absent: dumping works. */
  dumpError?: string;
};

/** Things that can be made to go wrong. @public */
export interface SandboxFaults {
  add(fault: Fault): string;
  remove(id: string): boolean;
  list(): Array<Fault & { id: string }>;
  /** Removes request faults and volume faults and brings gate, CRDs, virt-api and the server back. */
  clear(): void;
  /** Ends all running watches; `abrupt` resets the connection instead of closing the response properly. */
  closeWatches(options?: { abrupt?: boolean }): number;
  /** Forgets the history: watches and list pages from an older resourceVersion get 410. */
  compact(): void;
  /** Snapshot feature gate, written to the KubeVirt object. */
  setGate(on: boolean): void;
  /** false: group snapshot.kubevirt.io is gone (404), as on a cluster without the CRDs. */
  setSnapshotCrds(installed: boolean): void;
  /** Which API for templates is served; `clear()` brings back that of the options. */
  setTemplateApi(api: TemplateApi): void;
  /** false: webhooks and subresources fail as with a dead virt-api. */
  setVirtApi(up: boolean): void;
  /** false: requests are accepted and never answered. */
  setAnswering(on: boolean): void;
  addVolumeFault(fault: VolumeFault): string;
  removeVolumeFault(id: string): boolean;
  setStorageDelays(storageClass: string, delays: Partial<StorageDelays>): void;
  setGuest(namespace: string, name: string, guest: GuestBehaviour): void;
}

/** One request as it arrived. @public */
export type RequestRecord = {
  time: string;
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** Path with query. */
  path: string;
  /** Empty until authenticated; `system:anonymous` without a token. */
  user: string;
  /** 0 while unanswered or when the connection was dropped. */
  status: number;
};

/** The log of requests of other processes (never the control surface itself). @public */
export interface SandboxRequests {
  list(filter?: {
    /** Milliseconds since the epoch. */
    since?: number;
    user?: string;
    method?: string;
    pathPattern?: string | RegExp;
  }): RequestRecord[];
  clear(): void;
}

/** @public */
export type SandboxOptions = {
  /** Name of the cluster; appears in the kubeconfig and in the control surface. */
  name: string;
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Divides storage and guest delays only. Default 1. */
  speed?: number;
  /** Folder for the state; without it nothing survives. */
  dataDir?: string;
  /** Default `kubevirt`. */
  templateApi?: TemplateApi;
  /** Runs when there is no saved state. */
  seed?: (sandbox: Sandbox) => Promise<void>;
  /** For tests: a faster clock moves deadlines and retries too, which `speed` never does. */
  clock?: Clock;
};

/** @public */
export interface Sandbox {
  readonly name: string;
  readonly url: string;
  readonly adminToken: string;
  readonly objects: SandboxObjects;
  readonly faults: SandboxFaults;
  readonly requests: SandboxRequests;
  /** YAML of a kubeconfig; default token: the admin's. */
  kubeconfig(token?: string): string;
  /**
   * A token of an existing service account, valid for ten years.
   * @throws when the service account does not exist.
   */
  serviceAccountToken(namespace: string, name: string): string;
  /** Create or replace every document; namespaces and service accounts included. */
  applyManifests(yaml: string): Promise<void>;
  /** Switches a VM on or off as its owner would, or shuts the guest down from inside. */
  power(
    namespace: string,
    name: string,
    action: 'start' | 'stop' | 'pause' | 'unpause' | 'guest-shutdown',
  ): void;
  /** Closes all sockets at once and saves the state. */
  stop(): Promise<void>;
}
