// SPDX-License-Identifier: Apache-2.0
import { distill, Step } from '../golden/steps';
import type { Sandbox } from '../types';
import { openWatch, RunningWatch } from './watch';

const PATHS: Record<string, string> = {
  // of the core group
  PersistentVolumeClaim: '/v1/persistentvolumeclaims',
  VirtualMachine: 'kubevirt.io/v1/virtualmachines',
  VirtualMachineInstance: 'kubevirt.io/v1/virtualmachineinstances',
  VirtualMachineSnapshot:
    'snapshot.kubevirt.io/v1beta1/virtualmachinesnapshots',
  VirtualMachineSnapshotContent:
    'snapshot.kubevirt.io/v1beta1/virtualmachinesnapshotcontents',
  VirtualMachineRestore: 'snapshot.kubevirt.io/v1beta1/virtualmachinerestores',
  VirtualMachineClone: 'clone.kubevirt.io/v1beta1/virtualmachineclones',
  VolumeSnapshot: 'snapshot.storage.k8s.io/v1/volumesnapshots',
};

/** Watches a namespace through the API, as a client would, and tells what happened step by step. */
export class Recorder {
  readonly #watches: RunningWatch[];
  readonly #kinds: string[];

  static async start(
    sandbox: Sandbox,
    namespace: string,
    kinds: string[],
  ): Promise<Recorder> {
    const watches = await Promise.all(
      kinds.map(kind => {
        const [group, version, plural] = PATHS[kind].split('/');
        return openWatch(
          sandbox,
          `/${
            group ? `apis/${group}` : 'api'
          }/${version}/namespaces/${namespace}/${plural}`,
        );
      }),
    );
    return new Recorder(watches, kinds);
  }

  private constructor(watches: RunningWatch[], kinds: string[]) {
    this.#watches = watches;
    this.#kinds = kinds;
  }

  /** Steps after a resourceVersion, in the order of the writes. */
  steps(since: number): Step[] {
    const version = (object: { metadata: { resourceVersion?: string } }) =>
      Number(object.metadata.resourceVersion);
    const events = this.#watches
      .flatMap(watch => watch.events)
      .sort((a, b) => version(a.object) - version(b.object));
    const all = distill(
      events.map(event => ({ ...event, at: version(event.object) })),
      this.#kinds,
    );
    return all.filter(step => step.at > since);
  }

  close(): void {
    this.#watches.forEach(watch => watch.close());
  }
}
