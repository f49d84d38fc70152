// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from 'kubevirt-sandbox';
import { ControlSurface } from './controlSurface';

export const CLUSTERS = ['demo-east', 'demo-west'] as const;
export type ClusterName = (typeof CLUSTERS)[number];

/** Storage class of the demo, and its delays as long as nobody changes them. */
const STORAGE_CLASS = 'fast';
const DELAYS = { cutMs: 1500, readyMs: 2500, bindMs: 300, importMs: 600 };

/** Time for the cluster to do what it was asked for, in milliseconds. */
const PATIENCE_MS = 20_000;

const SNAPSHOT = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
};
const RESTORE = { ...SNAPSHOT, kind: 'VirtualMachineRestore' };
const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const VMI = { ...VM, kind: 'VirtualMachineInstance' };
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const DATA_VOLUME = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'DataVolume',
};
const CLONE = {
  apiVersion: 'clone.kubevirt.io/v1beta1',
  kind: 'VirtualMachineClone',
};
const TEMPLATE = {
  apiVersion: 'template.kubevirt.io/v1beta1',
  kind: 'VirtualMachineTemplate',
};

/**
 * What restores, clones and templates add to a cluster; their claims go with
 * them, but those of a VM that was restored are its disks from then on.
 */
const MADE = [RESTORE, CLONE, TEMPLATE, VM];

/**
 * Namespaces whose names begin so belong to one test file each, which removes
 * them with all that is in them.
 */
export const OWN = 'own-';

const isOwn = ({ metadata }: KubeObject) =>
  metadata.namespace?.startsWith(OWN) ?? false;

/** What names a virtual machine in its cluster. */
export interface Vm {
  namespace: string;
  name: string;
}

/** A sandbox cluster as the tests deal with it. */
export class Sandbox extends ControlSurface {
  /** Finds the cluster that belongs to the portal under test. */
  static fromEnv(cluster: ClusterName): Sandbox {
    const { KUBEVIRT_SNAPSHOTS_DATA: data, ...env } = process.env;
    const url =
      env[`SANDBOX_${cluster.toUpperCase().replaceAll('-', '_')}_URL`];
    if (!data || !url) {
      throw new Error('Run the browser tests by `npm run test:e2e`');
    }
    const token = readFileSync(
      join(data, 'sandbox', cluster, 'admin.token'),
      'utf8',
    ).trim();
    return new Sandbox({ url, token });
  }

  vm(vm: Vm) {
    return this.get({ ...VM, ...vm });
  }

  vmi(vm: Vm) {
    return this.get({ ...VMI, ...vm });
  }

  snapshot({ namespace }: Vm, name: string) {
    return this.get({ ...SNAPSHOT, namespace, name });
  }

  removeSnapshot({ namespace }: Vm, name: string) {
    return this.remove({ ...SNAPSHOT, namespace, name });
  }

  /** Takes a snapshot behind the portal's back. */
  takeSnapshot({ namespace, name: vm }: Vm, name: string, spec: object = {}) {
    return this.create({
      ...SNAPSHOT,
      metadata: { namespace, name },
      spec: {
        source: { apiGroup: 'kubevirt.io', kind: VM.kind, name: vm },
        ...spec,
      },
    });
  }

  /** The same, and waits until it can be restored. */
  async takeFinishedSnapshot(vm: Vm, name: string) {
    await this.takeSnapshot(vm, name);
    await this.until(async () => {
      const snapshot = await this.snapshot(vm, name);
      const owner = await this.vm(vm);
      return snapshot?.status?.readyToUse && !owner?.status?.snapshotInProgress;
    });
  }

  /** The same, with a deadline that it does not keep. */
  async takeFailedSnapshot(vm: Vm, name: string) {
    const mend = await this.hangStorage(vm);
    await this.takeSnapshot(vm, name, { failureDeadline: '1s' });
    await this.until(async () => {
      const snapshot = await this.snapshot(vm, name);
      const owner = await this.vm(vm);
      return (
        snapshot?.status?.phase === 'Failed' &&
        !owner?.status?.snapshotInProgress
      );
    });
    await mend();
  }

  /** The storage of the VM's disks does nothing until it is mended. */
  hangStorage({ namespace, name }: Vm) {
    return this.failVolume({ namespace, claim: `^${name}-`, mode: 'hang' });
  }

  /** Begins a restore. As long as the VM runs it waits. */
  restore({ namespace, name: vm }: Vm, name: string, snapshot: string) {
    return this.create({
      ...RESTORE,
      metadata: { namespace, name },
      spec: {
        target: { apiGroup: 'kubevirt.io', kind: VM.kind, name: vm },
        virtualMachineSnapshotName: snapshot,
      },
    });
  }

  /** The restores of a namespace. */
  restores({ namespace }: Vm) {
    return this.list(RESTORE, namespace);
  }

  template({ namespace }: Vm, name: string) {
    return this.get({ ...TEMPLATE, namespace, name });
  }

  dataVolumes({ namespace }: Vm) {
    return this.list(DATA_VOLUME, namespace);
  }

  claims({ namespace }: Vm) {
    return this.list(CLAIM, namespace);
  }

  /** Claims of the VM's disks, as its spec names them. */
  async claimsOf(vm: Vm): Promise<string[]> {
    const { spec } = (await this.vm(vm)) ?? {};
    return (spec?.template.spec.volumes ?? []).flatMap(
      (volume: Record<string, any>) =>
        volume.dataVolume?.name ??
        volume.persistentVolumeClaim?.claimName ??
        [],
    );
  }

  /** Changes the VM's memory behind the portal's back. */
  async setMemory(vm: Vm, guest: string) {
    await this.patch(
      { ...VM, ...vm },
      { spec: { template: { spec: { domain: { memory: { guest } } } } } },
    );
  }

  async memoryOf(vm: Vm): Promise<string | undefined> {
    const { spec } = (await this.vm(vm)) ?? {};
    return spec?.template.spec.domain.memory?.guest;
  }

  async isRunning(vm: Vm): Promise<boolean> {
    return (await this.vmi(vm))?.status?.phase === 'Running';
  }

  /** Turns the VM on or off as its owner would. */
  async setRunStrategy(vm: Vm, runStrategy: 'Always' | 'Halted') {
    await this.patch({ ...VM, ...vm }, { spec: { runStrategy } });
    await this.until(
      async () =>
        ((await this.vmi(vm)) !== undefined) === (runStrategy === 'Always'),
    );
  }

  /** What the portal sent to take snapshots. */
  async takeRequests(since: number) {
    return await this.requests({
      since,
      method: 'POST',
      pathPattern: '/virtualmachinesnapshots$',
    });
  }

  /** What the portal, or anybody, has asked to be changed. */
  async writes(since: number) {
    const all = await this.requests({ since });
    return all.filter(({ method }) => method !== 'GET');
  }

  /** The cluster stops to answer, and what was open breaks off. */
  async goAway() {
    await this.setAnswering(false);
    await this.cutWatches();
  }

  async comeBack() {
    await this.setAnswering(true);
  }

  async slowStorage(delays: Partial<typeof DELAYS>) {
    await this.delayStorage(STORAGE_CLASS, delays);
  }

  /**
   * Remembers which snapshots there are. What it returns takes out faults,
   * delays, and the snapshots and restores that have come since.
   */
  async remember(): Promise<() => Promise<void>> {
    const lists = () =>
      Promise.all([SNAPSHOT, ...MADE].map(type => this.list(type)));
    const uids = new Set((await lists()).flat().map(s => s.metadata.uid));
    const isNew = (object: KubeObject) =>
      !uids.has(object.metadata.uid) && !isOwn(object);
    const added = async () => (await this.list(SNAPSHOT)).filter(isNew);
    return async () => {
      await this.clearFaults();
      await this.slowStorage(DELAYS);
      const [, ...made] = await lists();
      await this.#removeAll(made.flat().filter(isNew));
      await this.until(async () => {
        await this.#removeAll(
          (await added()).filter(s => !s.metadata.deletionTimestamp),
        );
        const vms = await this.list(VM);
        return (
          (await added()).length === 0 &&
          vms
            .filter(each => !isOwn(each))
            .every(
              ({ status }) =>
                !status?.snapshotInProgress && !status?.restoreInProgress,
            )
        );
      });
    };
  }

  async #removeAll(objects: KubeObject[]) {
    for (const { apiVersion, kind, metadata } of objects) {
      const { namespace, name } = metadata;
      await this.remove({ apiVersion, kind, namespace, name: name! });
    }
  }

  /** Waits for something in the cluster. */
  async until(test: () => Promise<unknown>) {
    const limit = Date.now() + PATIENCE_MS;
    while (!(await test())) {
      if (Date.now() > limit) {
        throw new Error(`The cluster did not get there: ${test}`);
      }
      await sleep(25);
    }
  }
}
