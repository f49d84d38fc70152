// SPDX-License-Identifier: Apache-2.0
import type { AdminClient } from './AdminClient';

/** What storage the checks use, and how that was found out. */
export interface ContractStorage {
  /** Storage that can snapshot; the cluster's default when absent. */
  storageClass?: string;
  /** Storage that can't. */
  plainStorageClass?: string;
  /** For a person: what is used, and why. */
  note: string;
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_SNAPSHOT_CLASS =
  'snapshot.storage.kubernetes.io/is-default-class';
/** Volumes of these are made by hand. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

const isTrue = (object: any, annotation: string) =>
  object.metadata?.annotations?.[annotation] === 'true';

async function items(admin: AdminClient, path: string): Promise<any[]> {
  const { httpStatus, body } = await admin.request({ method: 'GET', path });
  return httpStatus === 200 ? JSON.parse(body).items : [];
}

/**
 * Looks for storage as KubeVirt does: a class can be captured when exactly one
 * VolumeSnapshotClass has its driver, or one of several is the default. A class
 * that binds at once is preferred, since the checks boot no VM.
 */
export async function findStorage(
  admin: AdminClient,
  named: { storageClass?: string; plainStorageClass?: string },
): Promise<ContractStorage> {
  const classes = await items(admin, '/apis/storage.k8s.io/v1/storageclasses');
  const snapshotClasses = await items(
    admin,
    '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses',
  );
  const matching = (storageClass: any) =>
    snapshotClasses.filter(one => one.driver === storageClass.provisioner);
  const rank = (storageClass: any) =>
    (isTrue(storageClass, DEFAULT_CLASS) ? 0 : 1) +
    (storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? 2 : 0);
  const ordered = classes
    .filter(({ provisioner }) => provisioner !== NO_PROVISIONER)
    .sort((a, b) => rank(a) - rank(b));
  const captured = ordered.find(storageClass => {
    const found = matching(storageClass);
    return (
      found.length === 1 ||
      found.filter(one => isTrue(one, DEFAULT_SNAPSHOT_CLASS)).length === 1
    );
  });
  const plain = ordered.find(
    storageClass => matching(storageClass).length === 0,
  );
  const storageClass =
    named.storageClass ?? (captured ?? ordered[0])?.metadata.name;
  const plainStorageClass = named.plainStorageClass ?? plain?.metadata.name;
  const how = (name: string | undefined, given: string | undefined) =>
    name === undefined ? 'none' : `${name} (${given ? 'named' : 'found'})`;
  return {
    storageClass,
    plainStorageClass,
    note: `Storage: with snapshots ${how(
      captured || named.storageClass ? storageClass : undefined,
      named.storageClass,
    )}, without ${how(plainStorageClass, named.plainStorageClass)}`,
  };
}
