// SPDX-License-Identifier: Apache-2.0
import { runStrategyOf } from '../api/admission/vmWebhooks';
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import { deepCopy, deepEqual } from '../json';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { conditionOf, isTrue, KubeCondition } from './kubeConditions';
import { claimVolumes } from './volumes';

type Input = {
  store: ObjectStore;
  vm: KubeObject;
  vmi: KubeObject | undefined;
  now: number;
  /** Why the machine cannot be started. */
  failure?: { reason: string; message: string };
};

function isProvisioning({ store, vm }: Input): boolean {
  return (vm.spec.dataVolumeTemplates ?? []).some((template: any) => {
    const dv = store.get(
      R.dataVolume,
      vm.metadata.namespace,
      template.metadata.name,
    );
    const phase = dv?.status?.phase;
    return dv && !['Succeeded', 'WaitForFirstConsumer'].includes(phase);
  });
}

function isMissingClaim({ store, vm }: Input): boolean {
  return claimVolumes(vm).some(
    ({ claim }) => !store.get(R.pvc, vm.metadata.namespace, claim),
  );
}

/** First match wins, in KubeVirt's order. */
function printableStatus(input: Input): string {
  const { vm, vmi } = input;
  const phase = vmi?.status?.phase;
  const ended = ['Succeeded', 'Failed'].includes(phase);
  if (vm.metadata.deletionTimestamp) {
    return 'Terminating';
  }
  if (vmi?.metadata.deletionTimestamp && !ended) {
    return 'Stopping';
  }
  if (phase === 'Running') {
    return isTrue(vmi, 'Paused') ? 'Paused' : 'Running';
  }
  const wanted = ['Always', 'Once'].includes(runStrategyOf(vm));
  if (wanted && isMissingClaim(input)) {
    return 'ErrorPvcNotFound';
  }
  if (!vmi && isProvisioning(input)) {
    return 'Provisioning';
  }
  if (vmi && !ended) {
    return 'Starting';
  }
  return 'Stopped';
}

function readyCondition(
  { vm, vmi }: Input,
  now: string,
): KubeCondition | undefined {
  const found = vmi && conditionOf(vmi, 'Ready');
  if (found) {
    return found;
  }
  const [reason, message] = vmi
    ? ['VMIConditionMissing', 'VMI is missing the Ready condition']
    : ['VMINotExists', 'VMI does not exist'];
  const before = conditionOf(vm, 'Ready');
  return before?.reason === reason
    ? before
    : {
        type: 'Ready',
        status: 'False',
        reason,
        message,
        lastProbeTime: now,
        lastTransitionTime: now,
      };
}

/** The spec differs from the one the guest was started with. */
function restartRequired(input: Input, now: string): KubeCondition[] {
  const { store, vm, vmi } = input;
  const revision = vmi?.status?.virtualMachineRevisionName;
  const started =
    revision && store.get(R.revision, vm.metadata.namespace, revision);
  if (!started) {
    return [];
  }
  const bare = (spec: any) => {
    const copy = deepCopy(spec.template.spec);
    delete copy.volumes;
    delete copy.domain?.devices?.disks;
    return copy;
  };
  const [before, after] = [bare(started.data.spec), bare(vm.spec)];
  if (deepEqual(before, after)) {
    return [];
  }
  const memory = !deepEqual(before.domain?.memory, after.domain?.memory);
  const known = conditionOf(vm, 'RestartRequired');
  return [
    known ?? {
      type: 'RestartRequired',
      status: 'True',
      message: memory
        ? 'memory updated in template spec. Memory-hotplug is only available for migratable VMs'
        : 'a non-live-updatable field was changed in the template spec',
      lastProbeTime: null,
      lastTransitionTime: now,
    },
  ];
}

function failureCondition({ vm, failure }: Input, now: string) {
  if (!failure) {
    return [];
  }
  const known = conditionOf(vm, 'Failure');
  return [
    known?.message === failure.message
      ? known
      : {
          type: 'Failure',
          status: 'True',
          ...failure,
          lastProbeTime: null,
          lastTransitionTime: now,
        },
  ];
}

/** The status that the VM controller would write now. */
export function nextVmStatus(input: Input): any {
  const { vm, vmi } = input;
  const now = toKubeTime(input.now);
  const status = deepCopy(vm.status ?? {});
  status.printableStatus = printableStatus(input);
  const copied = (vmi?.status?.conditions ?? []).filter(
    (condition: KubeCondition) =>
      !['Ready', 'Failure', 'RestartRequired'].includes(condition.type),
  );
  const kept = vmi
    ? []
    : (status.conditions ?? []).filter((condition: KubeCondition) =>
        // conditions of the last instance stay until the next one starts
        ['DataVolumesReady', 'LiveMigratable', 'AgentConnected'].includes(
          condition.type,
        ),
      );
  const ready = readyCondition(input, now);
  status.conditions = [
    ...(ready ? [ready] : []),
    ...copied,
    ...kept,
    ...restartRequired(input, now),
    ...failureCondition(input, now),
  ];
  const flag = (name: string, on: boolean) => {
    if (on) {
      status[name] = true;
    } else {
      delete status[name];
    }
  };
  flag('created', vmi !== undefined);
  flag('ready', isTrue(vmi, 'Ready'));
  if (vmi || status.desiredGeneration !== undefined) {
    status.desiredGeneration = vm.metadata.generation;
  }
  if (vmi) {
    const started = vmi.metadata.annotations?.['kubevirt.io/vm-generation'];
    status.observedGeneration = Number(started ?? vm.metadata.generation);
  }
  if (vmi || status.runStrategy !== undefined) {
    status.runStrategy = runStrategyOf(vm);
  }
  return status;
}
