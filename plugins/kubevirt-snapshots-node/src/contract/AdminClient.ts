// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig, loadAllYaml } from '@kubernetes/client-node';
import type { JsonObject } from '@backstage/types';
import type { Raw } from '../project/raw';
import {
  ClusterTransport,
  TransportAnswer,
  TransportRequest,
} from '../transport/ClusterTransport';
import { KubeConfigCredentials } from '../transport/Credentials';

/** Plurals of the kinds that the suite makes or looks at. */
const PLURALS: Record<string, string> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  DataVolume: 'datavolumes',
  VirtualMachine: 'virtualmachines',
  VirtualMachineSnapshot: 'virtualmachinesnapshots',
  VirtualMachineSnapshotContent: 'virtualmachinesnapshotcontents',
  VirtualMachineRestore: 'virtualmachinerestores',
  VirtualMachineClone: 'virtualmachineclones',
  VirtualMachineTemplate: 'virtualmachinetemplates',
  VirtualMachineInstancetype: 'virtualmachineinstancetypes',
  Template: 'templates',
};

/** Parts of roles and bindings that say who may do what. */
const GRANTS = ['rules', 'subjects'];

/** An object of Kubernetes, loosely. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: any };
  [key: string]: any;
};

/** What names one object. */
export type KubeRef = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  namespace?: string;
  name: string;
};

/** A failed request of the suite's own, with the cluster's words. */
export class AdminError extends Error {
  readonly httpStatus: number;

  constructor(httpStatus: number, body: string) {
    super(`HTTP ${httpStatus}: ${body.slice(0, 500)}`);
    this.httpStatus = httpStatus;
  }
}

function collection(ref: {
  apiVersion: string;
  kind: string;
  namespace?: string;
}): string {
  const root = ref.apiVersion.includes('/') ? '/apis' : '/api';
  const plural = PLURALS[ref.kind];
  if (!plural) {
    throw new Error(`The contract suite knows no kind ${ref.kind}`);
  }
  const scope = ref.namespace ? `/namespaces/${ref.namespace}` : '';
  return `${root}/${ref.apiVersion}${scope}/${plural}`;
}

function refOf(object: KubeObject): KubeRef {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
  };
}

/**
 * The administrator's hand: makes what the checks need and takes it away
 * again. Everything under test goes through the cluster service instead.
 */
export class AdminClient {
  readonly #transport: ClusterTransport;

  static create(kubeConfig: KubeConfig): AdminClient {
    return new AdminClient(
      ClusterTransport.create({
        name: 'admin',
        credentials: KubeConfigCredentials.create(kubeConfig),
      }),
    );
  }

  private constructor(transport: ClusterTransport) {
    this.#transport = transport;
  }

  close(): void {
    this.#transport.close();
  }

  request(request: TransportRequest): Promise<TransportAnswer> {
    return this.#transport.request(request);
  }

  /** POST; throws AdminError. */
  async create(
    object: KubeObject,
    query?: TransportRequest['query'],
  ): Promise<any> {
    return await this.#json({
      method: 'POST',
      path: collection(refOf(object)),
      body: object as JsonObject,
      query,
    });
  }

  async get(ref: KubeRef): Promise<any | undefined> {
    try {
      return await this.#json({ method: 'GET', path: this.#path(ref) });
    } catch (error) {
      if (error instanceof AdminError && error.httpStatus === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Merge patch. */
  async patch(ref: KubeRef, body: Raw): Promise<any> {
    return await this.#json({
      method: 'PATCH',
      path: this.#path(ref),
      contentType: 'application/merge-patch+json',
      body: body as JsonObject,
    });
  }

  /** True when there was such an object. */
  async delete(ref: KubeRef): Promise<boolean> {
    try {
      await this.#json({ method: 'DELETE', path: this.#path(ref) });
      return true;
    } catch (error) {
      if (error instanceof AdminError && error.httpStatus === 404) {
        return false;
      }
      throw error;
    }
  }

  /**
   * Applies a manifest, as `kubectl apply` does, as far as rights go: what is
   * missing is created, and what grants something else is made to grant this.
   *
   * @returns the objects that were made, to be removed in the end, and what
   *   the others granted before, to be put back
   */
  async apply(
    yaml: string,
  ): Promise<{ made: KubeRef[]; changed: { ref: KubeRef; before: Raw }[] }> {
    const made: KubeRef[] = [];
    const changed: { ref: KubeRef; before: Raw }[] = [];
    for (const document of loadAllYaml(yaml) as KubeObject[]) {
      const ref = refOf(document);
      try {
        await this.create(document);
        made.push(ref);
      } catch (error) {
        if (!(error instanceof AdminError && error.httpStatus === 409)) {
          throw error;
        }
        const there = await this.get(ref);
        const grants = (object: KubeObject) =>
          Object.fromEntries(
            GRANTS.filter(key => object[key] !== undefined).map(key => [
              key,
              object[key],
            ]),
          );
        if (there && !isDeepStrictEqual(grants(there), grants(document))) {
          await this.patch(ref, grants(document));
          changed.push({ ref, before: grants(there) });
        }
      }
    }
    return { made, changed };
  }

  /** A token of a service account, as `kubectl create token` gets it. */
  async token(namespace: string, name: string): Promise<string> {
    const answer = await this.#json({
      method: 'POST',
      path: `${collection({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        namespace,
      })}/${name}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3600 },
      },
    });
    return answer.status.token;
  }

  #path(ref: KubeRef): string {
    return `${collection(ref)}/${ref.name}`;
  }

  async #json(request: TransportRequest): Promise<any> {
    const answer = await this.#transport.request(request);
    if (answer.httpStatus >= 300) {
      throw new AdminError(answer.httpStatus, answer.body);
    }
    return JSON.parse(answer.body);
  }
}
