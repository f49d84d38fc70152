// SPDX-License-Identifier: Apache-2.0
import {
  checkTemplateName,
  checkVmName,
  MAX_TEMPLATE_NAME_LENGTH,
  suggestFreeName,
  type NameCheck,
  type TemplateApi,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  templateDiskName,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import type { VmAccess } from '../authorization/VmGate';
import { conflict } from '../errors';
import type { OperationIndex } from '../operations/OperationIndex';

/** Names of VMs and templates to be made: which are free. */
export class CopyNames {
  readonly #index: OperationIndex;
  readonly #cluster: ClusterService;

  constructor(options: { index: OperationIndex; cluster: ClusterService }) {
    this.#index = options.index;
    this.#cluster = options.cluster;
  }

  /** Whether a VM may get this name, asked of the cache. */
  checkVmName(access: VmAccess, name: string): NameCheck {
    const { namespace } = access.ref;
    const ref = { ...access.ref, name };
    if (checkVmName(name)) {
      return { free: false, reason: 'That is no name for a VM' };
    }
    if (this.#cluster.vm(ref)) {
      return {
        name,
        free: false,
        reason: `There is a VM ${name} in namespace ${namespace}`,
      };
    }
    return this.#cluster.unfinishedUses(ref).length > 0
      ? {
          name,
          free: false,
          reason: `A VM ${name} is being made in namespace ${namespace}`,
        }
      : { name, free: true };
  }

  /** Whether a template may get this name; asks the cluster. */
  async checkTemplateName(access: VmAccess, name: string): Promise<NameCheck> {
    const { cluster, namespace } = access.ref;
    if (checkTemplateName(name)) {
      return { free: false, reason: 'That is no name for a template' };
    }
    const api = this.#cluster.copies.apis(cluster)?.template;
    const taken =
      api !== undefined &&
      (await fromCluster(cluster, () =>
        this.#cluster.copies.getTemplate(api, { cluster, namespace, name }),
      ));
    return taken
      ? {
          name,
          free: false,
          reason: `There is a template ${name} in namespace ${namespace}`,
        }
      : { name, free: true };
  }

  /** @throws ConflictError when a new VM can't have it, asked of the cluster. */
  async refuseTakenVm(access: VmAccess, name: string): Promise<void> {
    const cached = this.checkVmName(access, name);
    const live =
      cached.free &&
      (await fromCluster(access.ref.cluster, () =>
        this.#cluster.getVm({ ...access.ref, name }),
      ));
    if (!cached.free || live) {
      throw conflict(
        `${
          cached.reason ??
          `There is a VM ${name} in namespace ${access.ref.namespace}`
        }.`,
        { code: 'name-taken', field: 'name' },
      );
    }
  }

  /** @throws ConflictError when a new template or one of its disks can't have it. */
  async refuseTakenTemplate(
    access: VmAccess,
    name: string,
    wanted: { api: TemplateApi; volumes: string[] },
  ): Promise<void> {
    const { cluster, namespace } = access.ref;
    const { copies } = this.#cluster;
    const template = await fromCluster(cluster, () =>
      copies.getTemplate(wanted.api, { cluster, namespace, name }),
    );
    if (template) {
      throw conflict(`There is a template ${name} in namespace ${namespace}.`, {
        code: 'name-taken',
        field: 'name',
      });
    }
    for (const volume of wanted.volumes) {
      const disk = { cluster, namespace, name: templateDiskName(name, volume) };
      const taken = await fromCluster(
        cluster,
        async () =>
          (await copies.getDataVolume(disk)) !== undefined ||
          (await copies.isClaimNameTaken(disk)),
      );
      if (taken) {
        throw conflict(
          `There is a volume ${disk.name} in namespace ${namespace}, which the template would need for its disk ${volume}.`,
          { code: 'name-taken', field: 'name' },
        );
      }
    }
  }

  /** A name that a new template can have. */
  async freeTemplateName(
    access: VmAccess,
    api: TemplateApi | undefined,
  ): Promise<string> {
    const taken = new Set(
      this.#index
        .ofVm(access.ref)
        .filter(({ type }) => type === 'template')
        .map(({ target }) => target),
    );
    for (;;) {
      const name = suggestFreeName({
        base: access.ref.name,
        suffix: 'template',
        maxLength: MAX_TEMPLATE_NAME_LENGTH,
        isTaken: candidate => taken.has(candidate),
      });
      if (!api || (await this.checkTemplateName(access, name)).free) {
        return name;
      }
      taken.add(name);
    }
  }
}
