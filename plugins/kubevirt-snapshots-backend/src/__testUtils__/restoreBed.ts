// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import type {
  OperationView,
  RestorePlan,
  RestoreSnapshotRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { DefaultClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import {
  fleetName,
  FLEET_NAMESPACE,
  fleetSeed,
  startSandbox,
  type KubeObject,
  type Sandbox,
} from 'kubevirt-sandbox';
import request from 'supertest';
import { headers, startPlugin, vmEntity } from './startPlugin';
import { until } from './until';

export const CLUSTER = 'bed';
const ROOT = resolve(__dirname, '../../../..');

const GROUPS: Record<string, string> = {
  VirtualMachine: 'kubevirt.io/v1',
  VirtualMachineInstance: 'kubevirt.io/v1',
  VirtualMachineSnapshot: 'snapshot.kubevirt.io/v1beta1',
  VirtualMachineSnapshotContent: 'snapshot.kubevirt.io/v1beta1',
  VirtualMachineRestore: 'snapshot.kubevirt.io/v1beta1',
  PersistentVolumeClaim: 'v1',
  DataVolume: 'cdi.kubevirt.io/v1beta1',
  ResourceQuota: 'v1',
};

/** One VM of the bed, as people act on it. */
export class Machine {
  readonly #bed: RestoreBed;
  readonly name: string;

  constructor(bed: RestoreBed, name: string) {
    this.#bed = bed;
    this.name = name;
  }

  get door(): string {
    return `/entities/resource/default/${this.name}`;
  }

  get snapshot(): string {
    return `${this.name}-s0`;
  }

  get vm(): KubeObject {
    return this.#bed.get('VirtualMachine', this.name)!;
  }

  get uid(): string {
    return this.vm.metadata.uid!;
  }

  get running(): boolean {
    return (
      this.#bed.get('VirtualMachineInstance', this.name)?.status?.phase ===
      'Running'
    );
  }

  /** Claims by volume. */
  get claims(): Record<string, string> {
    return Object.fromEntries(
      this.vm.spec.template.spec.volumes.flatMap((volume: any) => {
        const claim =
          volume.dataVolume?.name ?? volume.persistentVolumeClaim?.claimName;
        return claim ? [[volume.name, claim]] : [];
      }),
    );
  }

  /** Changes the VM as an administrator of the cluster would. */
  change(edit: (vm: any) => void): void {
    const vm = structuredClone(this.vm);
    edit(vm);
    this.#bed.sandbox.objects.update(vm);
  }

  async cacheHas(test: (vm: any) => unknown): Promise<void> {
    const ref = {
      cluster: CLUSTER,
      namespace: FLEET_NAMESPACE,
      name: this.name,
    };
    await until(
      () => this.#bed.service.vm(ref),
      vm => vm && test(vm),
    );
  }

  async power(action: 'start' | 'stop'): Promise<OperationView> {
    const { body } = await this.#bed
      .http('post', `${this.door}/power`, 'platform')
      .send({ operationId: randomUUID(), vmUid: this.uid, action })
      .expect(202);
    return this.settled(body.operation.id);
  }

  async start(): Promise<void> {
    await this.power('start');
    await until(
      () => this.running,
      running => running,
    );
    await this.cacheHas(vm => vm.running);
  }

  async plan(
    volumes = 'new-names',
    role = 'owner',
    snapshot = this.snapshot,
  ): Promise<RestorePlan> {
    const { body } = await this.#bed
      .http(
        'get',
        `${this.door}/snapshots/${snapshot}/restore-plan?volumes=${volumes}`,
        role,
      )
      .expect(200);
    return body;
  }

  /** A request for what the plan says, with its defaults. */
  async wanted(
    change: Partial<RestoreSnapshotRequest> = {},
  ): Promise<RestoreSnapshotRequest> {
    const plan = await this.plan(change.volumes);
    return {
      operationId: randomUUID(),
      vmUid: plan.vmUid,
      snapshotUid: plan.snapshot.uid,
      planHash: plan.hash,
      ...plan.defaults,
      typedName: this.name,
      acknowledgedNames: plan.gitOps?.names.map(({ claim }) => claim),
      ...change,
    };
  }

  send(body: RestoreSnapshotRequest, role = 'owner', snapshot = this.snapshot) {
    return this.#bed
      .http('post', `${this.door}/snapshots/${snapshot}/restore`, role)
      .send(body);
  }

  /** Asks for a restore. */
  async restore(
    change: Partial<RestoreSnapshotRequest> = {},
  ): Promise<OperationView> {
    const { body } = await this.send(await this.wanted(change)).expect(202);
    return body.operation;
  }

  async operation(id: string): Promise<OperationView> {
    const { body } = await this.#bed
      .http('get', `${this.door}/operations/${id}`, 'platform')
      .expect(200);
    return body;
  }

  settled(id: string): Promise<OperationView> {
    return until(
      () => this.operation(id),
      operation => operation.finishedAt !== undefined,
    );
  }

  /** Waits until a restore is in a step. */
  inStep(id: string, step: string): Promise<OperationView> {
    return until(
      () => this.operation(id),
      operation =>
        operation.steps?.find(({ state }) => state === 'current')?.id === step,
    );
  }

  act(what: string, body: object, role = 'owner') {
    return this.#bed.http('post', `${this.door}/${what}`, role).send({
      operationId: randomUUID(),
      vmUid: this.uid,
      ...body,
    });
  }
}

/**
 * The plugin over HTTP, the cluster service and a sandbox that has exactly the
 * rights of deploy/. Machines are off and have one snapshot each, with a disk
 * from a template and a plain one.
 */
export class RestoreBed {
  readonly sandbox: Sandbox;
  readonly service: DefaultClusterService;
  readonly #server: Parameters<typeof request>[0];
  readonly #stop: () => Promise<void>;
  #next = 0;

  private constructor(
    sandbox: Sandbox,
    service: DefaultClusterService,
    server: Parameters<typeof request>[0],
    stop: () => Promise<void>,
  ) {
    this.sandbox = sandbox;
    this.service = service;
    this.#server = server;
    this.#stop = stop;
  }

  static async create(
    options: { machines: number; config?: object } = { machines: 10 },
  ): Promise<RestoreBed> {
    const { machines } = options;
    const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-restore-'));
    const sandbox = await startSandbox({
      name: CLUSTER,
      speed: 100,
      seed: fleetSeed({ snapshots: Array.from({ length: machines }, () => 1) }),
    });
    await sandbox.applyManifests(
      readFileSync(join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml'), 'utf8'),
    );
    const tokenFile = join(folder, 'token');
    writeFileSync(
      tokenFile,
      sandbox.serviceAccountToken(
        'backstage-kubevirt-snapshots',
        'kubevirt-snapshots',
      ),
    );
    const service = DefaultClusterService.create({
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: CLUSTER,
              url: sandbox.url,
              serviceAccountTokenFile: tokenFile,
            },
          ],
        },
      }),
      logger: mockServices.logger.mock(),
    });
    await service.start();
    await until(
      () => service.hasSynced(CLUSTER),
      synced => synced,
    );
    const plugin = await startPlugin({
      cluster: service,
      entities: Array.from({ length: machines }, (_, i) =>
        vmEntity(fleetName(i), `${CLUSTER}/${FLEET_NAMESPACE}/${fleetName(i)}`),
      ),
      extraConfig: options.config,
      features: [mockServices.database.factory()],
    });
    return new RestoreBed(sandbox, service, plugin.server, async () => {
      await plugin.stop();
      await service.stop();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** A machine that no other test has. */
  machine(): Machine {
    const name = fleetName(this.#next);
    this.#next += 1;
    return new Machine(this, name);
  }

  get(kind: string, name: string): KubeObject | undefined {
    return this.sandbox.objects.get({
      apiVersion: GROUPS[kind],
      kind,
      namespace: FLEET_NAMESPACE,
      name,
    });
  }

  list(kind: string): KubeObject[] {
    return this.sandbox.objects.list({
      apiVersion: GROUPS[kind],
      kind,
      namespace: FLEET_NAMESPACE,
    });
  }

  /** Requests that changed something, of our account, with this in the path. */
  writes(pattern: RegExp): string[] {
    return this.sandbox.requests
      .list({ pathPattern: pattern })
      .filter(
        ({ method, user }) =>
          ['POST', 'PUT', 'DELETE', 'PATCH'].includes(method) &&
          user.includes('kubevirt-snapshots'),
      )
      .map(({ method, path, status }) => `${method} ${path} ${status}`);
  }

  http(method: 'get' | 'post', path: string, role = 'owner') {
    return request(this.#server)
      [method](`/api/kubevirt-snapshots${path}`)
      .set('authorization', headers[role]!);
  }
}
