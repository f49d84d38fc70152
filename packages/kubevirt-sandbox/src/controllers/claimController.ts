// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { Controller } from './controller';

/** CDI's way to have a claim filled without a first consumer. */
export const IMMEDIATE_BINDING =
  'cdi.kubevirt.io/storage.bind.immediate.requested';

const PROTECTION = 'kubernetes.io/pvc-protection';

function podClaims(pod: KubeObject): string[] {
  return (pod.spec?.volumes ?? [])
    .map((volume: any) => volume.persistentVolumeClaim?.claimName)
    .filter(Boolean);
}

/** Binds claims as a provisioner does and keeps those in use from vanishing. */
export class ClaimController extends Controller {
  protected readonly resource = R.pvc;
  readonly #due = new Map<string, number>();
  readonly #byDataSource = this.store.index(R.pvc, ({ metadata, spec }) =>
    spec?.dataSource
      ? [objectKey(metadata.namespace, spec.dataSource.name)]
      : [],
  );

  protected related(event: StoreEvent): string[] {
    const { namespace } = event.object.metadata;
    if (event.resource === R.pod) {
      return podClaims(event.object).map(claim => objectKey(namespace, claim));
    }
    if (event.resource === R.volumeSnapshot) {
      return this.#byDataSource
        .get(objectKey(namespace, event.object.metadata.name!))
        .filter(pvc => pvc.status?.phase === 'Pending')
        .map(pvc => objectKey(namespace, pvc.metadata.name!));
    }
    return [];
  }

  protected deleted(object: KubeObject): void {
    this.#due.delete(object.metadata.uid!);
  }

  protected reconcile(pvc: KubeObject): number | undefined {
    if (pvc.metadata.deletionTimestamp) {
      if (!this.#isUsed(pvc) && pvc.metadata.finalizers?.includes(PROTECTION)) {
        this.client.removeFinalizer(R.pvc, pvc, PROTECTION);
      }
      return undefined;
    }
    if (pvc.status?.phase !== 'Pending') {
      return undefined;
    }
    return pvc.spec.volumeName ? this.#finish(pvc) : this.#provision(pvc);
  }

  #isUsed(pvc: KubeObject): boolean {
    return this.store
      .list(R.pod, pvc.metadata.namespace)
      .some(
        pod =>
          !['Succeeded', 'Failed'].includes(pod.status?.phase) &&
          podClaims(pod).includes(pvc.metadata.name!),
      );
  }

  #provision(pvc: KubeObject): number | undefined {
    const { namespace, name, uid } = pvc.metadata;
    const className = pvc.spec.storageClassName;
    const storageClass = this.store.get(
      R.storageClass,
      undefined,
      className ?? '',
    );
    if (!storageClass) {
      return undefined;
    }
    const waits = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    const immediate =
      pvc.metadata.annotations?.[IMMEDIATE_BINDING] !== undefined;
    if (waits && !immediate && !this.#isUsed(pvc)) {
      return undefined;
    }
    if (!this.#sourceIsReady(pvc)) {
      return undefined;
    }
    const volume = {
      namespace: namespace!,
      claim: name!,
      storageClass: className,
    };
    if (this.context.volumeFaults.find(['never-bind'], volume)) {
      return undefined;
    }
    const due =
      this.#due.get(uid!) ??
      this.clock.now() +
        this.context.conditions.delays(className).bindMs / this.context.speed;
    this.#due.set(uid!, due);
    if (due > this.clock.now()) {
      return due - this.clock.now();
    }
    this.client.change(R.pvc, pvc, copy => {
      copy.metadata.annotations = {
        ...copy.metadata.annotations,
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        'volume.kubernetes.io/storage-provisioner': storageClass.provisioner,
      };
      copy.spec.volumeName = `pvc-${uid}`;
    });
    return undefined;
  }

  /** A claim from a VolumeSnapshot that is gone or not ready stays Pending. */
  #sourceIsReady(pvc: KubeObject): boolean {
    const source = pvc.spec.dataSource;
    if (source?.kind !== 'VolumeSnapshot') {
      return true;
    }
    const snapshot = this.store.get(
      R.volumeSnapshot,
      pvc.metadata.namespace,
      source.name,
    );
    if (snapshot?.status?.readyToUse && !snapshot.metadata.deletionTimestamp) {
      return true;
    }
    this.client.event({
      on: pvc,
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `failed to provision volume with StorageClass "${
        pvc.spec.storageClassName
      }": error getting handle for DataSource Type VolumeSnapshot by Name ${
        source.name
      }: ${
        snapshot
          ? `snapshot ${source.name} is not Ready`
          : `error getting snapshot ${source.name} from api server: volumesnapshots.snapshot.storage.k8s.io "${source.name}" not found`
      }`,
      component: 'csi-provisioner',
    });
    return false;
  }

  #finish(pvc: KubeObject): undefined {
    this.client.changeStatus(R.pvc, pvc, copy => {
      copy.status = {
        phase: 'Bound',
        accessModes: copy.spec.accessModes,
        capacity: { storage: copy.spec.resources.requests.storage },
      };
    });
    return undefined;
  }
}
