// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { nodeArgs } from './processes.mjs';

/** Against the sandbox, or against the cluster that KUBECONFIG names. */
export function contractCommand(args = []) {
  return nodeArgs(
    join(ROOT, 'plugins/kubevirt-snapshots-node/src/contract/runContract.ts'),
    args,
  );
}
