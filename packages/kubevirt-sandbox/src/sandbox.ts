// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import { Admission } from './api/admission/admission';
import { cloneWebhooks } from './api/admission/cloneWebhooks';
import { checkOwnerReferences } from './api/admission/ownerReferences';
import { restoreWebhook } from './api/admission/restoreWebhook';
import { snapshotWebhook } from './api/admission/snapshotWebhook';
import { templateAdmission } from './api/admission/templateAdmission';
import { vmWebhooks } from './api/admission/vmWebhooks';
import { Discovery } from './api/discovery';
import { isGateOn } from './api/featureGates';
import { ObjectApi } from './api/objectApi';
import { RbacAuthorizer } from './api/rbac';
import { resourceByKind, resourceKey } from './api/resources';
import { Subresources } from './api/subresources';
import { TemplateActions } from './api/templateActions';
import { ADMIN, Tokens } from './api/tokens';
import { bootstrapObjects, KUBEVIRT_STATUS } from './bootstrap';
import { SystemClock, toKubeTime } from './clock';
import { ControllerManager } from './controllers/manager';
import { Conditions } from './faults/conditions';
import { RequestFaults, VolumeFaults } from './faults/faultInjector';
import { LocalFaults } from './faults/localFaults';
import { ControlSurface } from './http/controlSurface';
import { Lists } from './http/lists';
import { RequestLog } from './http/requestLog';
import { ResourceRoutes } from './http/resourceRoutes';
import { Router } from './http/router';
import { HttpServer } from './http/server';
import { Watches } from './http/watches';
import { deepCopy } from './json';
import { LocalObjects } from './objects';
import { ObjectStore } from './storage/objectStore';
import { Persistence, SavedState } from './storage/persistence';
import type { KubeObject, Sandbox, SandboxOptions } from './types';

const TEN_YEARS_S = 10 * 365 * 24 * 3600;

/** One cluster: everything wired together. */
export class SandboxCluster implements Sandbox {
  readonly name: string;
  readonly adminToken: string;
  readonly objects: LocalObjects;
  readonly faults: LocalFaults;
  readonly requests = new RequestLog();
  readonly #options: SandboxOptions;
  readonly #clock;
  readonly #store = new ObjectStore();
  readonly #conditions = new Conditions();
  readonly #appeared = new Map<string, number>();
  readonly #tokens: Tokens;
  readonly #controllers: ControllerManager;
  readonly #server: HttpServer;
  readonly #watches: Watches;
  readonly #subresources: Subresources;
  readonly #persistence: Persistence | undefined;
  readonly #restored: boolean;
  #url = '';
  #stopped: Promise<void> | undefined;

  static async start(options: SandboxOptions): Promise<SandboxCluster> {
    const saved = options.dataDir
      ? Persistence.read(options.dataDir)
      : undefined;
    const cluster = new SandboxCluster(options, saved);
    try {
      await cluster.#start();
    } catch (error) {
      cluster.#controllers.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(options: SandboxOptions, saved: SavedState | undefined) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
    const store = this.#store;
    const clock = this.#clock;
    const conditions = this.#conditions;
    this.#restored = saved !== undefined;
    if (saved) {
      store.load(saved.version, saved.objects);
      conditions.load(saved.conditions);
    }
    const templateApi = options.templateApi ?? 'kubevirt';
    conditions.setTemplateApi(templateApi);
    const api = new ObjectApi({ store, clock, admission: this.#admission() });
    this.#tokens = new Tokens({ store, clock, state: saved?.tokens });
    this.adminToken = this.#tokens.state.adminToken;
    this.objects = new LocalObjects({ store, api });
    const volumeFaults = new VolumeFaults();
    this.#controllers = new ControllerManager({
      store,
      api,
      clock,
      conditions,
      volumeFaults,
      tokens: this.#tokens,
      speed: options.speed ?? 1,
    });
    this.#subresources = this.#controllers.subresources;
    const lists = new Lists({ store });
    this.#watches = new Watches({ store, clock });
    const requestFaults = new RequestFaults();
    this.#persistence = options.dataDir
      ? new Persistence({
          dataDir: options.dataDir,
          store,
          header: () => ({
            tokens: this.#tokens.state,
            conditions: conditions.save(),
          }),
        })
      : undefined;
    this.faults = new LocalFaults({
      requests: requestFaults,
      volumes: volumeFaults,
      conditions,
      watches: this.#watches,
      lists,
      store,
      objects: this.objects,
      clock,
      templateApi,
      changed: () => this.#persistence?.schedule(),
    });
    const rbac = new RbacAuthorizer({ store });
    const control = new ControlSurface();
    control.attach(this, {
      info: () => ({
        objects: store.resources().length,
        resourceVersion: store.version,
        watches: this.#watches.count,
        speed: options.speed ?? 1,
      }),
    });
    this.#server = new HttpServer({
      router: new Router({
        rbac,
        discovery: new Discovery({ hidden: () => conditions.hiddenGroups }),
        resources: new ResourceRoutes({
          store,
          api,
          lists,
          watches: this.#watches,
          tokens: this.#tokens,
        }),
        subresources: this.#subresources,
        templates: new TemplateActions({ api }),
        conditions,
        clock,
      }),
      tokens: this.#tokens,
      rbac,
      faults: requestFaults,
      conditions,
      log: this.requests,
      control,
    });
  }

  get url(): string {
    return this.#url;
  }

  kubeconfig(token: string = this.adminToken): string {
    const { name } = this;
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      // plain HTTP on loopback; the usual client refuses that without this
      clusters: [
        {
          name,
          cluster: { server: this.url, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    });
  }

  serviceAccountToken(namespace: string, name: string): string {
    const issued = this.#tokens.issue(namespace, name, TEN_YEARS_S);
    if (!issued) {
      throw new Error(`There is no service account ${namespace}/${name}`);
    }
    return issued.token;
  }

  async applyManifests(yaml: string): Promise<void> {
    this.objects.apply(yaml);
  }

  power(
    namespace: string,
    name: string,
    action: 'start' | 'stop' | 'pause' | 'unpause' | 'guest-shutdown',
  ): void {
    switch (action) {
      case 'start':
        this.#subresources.start(namespace, name, ADMIN);
        break;
      case 'stop':
        this.#subresources.stop(namespace, name, ADMIN);
        break;
      case 'guest-shutdown':
        this.#controllers.shutdownFromInside(namespace, name);
        break;
      default:
        this.#subresources.run(
          'virtualmachineinstances',
          action,
          namespace,
          name,
          undefined,
          ADMIN,
        );
    }
  }

  /** Puts an object as it stands, status and times included: the past of a demo. Not part of the public interface. */
  importObject(object: KubeObject): KubeObject {
    const type = resourceByKind(object.apiVersion, object.kind)!;
    return this.#store.put(resourceKey(type), {
      ...deepCopy(object),
      metadata: {
        uid: randomUUID(),
        creationTimestamp: toKubeTime(this.#clock.now()),
        ...deepCopy(object.metadata),
        ...(type.custom && { generation: object.metadata.generation ?? 1 }),
      },
    });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#controllers.stop();
    this.#watches.closeAll();
    await this.#server.close();
    await this.#persistence?.close();
  }

  async #start(): Promise<void> {
    this.#store.listen(({ type, object }) => {
      this.#persistence?.schedule();
      // what webhooks see lags behind by some milliseconds, so the moment of birth must be known exactly
      if (object.kind === 'VirtualMachineRestore') {
        if (type === 'ADDED') {
          this.#appeared.set(object.metadata.uid!, this.#clock.now());
        } else if (type === 'DELETED') {
          this.#appeared.delete(object.metadata.uid!);
        }
      }
    });
    if (!this.#restored) {
      bootstrapObjects().forEach(object => this.objects.create(object));
      this.objects.patch(
        {
          apiVersion: 'kubevirt.io/v1',
          kind: 'KubeVirt',
          namespace: 'kubevirt',
          name: 'kubevirt',
        },
        { status: KUBEVIRT_STATUS },
        { subresource: 'status' },
      );
    }
    this.#controllers.start();
    const host = this.#options.host ?? '127.0.0.1';
    const port = await this.#server.listen(this.#options.port ?? 0, host);
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    if (!this.#restored) {
      await this.#options.seed?.(this);
    }
  }

  #admission(): Admission {
    const store = this.#store;
    const gate = () => isGateOn(store, 'Snapshot');
    const age = (object: KubeObject) =>
      this.#clock.now() - (this.#appeared.get(object.metadata.uid!) ?? 0);
    const rbac = new RbacAuthorizer({ store });
    return new Admission({
      plugins: [request => checkOwnerReferences(rbac, request)],
      isUp: () => this.#conditions.virtApiUp,
      webhooks: [
        snapshotWebhook({ gate }),
        restoreWebhook({ store, gate, age }),
        ...cloneWebhooks({ gate }),
        ...vmWebhooks(),
        ...templateAdmission({ rbac }),
      ],
    });
  }
}
