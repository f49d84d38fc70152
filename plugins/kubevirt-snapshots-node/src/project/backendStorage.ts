// SPDX-License-Identifier: Apache-2.0
import { at, Raw } from './raw';

/** Whether KubeVirt keeps TPM or EFI state of the VM in a claim. */
export function hasBackendStorage(vm: Raw): boolean {
  const domain = at(vm, 'spec', 'template', 'spec', 'domain');
  return (
    at(domain, 'devices', 'tpm', 'persistent') === true ||
    at(domain, 'firmware', 'bootloader', 'efi', 'persistent') === true
  );
}
