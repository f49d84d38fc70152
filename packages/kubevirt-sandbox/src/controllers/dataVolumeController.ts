// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import { deepCopy } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { IMMEDIATE_BINDING } from './claimController';
import { controllerReference } from './clusterClient';
import { Controller } from './controller';

const POPULATED_FOR = 'cdi.kubevirt.io/storage.populatedFor';
const POD_PHASE = 'cdi.kubevirt.io/storage.pod.phase';

const FINISHED = ['Succeeded', 'Failed'];

/** What CDI calls the work, by the kind of source. */
function phasesOf(dv: KubeObject): { scheduled: string; running: string } {
  return dv.spec.source?.snapshot
    ? {
        scheduled: 'CloneScheduled',
        running: 'CloneFromSnapshotSourceInProgress',
      }
    : { scheduled: 'ImportScheduled', running: 'ImportInProgress' };
}

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
    if (deletionTimestamp || FINISHED.includes(dv.status?.phase)) {
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
          pvc.metadata.annotations?.[IMMEDIATE_BINDING] === undefined &&
          this.store.get(R.storageClass, undefined, pvc.spec.storageClassName)
            ?.volumeBindingMode === 'WaitForFirstConsumer';
        this.#setStatus(
          dv,
          waits ? 'WaitForFirstConsumer' : phasesOf(dv).scheduled,
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
    const { running } = phasesOf(dv);
    if (dv.status?.phase !== running) {
      this.#setStatus(dv, running, '42.00%', pvc, 'TransferRunning');
      return undefined;
    }
    const fault = this.context.volumeFaults.find(['import-error'], {
      namespace: dv.metadata.namespace!,
      claim: dv.metadata.name!,
      storageClass: pvc.spec.storageClassName,
    });
    if (fault) {
      this.#fail(
        dv,
        fault.message ?? 'rpc error: code = ResourceExhausted desc = no space',
      );
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
    const { namespace, name, annotations } = dv.metadata;
    const storage = deepCopy(dv.spec.storage ?? dv.spec.pvc ?? {});
    const size = this.#sourceSize(dv);
    if (size && !storage.resources?.requests?.storage) {
      // CDI takes the size of the source where none is given
      storage.resources = { requests: { storage: size } };
    }
    this.client.create(R.pvc, {
      metadata: {
        name,
        namespace,
        labels: { app: 'containerized-data-importer' },
        annotations: {
          'cdi.kubevirt.io/storage.contentType': 'kubevirt',
          'cdi.kubevirt.io/storage.usePopulator': 'true',
          ...(annotations?.[IMMEDIATE_BINDING] !== undefined && {
            [IMMEDIATE_BINDING]: annotations[IMMEDIATE_BINDING],
          }),
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

  /** How much the disk to copy from holds. */
  #sourceSize(dv: KubeObject): string | undefined {
    const { namespace } = dv.metadata;
    const { snapshot, pvc } = dv.spec.source ?? {};
    return snapshot
      ? this.store.get(R.volumeSnapshot, namespace, snapshot.name)?.status
          ?.restoreSize
      : pvc &&
          this.store.get(R.pvc, namespace, pvc.name)?.spec.resources.requests
            .storage;
  }

  /** It doesn't try again: for CDI a failed clone is over. */
  #fail(dv: KubeObject, message: string): void {
    const now = toKubeTime(this.clock.now());
    this.client.event({
      on: dv,
      type: 'Warning',
      reason: 'CloneFailed',
      message,
      component: 'datavolume-controller',
    });
    this.client.changeStatus(R.dataVolume, dv, copy => {
      copy.status = {
        ...copy.status,
        phase: 'Failed',
        conditions: (copy.status?.conditions ?? []).map((entry: any) =>
          entry.type === 'Running'
            ? {
                ...entry,
                reason: 'Error',
                message,
                lastTransitionTime: now,
                lastHeartbeatTime: now,
              }
            : entry,
        ),
      };
    });
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
