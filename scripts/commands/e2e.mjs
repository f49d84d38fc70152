// SPDX-License-Identifier: Apache-2.0
import { runE2e } from '../lib/e2e.mjs';
import { ensureInstalled } from '../lib/install.mjs';

export async function run(args) {
  await ensureInstalled();
  return await runE2e(args);
}
