// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { readVmProviders, type VmProviderConfig } from './readVmProviders';
import { vmEntityRef } from './vmEntityName';

/**
 * Which VMs the portal's own catalog providers add to the catalog, and as
 * which entities. The module that provides them and the backend that binds
 * them read it here, so that they can't differ.
 *
 * @public
 */
export class ProvidedVms {
  /** In the order of the configuration. */
  readonly providers: readonly VmProviderConfig[];

  /**
   * Reads `catalog.providers.kubevirt`.
   *
   * @throws InputError that names the key and what to do
   */
  static fromConfig(config: Config): ProvidedVms {
    return new ProvidedVms(readVmProviders(config));
  }

  private constructor(providers: VmProviderConfig[]) {
    this.providers = providers;
  }

  /**
   * Id of the provider that adds this VM. Where the filters of several take
   * it, that is the first of them, so that they never quarrel over an entity.
   */
  providerOf(vm: {
    ref: VmRef;
    labels: Record<string, string>;
  }): string | undefined {
    return this.providers.find(provider => takes(provider, vm))?.id;
  }

  /**
   * Ref of the entity that a provider makes of this VM, for `providedEntityRef`
   * of {@link bindEntity}. undefined when none does.
   */
  entityRefOf(vm: {
    ref: VmRef;
    labels: Record<string, string>;
  }): string | undefined {
    return this.providerOf(vm) === undefined ? undefined : vmEntityRef(vm.ref);
  }
}

function takes(
  provider: VmProviderConfig,
  vm: { ref: VmRef; labels: Record<string, string> },
): boolean {
  const { cluster, namespace } = vm.ref;
  return (
    provider.cluster === cluster &&
    (provider.namespaces?.includes(namespace) ?? true) &&
    !provider.exclude.includes(namespace) &&
    (provider.labelSelector?.matches(vm.labels) ?? true)
  );
}
