// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';

/** The captured machine. @throws Error in KubeVirt's words */
export function restoreContent(
  store: ObjectStore,
  restore: KubeObject,
  target: KubeObject | undefined,
  isSwitched: boolean,
): KubeObject {
  const { namespace } = restore.metadata;
  const id = `${namespace}/${restore.spec.virtualMachineSnapshotName}`;
  const snapshot = store.get(
    R.snapshot,
    namespace,
    restore.spec.virtualMachineSnapshotName,
  );
  if (!snapshot) {
    throw new Error(`VMSnapshot ${id} does not exist`);
  }
  if (snapshot.status?.phase === 'Failed') {
    throw new Error(`VMSnapshot ${id} failed and is invalid to use`);
  }
  if (!snapshot.status?.readyToUse) {
    throw new Error(`VMSnapshot ${id} not ready`);
  }
  const contentName = snapshot.status.virtualMachineSnapshotContentName;
  if (!contentName) {
    throw new Error(`no snapshot content name in ${id}`);
  }
  const content = store.get(R.content, namespace, contentName);
  if (!content) {
    throw new Error(
      `VMSnapshotContent ${namespace}/${contentName} does not exist`,
    );
  }
  if (!content.status?.readyToUse) {
    throw new Error(`VMSnapshotContent ${namespace}/${contentName} not ready`);
  }
  if (
    target &&
    !isSwitched &&
    target.metadata.uid !== snapshot.status.sourceUID
  ) {
    throw new Error(
      'restore source and restore target are different but restore target already exists',
    );
  }
  return content;
}
