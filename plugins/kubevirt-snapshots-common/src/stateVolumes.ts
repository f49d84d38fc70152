// SPDX-License-Identifier: Apache-2.0

/**
 * Label that KubeVirt puts on the claim with the persistent TPM or EFI state of
 * a VM; its value is the VM's name.
 *
 * @public
 */
export const LABEL_STATE = 'persistent-state-for';

const MAX_NAME = 63;

/** FNV-1a, which KubeVirt shortens names with; of text that is plain ASCII. */
function fnv32a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * Name under which KubeVirt captures and restores the TPM or EFI state of a VM.
 * No VM has it in its list of volumes. Names of more than 42 characters are
 * shortened, as `naming.GetName` of KubeVirt does it.
 *
 * @public
 */
export function stateVolumeOf(vmName: string): string {
  const name = `${LABEL_STATE}-${vmName}`;
  if (name.length <= MAX_NAME) {
    return name;
  }
  const room = MAX_NAME - '-12345678-'.length - vmName.length;
  return room > 0
    ? `${LABEL_STATE.slice(0, room)}-${fnv32a(LABEL_STATE)}-${vmName}`
    : `${LABEL_STATE}-${fnv32a(name)}`;
}
