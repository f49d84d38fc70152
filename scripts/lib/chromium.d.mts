// SPDX-License-Identifier: Apache-2.0
/** Types of chromium.mjs, for what is written in TypeScript. */
export function ensureChromium(): Promise<string>;
