// SPDX-License-Identifier: Apache-2.0
import { ApiError } from './status';

/** virt-api writes the singular where the API server writes the plural, and its own group for all. */
export const VM = { group: 'kubevirt.io', kind: 'virtualmachine' };
export const VMI = { group: 'kubevirt.io', kind: 'virtualmachineinstance' };
export const PVC = { group: 'kubevirt.io', kind: 'persistentvolumeclaim' };

export function missing(kind: typeof VM, name: string): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${kind.kind}.${kind.group} "${name}" not found`,
    details: { name, ...kind },
  });
}

export function refused(kind: typeof VM, name: string, text: string): ApiError {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${kind.kind}.${kind.group} "${name}": ${text}`,
    details: { name, ...kind },
  });
}

export function badAction(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}
