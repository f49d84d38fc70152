// SPDX-License-Identifier: Apache-2.0
import {
  createServiceFactory,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import {
  catalogServiceRef,
  type CatalogService,
} from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  type PolicyDecision,
  type QueryPermissionRequest,
} from '@backstage/plugin-permission-common';
import {
  clusterServiceRef,
  createKubevirtVmConditionalDecision,
  kubevirtVmConditions,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { kubevirtSnapshotsPlugin } from '../plugin';

/** People of the tests: developers of two teams, and who looks after them. */
export const people = {
  owner: 'user:default/ada',
  other: 'user:default/bo',
  platform: 'user:default/pam',
  auditor: 'user:default/odd',
};

const teams: Record<string, string[]> = {
  [people.owner]: ['group:default/team-a'],
  [people.other]: ['group:default/team-b'],
};

/** A policy as a company would write it. */
export function decide(
  userRef: string,
  { permission }: QueryPermissionRequest,
): PolicyDecision {
  if (userRef === people.platform) {
    return { result: AuthorizeResult.ALLOW };
  }
  if (userRef === people.auditor) {
    return {
      result:
        permission.attributes.action === 'read'
          ? AuthorizeResult.ALLOW
          : AuthorizeResult.DENY,
    };
  }
  if (permission.type === 'resource') {
    return createKubevirtVmConditionalDecision(
      permission as any,
      kubevirtVmConditions.isVmOwner({ claims: teams[userRef] ?? [] }),
    );
  }
  return { result: AuthorizeResult.DENY };
}

/** A catalog entity of a VM. */
export function vmEntity(
  name: string,
  vm: string | undefined,
  owner = 'group:default/team-a',
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name,
      namespace: 'default',
      annotations: vm === undefined ? {} : { 'kubevirt-snapshots/vm': vm },
    },
    spec: { type: 'virtual-machine', owner },
    relations: [{ type: 'ownedBy', targetRef: owner }],
  };
}

/** The plugin with a cluster service, a catalog and the policy above. */
export async function startPlugin(options: {
  cluster: ClusterService;
  entities: Entity[];
  /** Instead of one that has just the entities. */
  catalog?: CatalogService;
  features?: BackendFeature[];
  config?: object;
  /** More under `kubevirtSnapshots`. */
  extraConfig?: object;
  decide?: typeof decide;
}) {
  const policy = options.decide ?? decide;
  const answer = async (requests: any[], { credentials }: any) =>
    requests.map(request =>
      policy(credentials.principal.userEntityRef, request),
    );
  const backend = await startTestBackend({
    features: [
      kubevirtSnapshotsPlugin,
      createServiceFactory({
        service: clusterServiceRef,
        deps: {},
        factory: () => options.cluster,
      }),
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () =>
          options.catalog ?? catalogServiceMock({ entities: options.entities }),
      }),
      mockServices.permissions.mock({
        authorizeConditional: answer,
        authorize: answer as any,
      }).factory,
      mockServices.httpAuth.factory({
        defaultCredentials: mockCredentials.none(),
      }),
      mockServices.rootConfig.factory({
        data: {
          permission: { enabled: true },
          kubevirtSnapshots: {
            clusters: [
              {
                name: 'east',
                url: 'https://127.0.0.1:1',
                serviceAccountTokenFile: '/nowhere',
              },
            ],
            ...options.extraConfig,
          },
          ...options.config,
        },
      }),
      ...(options.features ?? []),
    ],
  });
  return { server: backend.server, stop: () => backend.stop() };
}

/** Authorization headers by role. */
export const headers: Record<string, string | undefined> = {
  owner: mockCredentials.user.header(people.owner),
  other: mockCredentials.user.header(people.other),
  platform: mockCredentials.user.header(people.platform),
  auditor: mockCredentials.user.header(people.auditor),
  none: undefined,
  invalid: mockCredentials.user.invalidHeader(),
  service: mockCredentials.service.header(),
  actor: `Bearer ${mockCredentials.user.token(people.owner, {
    actor: { subject: 'plugin:assistant' },
  })}`,
};
