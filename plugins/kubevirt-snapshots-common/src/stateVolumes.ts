// SPDX-License-Identifier: Apache-2.0

/**
 * Label that KubeVirt puts on the claim with the persistent TPM or EFI state of
 * a VM; its value is the VM's name.
 *
 * @public
 */
export const LABEL_STATE = 'persistent-state-for';

/**
 * Name under which KubeVirt captures and restores the TPM or EFI state of a VM.
 * No VM has it in its list of volumes.
 *
 * @public
 */
export const stateVolumeOf = (vmName: string) => `${LABEL_STATE}-${vmName}`;
