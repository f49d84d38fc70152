// SPDX-License-Identifier: Apache-2.0
import { ObjectApi } from '../api/objectApi';
import { R } from '../api/resources';
import { Subresources } from '../api/subresources';
import { Tokens } from '../api/tokens';
import type { Clock } from '../clock';
import { Conditions } from '../faults/conditions';
import { VolumeFaults } from '../faults/faultInjector';
import { ObjectStore } from '../storage/objectStore';
import { ClaimController } from './claimController';
import { CloneController } from './cloneController';
import { ClusterClient } from './clusterClient';
import { ContentController } from './contentController';
import { Controller, ControllerContext } from './controller';
import { CsiController } from './csiController';
import { DataVolumeController } from './dataVolumeController';
import { GarbageCollector } from './garbageCollector';
import { NamespaceController } from './namespaceController';
import { RestoreController } from './restoreController';
import { SnapshotController } from './snapshotController';
import { TemplateController } from './templateController';
import { TokenSecretController } from './tokenSecretController';
import { VmController } from './vmController';
import { VmiController } from './vmiController';

/** All controllers of the cluster. */
export class ControllerManager {
  readonly subresources: Subresources;
  readonly #store: ObjectStore;
  readonly #controllers: Controller[];
  readonly #collector: GarbageCollector;
  readonly #instances: VmiController;

  constructor(options: {
    store: ObjectStore;
    api: ObjectApi;
    clock: Clock;
    conditions: Conditions;
    volumeFaults: VolumeFaults;
    tokens: Tokens;
    speed: number;
  }) {
    const { store, api, clock } = options;
    this.#store = store;
    const client = new ClusterClient({ store, api, clock });
    const context: ControllerContext = { ...options, client };
    this.#instances = new VmiController(context);
    const subresources = new Subresources({
      store,
      api,
      node: this.#instances,
    });
    this.subresources = subresources;
    const csi = new CsiController(context);
    const claims = new ClaimController(context);
    const dataVolumes = new DataVolumeController(context);
    this.#controllers = [
      new NamespaceController(context),
      new TokenSecretController(context, { tokens: options.tokens }),
      claims,
      dataVolumes,
      csi,
      new VmController(context),
      this.#instances,
      new ContentController(context, { subresources }),
      new SnapshotController(context),
      new RestoreController(context, { subresources }),
      new CloneController(context),
      new TemplateController(context),
    ];
    this.#collector = new GarbageCollector({ store, client, clock });
    options.volumeFaults.onChange(() => {
      csi.resync();
      claims.resync();
      dataVolumes.resync();
    });
  }

  start(): void {
    this.#controllers.forEach(controller => controller.start());
    this.#collector.start();
  }

  stop(): void {
    this.#controllers.forEach(controller => controller.stop());
    this.#collector.stop();
  }

  /** @throws Error when the machine does not run */
  shutdownFromInside(namespace: string, name: string): void {
    const vmi = this.#store.get(R.vmi, namespace, name);
    if (vmi?.status?.phase !== 'Running') {
      throw new Error(`${namespace}/${name} does not run`);
    }
    this.#instances.shutdownFromInside(vmi);
  }
}
