// SPDX-License-Identifier: Apache-2.0

/** Words of the states in which there is nothing to show. */
export const errorMessages = {
  error: {
    retry: 'Try again',
    askOwners: 'You can ask:',
    entityNotFound: 'This page’s entity is not in the catalog',
    entityNotFoundText:
      'It was removed, or you may not read it. Go back to the catalog and look for it there.',
    noAnnotation: 'This entity does not name a VM',
    noAnnotationText:
      'Add the annotation {{annotation}} with the value <cluster>/<namespace>/<name> to it.',
    malformedAnnotation: 'The VM named by this entity cannot be read',
    malformedAnnotationText:
      'The annotation {{annotation}} has to have the form <cluster>/<namespace>/<name>. Correct it in the entity’s file.',
    notBound: 'The cluster does not confirm that this entity stands for the VM',
    notBoundText:
      'A catalog file alone proves nothing. Ask the platform team to name this entity in the VM’s annotation {{annotation}}.',
    vmGone: 'The VM does not exist any longer',
    vmGoneText:
      'The cluster has no VM of this name. If it was renamed or moved, correct the entity; if it was deleted, remove the entity.',
    unknownCluster: 'The portal does not know the cluster of this VM',
    unknownClusterText:
      'The cluster named by the entity is not configured. Check its name, or ask the platform team to add it.',
    notFound: 'Nothing was found here',
    denied: 'You may not see the snapshots of this VM',
    deniedText: 'Access is given by the owners of the VM.',
    deniedNoOwner: 'The VM has no known owner. Ask the platform team.',
    unauthenticated: 'You are not signed in any longer',
    unauthenticatedText: 'Reload the page and sign in again.',
    neverSynced: 'The cluster has not been read yet',
    neverSyncedText:
      'The portal is connecting to it and tries again every few seconds.',
    crdsMissing: 'This cluster cannot take snapshots',
    crdsMissingText:
      'The snapshot API of KubeVirt is missing. Ask the platform team to enable the feature gate “Snapshot” of KubeVirt.',
    auditUnavailable: 'Nothing can be changed at the moment',
    auditUnavailableText:
      'The record of changes cannot be written, and without a record the portal changes nothing.',
    unavailable: 'The portal cannot answer at the moment',
    network: 'The portal does not answer',
    networkText: 'Check your connection. The page tries again by itself.',
    other: 'The snapshots could not be loaded',
  },
  bindings: {
    title: 'Unconfirmed entities',
    intro:
      'Entities whose annotation points at a VM that does not confirm it. A catalog file alone proves nothing: the VM has to name the entity, and they need an owner in common.',
    failed: 'The entities could not be loaded',
    loading: 'Loading entities',
    confirmed_one: '{{count}} entity is confirmed.',
    confirmed_other: '{{count}} entities are confirmed.',
    truncated: 'There are more entities than were looked at.',
    entity: 'Entity',
    annotation: 'Says it is',
    missing: 'What is missing',
  },
  clusters: {
    title: 'VM clusters',
    label: 'Clusters',
    loading: 'Loading clusters',
    intro:
      'The clusters whose VMs this portal takes snapshots of, and whether their set-up is sound.',
    cluster: 'Cluster',
    state: 'State',
    asOf: 'Last heard',
    never: 'Never',
    bypass: 'Kubernetes proxy',
    changes: 'Changes',
    contents: 'Content',
    contentsText: '{{vms}} VMs, {{snapshots}} snapshots',
    stateConnecting: 'Connecting',
    stateLive: 'Live',
    stateStale: 'Not answering',
    stateUnusable: 'Unusable',
    stateUnknown: 'Unknown',
    changesOn: 'Allowed',
    changesOff: 'Off',
    bypassSafe: 'Closed',
    bypassSafeText:
      'The account of the Kubernetes plugin cannot write snapshots or restores.',
    bypassOpen: 'Open',
    bypassOpenText:
      'Everybody who may use the Kubernetes proxy could restore VMs past the permissions of this plugin. Take the rights to write snapshots and restores (snapshot.kubevirt.io) from the account of the Kubernetes plugin.',
    bypassAccepted: 'Open, accepted',
    bypassAcceptedText:
      'The account of the Kubernetes plugin can write snapshots or restores, and acceptProxyBypass is set. Remove those rights, then remove the setting.',
    bypassUnchecked: 'Not checked',
    bypassUncheckedText:
      'The cluster has not said yet what the account of the Kubernetes plugin may do.',
    empty: 'No cluster is configured',
    emptyText: 'Add clusters to kubevirtSnapshots.clusters in app-config.yaml.',
    denied: 'This page is for the people who operate the portal',
    deniedText: 'It needs the permission {{permission}}.',
    failed: 'The clusters could not be loaded',
  },
} as const;
