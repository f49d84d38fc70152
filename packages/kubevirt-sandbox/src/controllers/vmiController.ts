// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import type { Node } from '../api/subresources';
import { toKubeTime } from '../clock';
import { DEFAULT_GUEST } from '../faults/conditions';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import { Controller, ControllerContext } from './controller';
import { HotplugSteps } from './hotplug';
import { InstanceState } from './instanceState';
import { conditionOf, isTrue } from './kubeConditions';
import { claimVolumes } from './volumes';

const FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';
const FOREGROUND = 'kubevirt.io/foregroundDeleteVirtualMachine';
const NODE = 'node-a';

/** Scheduler, kubelet, virt-launcher and virt-handler in one: what happens to a running instance. */
export class VmiController extends Controller implements Node {
  protected readonly resource = R.vmi;
  readonly #due = new Map<string, number>();
  readonly #hotplug: HotplugSteps;
  readonly #state: InstanceState;

  constructor(context: ControllerContext) {
    super(context);
    this.#hotplug = new HotplugSteps(context);
    this.#state = new InstanceState(context);
  }

  protected related(event: StoreEvent): string[] {
    return this.#state.instancesOf(event);
  }

  protected deleted(object: KubeObject): void {
    this.#hotplug.forget(object);
    this.#due.delete(`${object.metadata.uid} boot`);
    this.#due.delete(`${object.metadata.uid} stop`);
    this.#due.delete(`${object.metadata.uid} bury`);
  }

  protected reconcile(vmi: KubeObject): number | undefined {
    if (vmi.metadata.deletionTimestamp) {
      return this.#stop(vmi);
    }
    if (
      !vmi.metadata.annotations?.['kubevirt.io/latest-observed-api-version']
    ) {
      this.client.change(R.vmi, vmi, copy => {
        copy.metadata.annotations = {
          ...copy.metadata.annotations,
          'kubevirt.io/latest-observed-api-version': 'v1',
          'kubevirt.io/storage-observed-api-version': 'v1',
        };
      });
      return undefined;
    }
    switch (vmi.status?.phase) {
      case 'Pending':
        if (this.#state.isReady(vmi)) {
          this.#schedule(vmi);
        }
        return undefined;
      case 'Scheduling':
        this.#place(vmi);
        return undefined;
      case 'Scheduled':
        return this.#boot(vmi);
      case 'Running':
        return this.#run(vmi);
      default:
        return undefined;
    }
  }

  pause(vmi: KubeObject): void {
    this.#setConditions(vmi, [
      {
        type: 'Paused',
        status: 'True',
        reason: 'PausedByUser',
        message: 'VMI was paused by user',
        lastProbeTime: this.#now(),
        lastTransitionTime: this.#now(),
      },
    ]);
  }

  unpause(vmi: KubeObject): void {
    this.client.changeStatus(R.vmi, vmi, copy => {
      copy.status.conditions = copy.status.conditions.filter(
        (condition: any) => condition.type !== 'Paused',
      );
    });
  }

  freeze(vmi: KubeObject): void {
    const { freezeError } = this.#guest(vmi);
    if (!freezeError && !isTrue(vmi, 'AgentConnected')) {
      throw new Error(
        'command Freeze failed: "LibvirtError(Code=86, Domain=10, Message=\'Guest agent is not responding: QEMU guest agent is not connected\')"',
      );
    }
    if (freezeError) {
      this.client.event({
        on: vmi,
        type: 'Warning',
        reason: 'FreezeError',
        message: `Failed to freeze VMI: ${freezeError}`,
        component: 'virt-handler',
      });
      throw new Error(freezeError);
    }
    if (vmi.status?.fsFreezeStatus !== 'frozen') {
      this.client.changeStatus(R.vmi, vmi, copy => {
        copy.status.fsFreezeStatus = 'frozen';
      });
    }
  }

  unfreeze(vmi: KubeObject): void {
    const { unfreezeError } = this.#guest(vmi);
    if (unfreezeError) {
      throw new Error(unfreezeError);
    }
    if (vmi.status?.fsFreezeStatus) {
      this.client.changeStatus(R.vmi, vmi, copy => {
        delete copy.status.fsFreezeStatus;
      });
    }
  }

  /** The guest switches itself off. */
  shutdownFromInside(vmi: KubeObject): void {
    this.client.changeStatus(R.vmi, vmi, copy => {
      copy.status.phase = 'Succeeded';
    });
  }

  #guest(vmi: KubeObject) {
    const { namespace, name } = vmi.metadata;
    return this.context.conditions.guest(namespace!, name!);
  }

  #schedule(vmi: KubeObject): void {
    const { namespace, name, uid } = vmi.metadata;
    const pod = `virt-launcher-${name}-${uid!.slice(0, 5)}`;
    if (!this.store.get(R.pod, namespace, pod)) {
      this.client.create(R.pod, {
        metadata: {
          name: pod,
          namespace,
          labels: {
            ...vmi.metadata.labels,
            'kubevirt.io': 'virt-launcher',
            'kubevirt.io/created-by': uid!,
            'vm.kubevirt.io/name': name!,
          },
          ownerReferences: [controllerReference(vmi)],
        },
        spec: {
          containers: [{ name: 'compute', image: 'virt-launcher' }],
          nodeName: NODE,
          volumes: [
            ...claimVolumes({ spec: { template: { spec: vmi.spec } } }),
            ...this.#state.volumes(vmi),
          ].map(volume => ({
            name: volume.name,
            persistentVolumeClaim: { claimName: volume.claim },
          })),
        },
      });
      this.client.event({
        on: vmi,
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created virtual machine pod ${pod}`,
        component: 'virtualmachine-controller',
      });
    }
    const now = this.#now();
    this.client.changeStatus(R.vmi, vmi, copy => {
      copy.status.phase = 'Scheduling';
      copy.status.conditions = [
        {
          lastProbeTime: now,
          lastTransitionTime: now,
          message: 'Guest VM is not reported as running',
          reason: 'GuestNotRunning',
          status: 'False',
          type: 'Ready',
        },
        {
          lastProbeTime: null,
          lastTransitionTime: null,
          message: "All of the VMI's DVs are bound and ready",
          reason: 'AllDVsReady',
          status: 'True',
          type: 'DataVolumesReady',
        },
      ];
    });
  }

  #place(vmi: KubeObject): void {
    this.client.change(R.vmi, vmi, copy => {
      copy.metadata.labels = {
        ...copy.metadata.labels,
        'kubevirt.io/nodeName': NODE,
      };
      copy.status.phase = 'Scheduled';
      copy.status.nodeName = NODE;
      copy.status.volumeStatus = [
        ...(copy.spec.volumes ?? []).map((volume: any) => ({
          name: volume.name,
          target: '',
        })),
        ...this.#state.volumes(vmi).map(({ claim }) => ({
          name: 'persistent-state-for-this-vm',
          persistentVolumeClaimInfo: { claimName: claim },
          target: '',
        })),
      ];
    });
  }

  #boot(vmi: KubeObject): number | undefined {
    const guest = { ...DEFAULT_GUEST, ...this.#guest(vmi) };
    const wait = this.#wait(vmi, 'boot', guest.bootMs);
    if (wait > 0) {
      return wait;
    }
    const pod = this.#pod(vmi);
    if (pod && pod.status?.phase !== 'Running') {
      this.client.changeStatus(R.pod, pod, copy => {
        copy.status.phase = 'Running';
      });
    }
    const now = this.#now();
    this.client.changeStatus(R.vmi, vmi, copy => {
      copy.status.phase = 'Running';
      copy.status.conditions.push({
        lastProbeTime: null,
        lastTransitionTime: now,
        message: 'host model requires a matching node',
        reason: 'DisksNotLiveMigratable',
        status: 'False',
        type: 'LiveMigratable',
      });
      if (guest.agent !== false) {
        copy.status.conditions.push({
          lastProbeTime: null,
          lastTransitionTime: now,
          status: 'True',
          type: 'AgentConnected',
        });
        copy.status.guestOSInfo = {
          id: 'fedora',
          name: 'Fedora Linux',
          prettyName: 'Fedora Linux 42',
        };
      }
    });
    return undefined;
  }

  #run(vmi: KubeObject): number | undefined {
    if (!isTrue(vmi, 'Ready')) {
      this.#setConditions(vmi, [
        {
          lastProbeTime: null,
          lastTransitionTime: this.#now(),
          status: 'True',
          type: 'Ready',
        },
      ]);
      return undefined;
    }
    return this.#hotplug.next(vmi, this.#pod(vmi));
  }

  #stop(vmi: KubeObject): number | undefined {
    const ended = ['Succeeded', 'Failed'].includes(vmi.status?.phase);
    if (!ended && conditionOf(vmi, 'Ready')?.reason !== 'PodTerminating') {
      const pod = this.#pod(vmi);
      if (pod) {
        this.client.event({
          on: vmi,
          type: 'Normal',
          reason: 'SuccessfulDelete',
          message: `Deleted virtual machine pod ${pod.metadata.name}`,
          component: 'virtualmachine-controller',
        });
      }
      this.#setConditions(vmi, [
        {
          lastProbeTime: this.#now(),
          lastTransitionTime: this.#now(),
          message: 'virt-launcher pod is terminating',
          reason: 'PodTerminating',
          status: 'False',
          type: 'Ready',
        },
      ]);
      return undefined;
    }
    if (!ended) {
      const { stopMs } = { ...DEFAULT_GUEST, ...this.#guest(vmi) };
      const wait = this.#wait(vmi, 'stop', stopMs);
      if (wait > 0) {
        return wait;
      }
      this.client.changeStatus(R.vmi, vmi, copy => {
        copy.status.phase = 'Succeeded';
      });
      return undefined;
    }
    return this.#bury(vmi);
  }

  #bury(vmi: KubeObject): number | undefined {
    const { finalizers } = vmi.metadata;
    if (finalizers?.includes(FOREGROUND)) {
      const pod = this.#pod(vmi);
      if (pod) {
        this.client.remove(R.pod, pod);
      }
      this.client.change(R.vmi, vmi, copy => {
        copy.metadata.finalizers = finalizers.filter(
          entry => entry !== FOREGROUND,
        );
        const ready = (copy.status.conditions ?? []).find(
          (condition: any) => condition.type === 'Ready',
        );
        if (ready) {
          ready.reason = 'PodNotExists';
          ready.message = 'virt-launcher pod has not yet been scheduled';
        }
      });
      // the VM controller needs a moment to see the end before the instance goes; it shows as Stopped by then
      return 60;
    }
    if (finalizers?.includes(FINALIZER)) {
      const wait = this.#wait(vmi, 'bury', 60 * this.context.speed);
      if (wait > 0) {
        return wait;
      }
      this.client.removeFinalizer(R.vmi, vmi, FINALIZER);
    }
    return undefined;
  }

  #pod(vmi: KubeObject): KubeObject | undefined {
    const { namespace, name, uid } = vmi.metadata;
    return this.store.get(
      R.pod,
      namespace,
      `virt-launcher-${name}-${uid!.slice(0, 5)}`,
    );
  }

  #setConditions(vmi: KubeObject, conditions: any[]): void {
    this.client.changeStatus(R.vmi, vmi, copy => {
      const list = [...(copy.status.conditions ?? [])];
      for (const condition of conditions) {
        const index = list.findIndex(entry => entry.type === condition.type);
        if (index < 0) {
          list.push(condition);
        } else {
          list[index] = condition;
        }
      }
      copy.status.conditions = list;
    });
  }

  #wait(vmi: KubeObject, step: string, delayMs: number): number {
    const key = `${vmi.metadata.uid} ${step}`;
    const due =
      this.#due.get(key) ?? this.clock.now() + delayMs / this.context.speed;
    this.#due.set(key, due);
    return due - this.clock.now();
  }

  #now(): string {
    return toKubeTime(this.clock.now());
  }
}
