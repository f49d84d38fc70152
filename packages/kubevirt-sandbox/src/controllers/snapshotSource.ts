// SPDX-License-Identifier: Apache-2.0
import {
  hasBackendStorage,
  stateClaimOf,
  stateVolumeOf,
} from '../api/backendStorage';
import { R } from '../api/resources';
import { deepCopy } from '../json';
import { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { ClusterClient } from './clusterClient';
import { RetryLater } from './controller';
import { copyRevision, namedRevisions } from './instancetypes';
import { isTrue } from './kubeConditions';
import { chooseSnapshotClass, ClaimVolume, claimVolumes } from './volumes';

export const SOURCE_FINALIZER =
  'snapshot.kubevirt.io/snapshot-source-protection';

/** The virtual machine that a snapshot is taken of: its lock, its state, its capture. */
export class SnapshotSource {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;
  readonly vm: KubeObject;

  constructor(options: {
    store: ObjectStore;
    client: ClusterClient;
    vm: KubeObject;
  }) {
    this.#store = options.store;
    this.#client = options.client;
    this.vm = options.vm;
  }

  get vmi(): KubeObject | undefined {
    const { namespace, name } = this.vm.metadata;
    return this.#store.get(R.vmi, namespace, name!);
  }

  get hasAgent(): boolean {
    return isTrue(this.vmi, 'AgentConnected');
  }

  get isPaused(): boolean {
    return isTrue(this.vmi, 'Paused');
  }

  isLockedBy(snapshot: string): boolean {
    return (
      this.vm.status?.snapshotInProgress === snapshot && this.#hasFinalizer()
    );
  }

  /** Why the lock is refused: text to append, or undefined when it can be taken. */
  refusal(snapshot: string): string | undefined {
    const { namespace, name } = this.vm.metadata;
    const volumes = this.#volumes();
    if (!volumes) {
      // state without its claim: KubeVirt waits for it and doesn't say so
      return '';
    }
    for (const { claim } of volumes) {
      const trouble = this.#claimTrouble(claim);
      if (trouble) {
        return ` source ${namespace}/${name} volume ${trouble}: ${claim}`;
      }
    }
    const busy = this.vmi ? [] : this.#podsUsing(volumes.map(v => v.claim));
    if (busy.length > 0) {
      const claims = [...new Set(busy.flatMap(entry => entry.claims))];
      return ` source is offline but ${
        busy.length
      } pods using PVCs [${claims.join(' ')}]`;
    }
    const holder = this.vm.status?.snapshotInProgress;
    return holder && holder !== snapshot
      ? ` snapshot "${holder}" in progress`
      : undefined;
  }

  /** The next write of taking the lock. */
  lockStep(snapshot: string): void {
    if (this.vm.status?.snapshotInProgress !== snapshot) {
      this.#client.changeStatus(R.vm, this.vm, copy => {
        copy.status = { ...copy.status, snapshotInProgress: snapshot };
      });
    } else {
      this.#client.addFinalizer(R.vm, this.vm, SOURCE_FINALIZER);
    }
  }

  /** The next write of giving the lock back; false when there is nothing left to do. */
  unlockStep(snapshot: string): boolean {
    if (this.vm.status?.snapshotInProgress !== snapshot) {
      return false;
    }
    if (this.#hasFinalizer()) {
      this.#client.removeFinalizer(R.vm, this.vm, SOURCE_FINALIZER);
    } else {
      this.#client.changeStatus(R.vm, this.vm, copy => {
        delete copy.status.snapshotInProgress;
      });
    }
    return true;
  }

  /** `spec` of the content. @throws RetryLater when a class cannot be chosen */
  capture(snapshot: KubeObject): object {
    const volumeBackups = (this.#volumes() ?? []).flatMap(({ name, claim }) => {
      const pvc = this.#store.get(R.pvc, this.vm.metadata.namespace, claim)!;
      const choice = chooseSnapshotClass(
        this.#store,
        pvc.spec.storageClassName,
      );
      if (choice.kind === 'ambiguous') {
        throw new RetryLater('several VolumeSnapshotClasses match');
      }
      return choice.kind === 'none'
        ? []
        : [
            {
              persistentVolumeClaim: {
                metadata: deepCopy(pvc.metadata),
                spec: deepCopy(pvc.spec),
              },
              volumeName: name,
              volumeSnapshotName: `vmsnapshot-${snapshot.metadata.uid}-volume-${name}`,
            },
          ];
    });
    // claims come out of a Go map, so nobody may rely on their order
    if (snapshot.metadata.uid!.charCodeAt(0) % 2 === 1) {
      volumeBackups.reverse();
    }
    return {
      source: {
        virtualMachine: {
          metadata: deepCopy(this.vm.metadata),
          spec: this.#withOwnRevisions(this.#capturedSpec(), snapshot),
          status: { printableStatus: 'Stopped' },
        },
      },
      virtualMachineSnapshotName: snapshot.metadata.name,
      ...(volumeBackups.length > 0 && { volumeBackups }),
    };
  }

  /** A running VM is captured as it was started, with its present volumes. */
  #capturedSpec(): any {
    const current = deepCopy(this.vm.spec);
    const { vmi } = this;
    const revision =
      vmi?.status?.virtualMachineRevisionName &&
      this.#store.get(
        R.revision,
        this.vm.metadata.namespace,
        vmi.status.virtualMachineRevisionName,
      );
    if (!revision) {
      return current;
    }
    const spec = deepCopy(revision.data.spec);
    spec.template.spec.volumes = current.template.spec.volumes;
    spec.template.spec.domain.devices.disks =
      current.template.spec.domain.devices.disks;
    if (current.dataVolumeTemplates) {
      spec.dataVolumeTemplates = current.dataVolumeTemplates;
    }
    return spec;
  }

  /** Revisions that the spec itself names are copied for the snapshot; those that only the status knows are not. */
  #withOwnRevisions(spec: any, snapshot: KubeObject): any {
    for (const matcher of namedRevisions(spec)) {
      const revision = this.#store.get(
        R.revision,
        this.vm.metadata.namespace,
        matcher.revisionName,
      );
      if (!revision) {
        throw new RetryLater(`no revision ${matcher.revisionName}`);
      }
      matcher.revisionName = copyRevision(this.#client, {
        revision,
        from: this.vm.metadata.name!,
        to: snapshot.metadata.name!,
        owner: snapshot,
      });
    }
    return spec;
  }

  /** Volumes with a claim, TPM or EFI state among them; undefined while that has no claim. */
  #volumes(): ClaimVolume[] | undefined {
    const volumes = claimVolumes(this.vm);
    if (!hasBackendStorage(this.vm)) {
      return volumes;
    }
    const { namespace, name } = this.vm.metadata;
    const claim = stateClaimOf(this.#store, namespace, name!);
    return (
      claim && [
        ...volumes,
        { name: stateVolumeOf(name!), claim: claim.metadata.name! },
      ]
    );
  }

  #hasFinalizer(): boolean {
    return (this.vm.metadata.finalizers ?? []).includes(SOURCE_FINALIZER);
  }

  #claimTrouble(claim: string): string | undefined {
    const { namespace } = this.vm.metadata;
    const pvc = this.#store.get(R.pvc, namespace, claim);
    if (!pvc) {
      return 'doesnt exist';
    }
    if (pvc.metadata.deletionTimestamp) {
      return 'is being deleted';
    }
    if (pvc.status?.phase !== 'Bound') {
      return 'not bound';
    }
    const owner = pvc.metadata.ownerReferences?.find(
      entry => entry.kind === 'DataVolume',
    );
    const dataVolume =
      owner && this.#store.get(R.dataVolume, namespace, owner.name);
    return dataVolume && dataVolume.status?.phase !== 'Succeeded'
      ? 'not populated'
      : undefined;
  }

  #podsUsing(claims: string[]): Array<{ claims: string[] }> {
    return this.#store
      .list(R.pod, this.vm.metadata.namespace)
      .filter(pod => !['Succeeded', 'Failed'].includes(pod.status?.phase))
      .map(pod => ({
        claims: (pod.spec?.volumes ?? [])
          .map((volume: any) => volume.persistentVolumeClaim?.claimName)
          .filter((claim: string) => claims.includes(claim)),
      }))
      .filter(entry => entry.claims.length > 0);
  }
}
