// SPDX-License-Identifier: Apache-2.0
import type { TemplateApi } from 'backstage-plugin-kubevirt-snapshots-common';
import { at, objects, Raw } from '../project/raw';
import { Resource, RESOURCES } from '../transport/resources';
import { pause } from '../watch/backoff';
import type { ClusterApis } from './copyTypes';
import type { KubeClient } from './KubeClient';

const RETRY_MS = 30_000;
/** APIs come and go with upgrades, so they are looked for again. */
const RECHECK_MS = 300_000;

/** Resource of a template, by its API. */
export const TEMPLATE_RESOURCES: Record<TemplateApi, Resource> = {
  kubevirt: RESOURCES.templates,
  openshift: RESOURCES.openshiftTemplates,
};

function serves(list: Raw | undefined, resource: Resource): boolean {
  return objects(at(list, 'resources'), 256).some(
    entry => entry.name === resource.plural,
  );
}

/** Asks a cluster which of the APIs that not every cluster has it serves. */
export async function readApis(client: KubeClient): Promise<ClusterApis> {
  const ask = async (resource: Resource) =>
    serves(await client.discover(resource), resource);
  const [clone, dataVolumes, kubevirt, openshift] = await Promise.all([
    ask(RESOURCES.clones),
    ask(RESOURCES.dataVolumes),
    ask(RESOURCES.templates),
    ask(RESOURCES.openshiftTemplates),
  ]);
  let template: TemplateApi | undefined;
  if (kubevirt) {
    template = 'kubevirt';
  } else if (openshift) {
    template = 'openshift';
  }
  return { clone, dataVolumes, template };
}

/** Keeps what a cluster serves, so that a page costs it no question. */
export class ApiCheck {
  readonly #client: KubeClient;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  #apis?: ClusterApis;
  #running?: Promise<void>;

  static create(options: {
    client: KubeClient;
    onChange: () => void;
  }): ApiCheck {
    return new ApiCheck(options);
  }

  private constructor(options: { client: KubeClient; onChange: () => void }) {
    this.#client = options.client;
    this.#onChange = options.onChange;
  }

  /** As last seen. */
  get apis(): ClusterApis | undefined {
    return this.#apis;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Asks now. */
  async read(): Promise<ClusterApis> {
    const apis = await readApis(this.#client);
    const changed = JSON.stringify(apis) !== JSON.stringify(this.#apis);
    this.#apis = apis;
    if (changed) {
      this.#onChange();
    }
    return apis;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // A cluster that doesn't answer keeps what was last seen of it.
      const answered = await this.read().then(
        () => true,
        () => false,
      );
      await pause(answered ? RECHECK_MS : RETRY_MS, signal);
    }
  }
}
