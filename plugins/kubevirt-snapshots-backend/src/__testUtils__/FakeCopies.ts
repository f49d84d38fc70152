// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type {
  CapturedPlan,
  CloneRecord,
  ClusterApis,
  ClusterCopies,
  DataVolumeRecord,
  TemplateRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';

/**
 * The part of the door that makes things, without a cluster: what is asked for
 * is there at once. What a real one does is tested against the sandbox.
 */
export class FakeCopies implements ClusterCopies {
  readonly #call: <T>(name: string, effect: () => T) => Promise<T>;
  readonly #clones = new Map<string, CloneRecord>();
  readonly #templates = new Map<string, TemplateRecord>();
  readonly #disks = new Map<string, DataVolumeRecord>();
  readonly #onVm: (name: string) => void;
  apisNow: ClusterApis | undefined = {
    clone: true,
    dataVolumes: true,
    template: 'kubevirt',
  };
  plan: CapturedPlan = {
    disks: [{ name: 'root', capacityBytes: 1 }],
    configuration: [],
    interfaces: [{ name: 'default', network: 'pod', fixedMac: false }],
    labels: {},
    annotationKeys: [],
    instanceLabels: {},
    uncaptured: [],
    backendStorage: false,
    userData: [],
    secretVolumes: [],
    plainClaims: [],
    sharedVolumes: [],
    slots: [],
    dropped: [],
    placeholders: [],
  };

  constructor(options: {
    call: <T>(name: string, effect: () => T) => Promise<T>;
    onVm: (name: string) => void;
  }) {
    this.#call = options.call;
    this.#onVm = options.onVm;
  }

  apis() {
    return this.apisNow;
  }
  async readApis() {
    return this.apisNow!;
  }
  async getPlan() {
    return this.plan;
  }
  async getClone({ name }: { name: string }) {
    return this.#clones.get(name);
  }
  async getCloneTrouble() {
    return undefined;
  }
  createClone: ClusterCopies['createClone'] = (intent, input) =>
    this.#call('createClone', () => {
      const clone: CloneRecord = {
        uid: randomUUID(),
        resourceVersion: '1',
        name: input.name,
        state: 'succeeded',
        targetName: input.target,
        operationId: intent.operationId,
        deleting: false,
      };
      this.#clones.set(input.name, clone);
      this.#onVm(input.target);
      return clone;
    });
  deleteClone: ClusterCopies['deleteClone'] = async (_, { name }) => {
    this.#clones.delete(name);
  };
  async deleteCloneLeftover() {
    return undefined;
  }
  async getTemplate(_: unknown, { name }: { name: string }) {
    return this.#templates.get(name);
  }
  createTemplate: ClusterCopies['createTemplate'] = async (intent, input) => {
    const template: TemplateRecord = {
      api: input.api,
      name: input.name,
      uid: randomUUID(),
      resourceVersion: '1',
      operationId: intent.operationId,
      deleting: false,
    };
    this.#templates.set(input.name, template);
    return template;
  };
  deleteTemplate: ClusterCopies['deleteTemplate'] = async (_, __, address) => {
    this.#templates.delete(address.name);
  };
  async getDataVolume({ name }: { name: string }) {
    return this.#disks.get(name);
  }
  async isClaimNameTaken() {
    return false;
  }
  createTemplateDisk: ClusterCopies['createTemplateDisk'] = (intent, input) =>
    this.#call('createTemplateDisk', () => {
      const disk: DataVolumeRecord = {
        name: input.name,
        uid: randomUUID(),
        resourceVersion: '1',
        phase: 'Succeeded',
        operationId: intent.operationId,
        owners: [],
        deleting: false,
      };
      this.#disks.set(input.name, disk);
      return disk;
    });
  handDataVolumeOver: ClusterCopies['handDataVolumeOver'] = async (
    _,
    { name },
    __,
    owner,
  ) => {
    this.#disks.get(name)!.owners.push(owner.uid);
  };
  deleteDataVolume: ClusterCopies['deleteDataVolume'] = async (_, { name }) => {
    this.#disks.delete(name);
  };
}
