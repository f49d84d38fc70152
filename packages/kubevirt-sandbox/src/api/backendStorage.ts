// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { R } from './resources';

/** Label of the claim with the TPM or EFI state of a VM; the value is the VM's name. */
export const STATE_LABEL = 'persistent-state-for';

/** Label of a state claim that a restore has replaced. */
export const CLEANUP_LABEL = 'restore.kubevirt.io/cleanup-backend-pvc';

const MAX_NAME = 63;

/** Whether the VM keeps TPM or EFI state in a claim of its own. */
export function hasBackendStorage(vm: { spec?: any } | undefined): boolean {
  const domain = vm?.spec?.template?.spec?.domain;
  return Boolean(
    domain?.devices?.tpm?.persistent ||
      domain?.firmware?.bootloader?.efi?.persistent,
  );
}

function fnv32a(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The name under which the state is captured and restored: of at most 63 characters, however long the VM's name is. */
export function stateVolumeOf(vmName: string): string {
  const name = `${STATE_LABEL}-${vmName}`;
  if (name.length <= MAX_NAME) {
    return name;
  }
  const room = MAX_NAME - '-12345678-'.length - vmName.length;
  return room > 0
    ? `${STATE_LABEL.slice(0, room)}-${fnv32a(STATE_LABEL)}-${vmName}`
    : `${STATE_LABEL}-${fnv32a(name)}`;
}

/** Of claims that bear the label of one VM the one with its state: the newest. */
export function newestClaim(claims: KubeObject[]): KubeObject | undefined {
  const age = ({ metadata }: KubeObject) =>
    Date.parse(metadata.creationTimestamp!);
  return claims
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .sort((a, b) => age(b) - age(a))[0];
}

/** The claim with the state of a VM. */
export function stateClaimOf(
  store: ObjectStore,
  namespace: string | undefined,
  vmName: string,
): KubeObject | undefined {
  return newestClaim(
    store
      .list(R.pvc, namespace)
      .filter(({ metadata }) => metadata.labels?.[STATE_LABEL] === vmName),
  );
}
