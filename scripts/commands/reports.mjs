// SPDX-License-Identifier: Apache-2.0
import { apiReports } from '../lib/apiReports.mjs';
import { ensureInstalled } from '../lib/install.mjs';

export async function run() {
  await ensureInstalled();
  return await apiReports();
}
