// SPDX-License-Identifier: Apache-2.0
import { ensureInstalled } from '../lib/install.mjs';
import { runVisible } from '../lib/processes.mjs';
import { contractCommand } from '../lib/contract.mjs';

export async function run(args) {
  await ensureInstalled();
  return await runVisible(process.execPath, contractCommand(args));
}
