// SPDX-License-Identifier: Apache-2.0
import { runStrategyOf } from '../api/admission/vmWebhooks';
import { R } from '../api/resources';
import { deepCopy, deepEqual } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import { Controller, ControllerContext } from './controller';
import { Instancetypes, MissingType } from './instancetypes';
import { MemoryDumpSteps, volumesToStartWith } from './memoryDumps';
import { claimVolumes, volumeSnapshotStatus, volumesOf } from './volumes';
import { nextVmStatus } from './vmStatus';

const FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';
const OBSERVED = {
  'kubevirt.io/latest-observed-api-version': 'v1',
  'kubevirt.io/storage-observed-api-version': 'v1',
};
const COMPONENT = 'virtualmachine-controller';

export function isFinal(vmi: KubeObject | undefined): boolean {
  return ['Succeeded', 'Failed'].includes(vmi?.status?.phase);
}

/** VirtualMachines: disks from templates, instances by run strategy, status. */
export class VmController extends Controller {
  protected readonly resource = R.vm;
  readonly #byClaim = this.store.index(R.vm, vm =>
    claimVolumes(vm).map(({ claim }) =>
      objectKey(vm.metadata.namespace, claim),
    ),
  );

  readonly #memoryDumps: MemoryDumpSteps;
  readonly #instancetypes: Instancetypes;

  constructor(context: ControllerContext) {
    super(context);
    this.#memoryDumps = new MemoryDumpSteps(context);
    this.#instancetypes = new Instancetypes(context);
  }

  protected related(event: StoreEvent): string[] {
    const { namespace, name } = event.object.metadata;
    if (event.resource === R.vmi) {
      const key = objectKey(namespace, name!);
      return this.store.getByKey(R.vm, key) ? [key] : [];
    }
    if (event.resource === R.pvc || event.resource === R.dataVolume) {
      return this.#byClaim
        .get(objectKey(namespace, name!))
        .map(vm => objectKey(namespace, vm.metadata.name!));
    }
    const forAll: string[] = [
      R.volumeSnapshotClass,
      R.instancetype,
      R.clusterInstancetype,
      R.preference,
      R.clusterPreference,
    ];
    if (forAll.includes(event.resource)) {
      return this.store
        .list(R.vm)
        .map(({ metadata }) => objectKey(metadata.namespace, metadata.name!));
    }
    return [];
  }

  protected reconcile(vm: KubeObject): number | undefined {
    if (vm.metadata.deletionTimestamp) {
      this.#delete(vm);
      return undefined;
    }
    const statuses = volumesOf(vm).map(volume =>
      volumeSnapshotStatus(this.store, vm, volume),
    );
    if (!deepEqual(vm.status?.volumeSnapshotStatuses, statuses)) {
      this.client.changeStatus(R.vm, vm, copy => {
        copy.status = {
          printableStatus: 'Stopped',
          ...copy.status,
          volumeSnapshotStatuses: statuses,
        };
      });
      return undefined;
    }
    const { annotations, finalizers } = vm.metadata;
    if (!annotations?.['kubevirt.io/latest-observed-api-version']) {
      this.client.change(R.vm, vm, copy => {
        copy.metadata.annotations = {
          ...copy.metadata.annotations,
          ...OBSERVED,
        };
      });
      return undefined;
    }
    if (!finalizers?.includes(FINALIZER)) {
      this.client.addFinalizer(R.vm, vm, FINALIZER);
      return undefined;
    }
    if (this.#createDataVolume(vm)) {
      return undefined;
    }
    const vmi = this.store.get(R.vmi, vm.metadata.namespace, vm.metadata.name!);
    const missing = this.#instancetypes.missing(vm);
    if (
      !missing &&
      (this.#instancetypes.pin(vm) ||
        this.#power(vm, vmi) ||
        this.#memoryDumps.next(vm, vmi))
    ) {
      this.enqueue(objectKey(vm.metadata.namespace, vm.metadata.name!));
      return undefined;
    }
    this.#writeStatus(vm, vmi, missing);
    return undefined;
  }

  #writeStatus(
    vm: KubeObject,
    vmi: KubeObject | undefined,
    failure?: MissingType,
  ): void {
    const status = nextVmStatus({
      store: this.store,
      vm,
      vmi,
      failure,
      now: this.clock.now(),
    });
    if (!deepEqual(status, vm.status)) {
      this.client.changeStatus(R.vm, vm, copy => {
        copy.status = status;
      });
    }
  }

  #createDataVolume(vm: KubeObject): boolean {
    const { namespace, uid } = vm.metadata;
    const missing = (vm.spec.dataVolumeTemplates ?? []).find(
      (template: any) =>
        !this.store.get(R.dataVolume, namespace, template.metadata.name),
    );
    if (!missing || vm.status?.restoreInProgress) {
      return false;
    }
    const { name } = missing.metadata;
    this.client.create(R.dataVolume, {
      metadata: {
        ...deepCopy(missing.metadata),
        namespace,
        annotations: {
          ...missing.metadata.annotations,
          'cdi.kubevirt.io/allowClaimAdoption': 'true',
        },
        labels: {
          ...missing.metadata.labels,
          'kubevirt.io/created-by': uid,
        },
        ownerReferences: [controllerReference(vm)],
      },
      spec: deepCopy(missing.spec),
    });
    this.client.event({
      on: vm,
      type: 'Normal',
      reason: 'SuccessfulDataVolumeCreate',
      message: `Created DataVolume ${name}`,
      component: COMPONENT,
    });
    this.enqueue(objectKey(namespace, vm.metadata.name!));
    return true;
  }

  /** Starts or stops the instance. True when it wrote something. */
  #power(vm: KubeObject, vmi: KubeObject | undefined): boolean {
    const strategy = runStrategyOf(vm);
    const request = vm.status?.stateChangeRequests?.[0];
    if (request?.action === 'Stop' && vmi?.metadata.uid === request.uid) {
      return this.#stopInstance(vm, vmi!);
    }
    if (request?.action === 'Stop' && vmi?.metadata.uid !== request.uid) {
      return this.#dropRequest(vm);
    }
    if (request?.action === 'Start') {
      if (vmi && !isFinal(vmi)) {
        return this.#dropRequest(vm);
      }
      return vmi ? this.#stopInstance(vm, vmi) : this.#startInstance(vm);
    }
    switch (strategy) {
      case 'Halted':
        return vmi ? this.#stopInstance(vm, vmi) : false;
      case 'Always':
      case 'Once':
        if (isFinal(vmi)) {
          return strategy === 'Always' && this.#stopInstance(vm, vmi!);
        }
        return vmi ? false : this.#startInstance(vm);
      case 'RerunOnFailure':
        if (vmi?.status?.phase === 'Failed') {
          return this.#stopInstance(vm, vmi);
        }
        return false;
      default:
        return false;
    }
  }

  #dropRequest(vm: KubeObject): boolean {
    this.client.changeStatus(R.vm, vm, copy => {
      const rest = copy.status.stateChangeRequests.slice(1);
      if (rest.length > 0) {
        copy.status.stateChangeRequests = rest;
      } else {
        delete copy.status.stateChangeRequests;
      }
    });
    return true;
  }

  #disksAreReady(vm: KubeObject): boolean {
    return claimVolumes(vm).every(({ claim }) => {
      const { namespace } = vm.metadata;
      const dv = this.store.get(R.dataVolume, namespace, claim);
      const ready =
        !dv || ['Succeeded', 'WaitForFirstConsumer'].includes(dv.status?.phase);
      return ready && this.store.get(R.pvc, namespace, claim) !== undefined;
    });
  }

  #startInstance(vm: KubeObject): boolean {
    if (!this.#disksAreReady(vm)) {
      return false;
    }
    const { namespace, name, uid, generation } = vm.metadata;
    const revision = `revision-start-vm-${uid}-${generation}`;
    for (const old of this.store.list(R.revision, namespace)) {
      const outdated =
        old.metadata.name!.startsWith(`revision-start-vm-${uid}-`) &&
        old.metadata.name !== revision;
      if (outdated) {
        this.client.remove(R.revision, old);
      }
    }
    if (!this.store.get(R.revision, namespace, revision)) {
      this.client.create(R.revision, {
        metadata: {
          name: revision,
          namespace,
          ownerReferences: [controllerReference(vm)],
        },
        data: { spec: deepCopy(vm.spec) },
        revision: generation,
      });
    }
    const template = this.#instancetypes.apply(vm);
    this.client.create(R.vmi, {
      metadata: {
        name,
        namespace,
        annotations: {
          ...template.metadata?.annotations,
          'kubevirt.io/vm-generation': String(generation),
        },
        labels: template.metadata?.labels,
        finalizers: [FINALIZER, 'kubevirt.io/foregroundDeleteVirtualMachine'],
        ownerReferences: [controllerReference(vm)],
      },
      spec: { ...template.spec, volumes: volumesToStartWith(vm) },
      status: {
        guestOSInfo: {},
        phase: 'Pending',
        virtualMachineRevisionName: revision,
      },
    });
    this.client.event({
      on: vm,
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Started the virtual machine by creating the new virtual machine instance ${name}`,
      component: COMPONENT,
    });
    return true;
  }

  #stopInstance(vm: KubeObject, vmi: KubeObject): boolean {
    if (vmi.metadata.deletionTimestamp) {
      return false;
    }
    this.client.remove(R.vmi, vmi);
    this.client.event({
      on: vm,
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Stopped the virtual machine by deleting the virtual machine instance ${vmi.metadata.uid}`,
      component: COMPONENT,
    });
    return true;
  }

  #delete(vm: KubeObject): void {
    const vmi = this.store.get(R.vmi, vm.metadata.namespace, vm.metadata.name!);
    if (vmi) {
      if (!vmi.metadata.deletionTimestamp) {
        this.client.remove(R.vmi, vmi);
      }
      this.#writeStatus(vm, vmi);
      return;
    }
    if (vm.metadata.finalizers?.includes(FINALIZER)) {
      this.client.removeFinalizer(R.vm, vm, FINALIZER);
      return;
    }
    this.#writeStatus(vm, vmi);
  }
}
