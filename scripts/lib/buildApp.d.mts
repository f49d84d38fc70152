// SPDX-License-Identifier: Apache-2.0
/** Types of buildApp.mjs, for what is written in TypeScript. */
export function ensureAppBuilt(): Promise<void>;
