// SPDX-License-Identifier: Apache-2.0
import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { RiCameraLine, RiComputerLine, RiFileListLine } from '@remixicon/react';
import {
  ANNOTATION_VM,
  bindingReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { KubevirtSnapshotsClient, kubevirtSnapshotsApiRef } from './api';
import { auditRouteRef, clustersRouteRef, fleetRouteRef } from './routes';

const snapshotsApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: kubevirtSnapshotsApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => KubevirtSnapshotsClient.create({ fetchApi }),
    }),
});

const snapshotsContent = EntityContentBlueprint.make({
  name: 'snapshots',
  params: {
    path: '/snapshots',
    title: 'Snapshots',
    group: 'operation',
    // A predicate and not a function, so that an app's config can replace it.
    // A path is matched key by key, so dots and slashes of a key need no quotes.
    filter: {
      [`metadata.annotations.${ANNOTATION_VM}`]: { $exists: true },
    },
    loader: () =>
      import('./components/SnapshotsTab').then(m => <m.SnapshotsTab />),
  },
});

const CLUSTERS_PATH = '/kubevirt-snapshots/clusters';
const mayReadClusters = {
  permissions: { $contains: `${bindingReadPermission.name}#read` },
};

const clustersPage = PageBlueprint.make({
  // For the people who operate the portal; others don't get a link to a page
  // that would refuse them.
  if: mayReadClusters,
  params: {
    path: CLUSTERS_PATH,
    title: 'VM clusters',
    icon: <RiCameraLine />,
    routeRef: clustersRouteRef,
    loader: () =>
      import('./components/ClustersPage').then(m => <m.ClustersPage />),
  },
});

/** For who comes by the address: it says that they may not, and whom to ask. */
const clustersRefusedPage = PageBlueprint.make({
  name: 'clusters-refused',
  if: { $not: mayReadClusters },
  params: {
    path: CLUSTERS_PATH,
    title: 'VM clusters',
    // Without a route ref, and so without a link in the navigation.
    loader: () =>
      import('./components/ClustersPage').then(m => <m.ClustersPage />),
  },
});

const auditPage = PageBlueprint.make({
  name: 'audit',
  // Without a condition: `audit.read` is decided for each VM, which a predicate
  // can't ask for. The page itself says so to those who may see nothing.
  params: {
    path: '/kubevirt-snapshots/audit',
    title: 'VM audit trail',
    icon: <RiFileListLine />,
    routeRef: auditRouteRef,
    loader: () => import('./components/AuditPage').then(m => <m.AuditPage />),
  },
});

const fleetPage = PageBlueprint.make({
  name: 'virtual-machines',
  // Without a condition: it shows each person what they may read.
  params: {
    path: '/virtual-machines',
    title: 'Virtual machines',
    icon: <RiComputerLine />,
    routeRef: fleetRouteRef,
    loader: () => import('./components/FleetPage').then(m => <m.FleetPage />),
  },
});

const snapshotsCard = EntityCardBlueprint.make({
  name: 'snapshots',
  params: {
    type: 'content',
    filter: {
      [`metadata.annotations.${ANNOTATION_VM}`]: { $exists: true },
    },
    loader: () => import('./components/VmCard').then(m => <m.VmCard />),
  },
});

/** Whether a relation of that type leads to a resource, as a VM is one. */
const relatesToResource = (type: string) => ({
  $contains: { type, targetRef: { $hasPrefix: 'resource:' } },
});

const relatedVmsCard = EntityCardBlueprint.make({
  name: 'virtual-machines',
  params: {
    type: 'content',
    filter: {
      $any: [
        { kind: { $in: ['group', 'user'] } },
        { kind: 'system', relations: relatesToResource('hasPart') },
        { kind: 'component', relations: relatesToResource('dependsOn') },
      ],
    },
    loader: () =>
      import('./components/RelatedVmsCard').then(m => <m.RelatedVmsCard />),
  },
});

/**
 * Snapshots of KubeVirt virtual machines on the pages of catalog entities.
 *
 * @public
 */
export const kubevirtSnapshotsPlugin = createFrontendPlugin({
  pluginId: 'kubevirt-snapshots',
  title: 'VM snapshots',
  icon: <RiCameraLine />,
  info: { packageJson: () => import('../package.json') },
  routes: {
    clusters: clustersRouteRef,
    audit: auditRouteRef,
    virtualMachines: fleetRouteRef,
  },
  extensions: [
    snapshotsApi,
    snapshotsContent,
    clustersPage,
    clustersRefusedPage,
    auditPage,
    fleetPage,
    snapshotsCard,
    relatedVmsCard,
  ],
});
