// SPDX-License-Identifier: Apache-2.0
import type {
  PowerAction,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import { allowed, off } from './vmView';

/**
 * Run strategies that KubeVirt starts by request. A stopped `Always`, `Once` or
 * `RerunOnFailure` VM that isn't listed here is about to start by itself.
 */
const STARTABLE = ['Halted', 'Manual', 'RerunOnFailure'];

/** Run strategies that KubeVirt stops by request. */
const STOPPABLE = ['Always', 'Once', 'Manual', 'RerunOnFailure'];

/**
 * Whether the VM can be started or stopped as it is. A VM is off exactly when
 * it has no instance.
 */
export function powerVerdict(vm: VmRecord, action: PowerAction): Verdict {
  const { name } = vm.ref;
  const strategy = vm.runStrategy ?? 'Unknown';
  if (action === 'start') {
    if (vm.running) {
      return off(
        'vm-running',
        strategy === 'Halted'
          ? `VM ${name} is still shutting down.`
          : `VM ${name} is running already.`,
      );
    }
    return STARTABLE.includes(strategy)
      ? allowed
      : off(
          'run-strategy',
          `VM ${name} has the run strategy ${strategy}, so KubeVirt starts it by itself.`,
        );
  }
  if (!vm.running) {
    return off('vm-stopped', `VM ${name} is off already.`);
  }
  if (strategy === 'Halted') {
    return off('vm-stopped', `VM ${name} is shutting down already.`);
  }
  return STOPPABLE.includes(strategy)
    ? allowed
    : off(
        'run-strategy',
        `VM ${name} has the run strategy ${strategy}, with which it can't be stopped here.`,
      );
}
