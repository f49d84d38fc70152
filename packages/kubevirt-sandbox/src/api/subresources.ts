// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { badAction, missing, refused, VM, VMI } from './actionErrors';
import { runStrategyOf } from './admission/vmWebhooks';
import { MemoryDumpRequest, MemoryDumps } from './memoryDumps';
import { ObjectApi, UserInfo } from './objectApi';
import { R, resourceByKey } from './resources';
import { ApiError, internalError } from './status';

/** What the node does for virt-api; implemented by the fake virt-handler. */
export interface Node {
  pause(vmi: KubeObject): void;
  unpause(vmi: KubeObject): void;
  /** @throws Error with the node's text */
  freeze(vmi: KubeObject): void;
  unfreeze(vmi: KubeObject): void;
}

function isFinal(vmi: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(vmi.status?.phase);
}

export function hasCondition(object: KubeObject, type: string): boolean {
  return (object.status?.conditions ?? []).some(
    (condition: any) => condition.type === type && condition.status === 'True',
  );
}

/** virt-api's start, stop, restart, pause, unpause, freeze, unfreeze, memorydump and removememorydump. */
export class Subresources {
  readonly #store: ObjectStore;
  readonly #api: ObjectApi;
  readonly #node: Node;
  readonly #memoryDumps: MemoryDumps;

  constructor(options: { store: ObjectStore; api: ObjectApi; node: Node }) {
    this.#store = options.store;
    this.#api = options.api;
    this.#node = options.node;
    this.#memoryDumps = new MemoryDumps(options);
  }

  /**
   * @returns the HTTP code of the (empty) success, or undefined when there is no such action
   * @throws ApiError
   */
  run(
    resource: string,
    action: string,
    namespace: string,
    name: string,
    body: any,
    user: UserInfo,
  ): number | undefined {
    const dryRun = (body?.dryRun ?? []).includes('All');
    switch (`${resource}/${action}`) {
      case 'virtualmachines/start':
        this.start(namespace, name, user, dryRun);
        return 202;
      case 'virtualmachines/stop':
        this.stop(namespace, name, user, { dryRun, ...body });
        return 202;
      case 'virtualmachines/restart':
        this.#restart(namespace, name, user, body, dryRun);
        return 202;
      case 'virtualmachines/memorydump':
        this.#requestDump(
          namespace,
          name,
          this.#memoryDumps.request(namespace, name, body),
          user,
        );
        return 202;
      case 'virtualmachines/removememorydump':
        this.#requestDump(
          namespace,
          name,
          this.#memoryDumps.removal(namespace, name),
          user,
        );
        return 202;
      case 'virtualmachineinstances/pause':
        this.#pause(namespace, name, dryRun);
        return 200;
      case 'virtualmachineinstances/unpause':
        this.#unpause(namespace, name, dryRun);
        return 200;
      case 'virtualmachineinstances/freeze':
      case 'virtualmachineinstances/unfreeze':
        this.freeze(namespace, name, action as 'freeze' | 'unfreeze');
        return 200;
      default:
        return undefined;
    }
  }

  start(namespace: string, name: string, user: UserInfo, dryRun = false) {
    const vm = this.#vm(namespace, name);
    const vmi = this.#store.get(R.vmi, namespace, name);
    if (vmi && !isFinal(vmi) && !vmi.metadata.deletionTimestamp) {
      throw refused(VM, name, 'VM is already running');
    }
    const strategy = runStrategyOf(vm);
    if (strategy === 'Halted') {
      this.#setStrategy(vm, 'Always', user, dryRun);
    } else if (['Manual', 'RerunOnFailure'].includes(strategy)) {
      this.#request(vm, [{ action: 'Start' }], user, dryRun);
    } else {
      throw refused(
        VM,
        name,
        `${strategy} does not support manual start requests`,
      );
    }
  }

  stop(
    namespace: string,
    name: string,
    user: UserInfo,
    options: { gracePeriod?: number; dryRun?: boolean } = {},
  ) {
    const vm = this.#vm(namespace, name);
    const vmi = this.#store.get(R.vmi, namespace, name);
    const strategy = runStrategyOf(vm);
    if ((!vmi || isFinal(vmi)) && !['Always', 'Once'].includes(strategy)) {
      throw refused(VM, name, 'VM is not running');
    }
    if (strategy === 'Halted') {
      const current =
        vmi!.spec?.terminationGracePeriodSeconds ?? Number.MAX_SAFE_INTEGER;
      if (options.gracePeriod === undefined || options.gracePeriod >= current) {
        throw refused(
          VM,
          name,
          'Halted only supports manual stop requests with a shorter graceperiod',
        );
      }
    } else if (['Manual', 'RerunOnFailure'].includes(strategy)) {
      this.#request(
        vm,
        [{ action: 'Stop', uid: vmi!.metadata.uid }],
        user,
        options.dryRun,
      );
    } else {
      this.#setStrategy(vm, 'Halted', user, options.dryRun);
    }
  }

  /** @throws ApiError; what the node reports becomes a 500 */
  freeze(namespace: string, name: string, action: 'freeze' | 'unfreeze') {
    const vmi = this.#runningVmi(
      namespace,
      name,
      action === 'freeze' ? 'VM is not running' : 'VMI is not running',
    );
    try {
      this.#node[action](vmi);
    } catch (error) {
      throw internalError(
        `unexpected return code 400 (400 Bad Request), message: ${
          (error as Error).message
        }`,
      );
    }
  }

  #restart(
    namespace: string,
    name: string,
    user: UserInfo,
    body: any,
    dryRun: boolean,
  ) {
    if (
      body?.gracePeriodSeconds !== undefined &&
      body.gracePeriodSeconds !== 0
    ) {
      throw badAction(
        'For force restart, only gracePeriod=0 is supported for now',
      );
    }
    const vm = this.#vm(namespace, name);
    const strategy = runStrategyOf(vm);
    if (['Halted', 'Once'].includes(strategy)) {
      throw refused(
        VM,
        name,
        `RunStategy ${strategy} does not support manual restart requests`,
      );
    }
    const vmi = this.#store.get(R.vmi, namespace, name);
    if (!vmi || isFinal(vmi)) {
      throw refused(VM, name, `VM is not running: ${strategy}`);
    }
    this.#request(
      vm,
      [{ action: 'Stop', uid: vmi.metadata.uid }, { action: 'Start' }],
      user,
      dryRun,
    );
  }

  #pause(namespace: string, name: string, dryRun: boolean) {
    const vmi = this.#runningVmi(namespace, name, 'VM is not running');
    if (hasCondition(vmi, 'Paused')) {
      throw refused(VMI, name, 'VMI is already paused');
    }
    if (!dryRun) {
      this.#node.pause(vmi);
    }
  }

  #unpause(namespace: string, name: string, dryRun: boolean) {
    const vmi = this.#runningVmi(namespace, name, 'VMI is not running');
    if (!hasCondition(vmi, 'Paused')) {
      throw refused(VMI, name, 'VMI is not paused');
    }
    const vm = this.#store.get(R.vm, namespace, name);
    if (vm?.status?.snapshotInProgress) {
      throw refused(VMI, name, 'VM snapshot is in progress');
    }
    if (!dryRun) {
      this.#node.unpause(vmi);
    }
  }

  #requestDump(
    namespace: string,
    name: string,
    request: MemoryDumpRequest,
    user: UserInfo,
  ) {
    const path = '/status/memoryDumpRequest';
    const op = 'add'; // replaces what is there
    this.#patch(
      this.#vm(namespace, name),
      [{ op, path, value: request }],
      user,
      false,
      'status',
    );
  }

  #vm(namespace: string, name: string): KubeObject {
    const vm = this.#store.get(R.vm, namespace, name);
    if (!vm) {
      throw missing(VM, name);
    }
    return vm;
  }

  #runningVmi(namespace: string, name: string, otherwise: string): KubeObject {
    const vmi = this.#store.get(R.vmi, namespace, name);
    if (!vmi) {
      throw missing(VMI, name);
    }
    if (vmi.status?.phase !== 'Running') {
      throw refused(VMI, name, otherwise);
    }
    return vmi;
  }

  #setStrategy(
    vm: KubeObject,
    strategy: 'Always' | 'Halted',
    user: UserInfo,
    dryRun?: boolean,
  ) {
    const spec =
      vm.spec.running === undefined
        ? { runStrategy: strategy }
        : { running: strategy === 'Always' };
    this.#patch(vm, { spec }, user, dryRun);
  }

  #request(
    vm: KubeObject,
    requests: object[],
    user: UserInfo,
    dryRun?: boolean,
  ) {
    this.#patch(
      vm,
      { status: { stateChangeRequests: requests } },
      user,
      dryRun,
      'status',
    );
  }

  #patch(
    vm: KubeObject,
    patch: object,
    user: UserInfo,
    dryRun?: boolean,
    subresource?: 'status',
  ) {
    try {
      this.#api.patch(
        resourceByKey(R.vm),
        vm.metadata.namespace,
        vm.metadata.name!,
        Array.isArray(patch)
          ? 'application/json-patch+json'
          : 'application/merge-patch+json',
        patch,
        { user, dryRun, subresource },
      );
    } catch (error) {
      if (error instanceof ApiError) {
        throw internalError(error.message);
      }
      throw error;
    }
  }
}
