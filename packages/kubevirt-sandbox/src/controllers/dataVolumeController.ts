// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import { deepCopy } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import { Controller } from './controller';

const POPULATED_FOR = 'cdi.kubevirt.io/storage.populatedFor';
const POD_PHASE = 'cdi.kubevirt.io/storage.pod.phase';

/** CDI: gives every DataVolume its claim and fills it, or adopts one that is already filled. */
export class DataVolumeController extends Controller {
  protected readonly resource = R.dataVolume;
  readonly #due = new Map<string, number>();

  protected related(event: StoreEvent): string[] {
    if (event.resource !== R.pvc) {
      return [];
    }
    const { namespace, name } = event.object.metadata;
    const key = objectKey(namespace, name!);
    return this.store.getByKey(R.dataVolume, key) ? [key] : [];
  }

  protected deleted(object: KubeObject): void {
    this.#due.delete(object.metadata.uid!);
  }

  protected reconcile(dv: KubeObject): number | undefined {
    const { namespace, name, uid, deletionTimestamp } = dv.metadata;
    const pvc = this.store.get(R.pvc, namespace, name!);
    if (!deletionTimestamp && dv.status?.phase === 'Succeeded' && pvc) {
      // an InPlace restore brings a filled DataVolume a new claim
      return pvc.metadata.annotations?.[POPULATED_FOR] === name
        ? this.#adopt(dv, pvc)
        : undefined;
    }
    if (deletionTimestamp || dv.status?.phase === 'Succeeded') {
      return undefined;
    }
    if (!pvc) {
      return this.#createClaim(dv);
    }
    if (!pvc.metadata.ownerReferences?.some(owner => owner.uid === uid)) {
      return this.#adopt(dv, pvc);
    }
    const phase = dv.status?.phase;
    if (pvc.status?.phase !== 'Bound') {
      if (phase === undefined) {
        this.#setStatus(dv, 'Pending', 'N/A', pvc, 'TransferRunning');
      } else if (phase === 'Pending') {
        const waits =
          this.store.get(R.storageClass, undefined, pvc.spec.storageClassName)
            ?.volumeBindingMode === 'WaitForFirstConsumer';
        this.#setStatus(
          dv,
          waits ? 'WaitForFirstConsumer' : 'ImportScheduled',
          'N/A',
          pvc,
          'TransferRunning',
        );
      }
      return undefined;
    }
    return this.#fill(dv, pvc);
  }

  #fill(dv: KubeObject, pvc: KubeObject): number | undefined {
    const { uid } = dv.metadata;
    if (dv.status?.phase !== 'ImportInProgress') {
      this.#setStatus(dv, 'ImportInProgress', '42.00%', pvc, 'TransferRunning');
      return undefined;
    }
    const { importMs } = this.context.conditions.delays(
      pvc.spec.storageClassName,
    );
    const due =
      this.#due.get(uid!) ?? this.clock.now() + importMs / this.context.speed;
    this.#due.set(uid!, due);
    if (due > this.clock.now()) {
      return due - this.clock.now();
    }
    if (pvc.metadata.annotations?.[POD_PHASE] !== 'Succeeded') {
      this.client.change(R.pvc, pvc, copy => {
        copy.metadata.annotations = {
          ...copy.metadata.annotations,
          [POD_PHASE]: 'Succeeded',
          'cdi.kubevirt.io/storage.condition.running': 'false',
        };
      });
      return undefined;
    }
    this.#setStatus(dv, 'Succeeded', '100.0%', pvc, '');
    return undefined;
  }

  #createClaim(dv: KubeObject): undefined {
    if (dv.metadata.annotations?.['cdi.kubevirt.io/storage.prePopulated']) {
      // somebody else will bring the claim; building an empty one would destroy the disk
      return undefined;
    }
    const { namespace, name } = dv.metadata;
    const storage = deepCopy(dv.spec.storage ?? dv.spec.pvc ?? {});
    this.client.create(R.pvc, {
      metadata: {
        name,
        namespace,
        labels: { app: 'containerized-data-importer' },
        annotations: {
          'cdi.kubevirt.io/storage.contentType': 'kubevirt',
          'cdi.kubevirt.io/storage.usePopulator': 'true',
        },
        ownerReferences: [controllerReference(dv)],
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        ...storage,
        ...(dv.spec.source?.snapshot && {
          dataSource: {
            apiGroup: 'snapshot.storage.k8s.io',
            kind: 'VolumeSnapshot',
            name: dv.spec.source.snapshot.name,
          },
        }),
      },
    });
    return undefined;
  }

  #adopt(dv: KubeObject, pvc: KubeObject): undefined {
    const populated =
      pvc.metadata.annotations?.[POPULATED_FOR] === dv.metadata.name ||
      dv.metadata.annotations?.['cdi.kubevirt.io/allowClaimAdoption'] ===
        'true';
    if (populated && !pvc.metadata.ownerReferences?.length) {
      this.client.change(R.pvc, pvc, copy => {
        copy.metadata.ownerReferences = [controllerReference(dv)];
      });
    }
    return undefined;
  }

  #setStatus(
    dv: KubeObject,
    phase: string,
    progress: string,
    pvc: KubeObject,
    trouble: string,
  ): void {
    const now = toKubeTime(this.clock.now());
    const done = phase === 'Succeeded';
    const bound = pvc.status?.phase === 'Bound';
    const condition = (
      type: string,
      on: boolean,
      reason: string,
      message?: string,
    ) => ({
      type,
      status: on ? 'True' : 'False',
      reason,
      ...(message && { message }),
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    });
    this.client.changeStatus(R.dataVolume, dv, copy => {
      copy.status = {
        claimName: dv.metadata.name,
        conditions: [
          condition(
            'Bound',
            bound,
            bound ? 'Bound' : 'Pending',
            `PVC ${pvc.metadata.name} ${bound ? 'Bound' : 'Pending'}`,
          ),
          condition('Ready', done, trouble),
          condition('Running', false, done ? 'Completed' : ''),
        ],
        phase,
        progress,
      };
    });
  }
}
