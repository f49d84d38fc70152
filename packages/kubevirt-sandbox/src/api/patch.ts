// SPDX-License-Identifier: Apache-2.0
import { applyPatch, type Operation } from 'fast-json-patch';
import { deepCopy, isObject } from '../json';
import { ApiError, badRequest } from './status';

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return deepCopy(patch);
  }
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else if (key !== '__proto__') {
      result[key] = mergePatch(result[key], value);
    }
  }
  return result;
}

/** RFC 6902. @throws 422 in the API server's words when an operation does not apply. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  try {
    return applyPatch(deepCopy(target), patch as Operation[], true, true)
      .newDocument;
  } catch {
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    });
  }
}
