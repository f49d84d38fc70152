// SPDX-License-Identifier: Apache-2.0
import { KubeConfig } from '@kubernetes/client-node';
// The contract is run from the repository; it is in no build of this package.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { startSandbox } from 'kubevirt-sandbox';
import { ContractBed } from './ContractBed';

/**
 * Starts a sandbox and goes in by its kubeconfig, as into any other cluster.
 * Only the disturbances are made from inside.
 */
export async function createSandboxBed(): Promise<{
  bed: ContractBed;
  stop(): Promise<string[]>;
}> {
  const sandbox = await startSandbox({ name: 'contract', speed: 10 });
  try {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(sandbox.kubeconfig());
    let holds: string[] = [];
    const bed = await ContractBed.create({
      kubeConfig,
      patience: 30_000,
      disturb: {
        cutWatches: () => sandbox.faults.closeWatches({ abrupt: true }),
        compact: () => sandbox.faults.compact(),
        holdStorage: () => {
          holds = (['hang', 'never-bind'] as const).map(mode =>
            sandbox.faults.addVolumeFault({ mode }),
          );
        },
        releaseStorage: () => {
          holds.forEach(hold => sandbox.faults.removeVolumeFault(hold));
        },
      },
    });
    return {
      bed,
      stop: () => bed.tearDown().finally(() => sandbox.stop()),
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}
