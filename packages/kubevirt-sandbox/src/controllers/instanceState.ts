// SPDX-License-Identifier: Apache-2.0
import {
  hasBackendStorage,
  newestClaim,
  STATE_LABEL,
} from '../api/backendStorage';
import { R } from '../api/resources';
import type { ObjectIndex } from '../storage/objectIndex';
import type { ObjectStore } from '../storage/objectStore';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import type { ClusterClient } from './clusterClient';
import type { ControllerContext } from './controller';
import type { ClaimVolume } from './volumes';

const APPLY_PROFILE = 'cdi.kubevirt.io/applyStorageProfile';
const SIZE = '10Mi';

const keepsState = (vmi: KubeObject) =>
  hasBackendStorage({ spec: { template: { spec: vmi.spec } } });

/** The claim in which an instance keeps its TPM or EFI state; made when the first one starts. */
export class InstanceState {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;

  /** Every start asks, so claims are found by their label. */
  readonly #byVm: ObjectIndex;

  constructor({ store, client }: ControllerContext) {
    this.#store = store;
    this.#client = client;
    this.#byVm = store.index(R.pvc, ({ metadata }) => {
      const vm = metadata.labels?.[STATE_LABEL];
      return vm ? [objectKey(metadata.namespace, vm)] : [];
    });
  }

  /**
   * Makes the claim that is missing, or removes the one that nobody needs any more. True when the instance can go on:
   * its claim is bound, or will be by its first consumer.
   */
  isReady(vmi: KubeObject): boolean {
    const claim = this.#claim(vmi);
    if (!keepsState(vmi)) {
      if (claim) {
        this.#client.remove(R.pvc, claim);
      }
      return true;
    }
    if (!claim) {
      this.#create(vmi);
      return false;
    }
    const storageClass = this.#store.get(
      R.storageClass,
      undefined,
      claim.spec.storageClassName ?? '',
    );
    return (
      claim.status?.phase === 'Bound' ||
      storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
    );
  }

  /** The state among the volumes of the instance's pod. */
  volumes(vmi: KubeObject): ClaimVolume[] {
    const claim = keepsState(vmi) && this.#claim(vmi);
    return claim ? [{ name: 'vm-state', claim: claim.metadata.name! }] : [];
  }

  /** Keys of the instances that a claim's change concerns. */
  instancesOf({ resource, object: { metadata } }: StoreEvent): string[] {
    const name = metadata.labels?.[STATE_LABEL];
    return resource === R.pvc && name
      ? [objectKey(metadata.namespace, name)]
      : [];
  }

  #claim({ metadata }: KubeObject): KubeObject | undefined {
    return newestClaim(
      this.#byVm.get(objectKey(metadata.namespace, metadata.name!)),
    );
  }

  /** Of the default class; without one the instance waits. */
  #create(vmi: KubeObject): void {
    const { name, namespace, ownerReferences } = vmi.metadata;
    this.#client.create(R.pvc, {
      metadata: {
        generateName: `${STATE_LABEL}-${name}-`,
        namespace,
        labels: { [STATE_LABEL]: name!, [APPLY_PROFILE]: 'true' },
        ownerReferences,
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: SIZE } },
        volumeMode: 'Filesystem',
      },
    });
  }
}
