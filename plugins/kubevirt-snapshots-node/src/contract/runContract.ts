// SPDX-License-Identifier: Apache-2.0
import { KubeConfig } from '@kubernetes/client-node';
import { contract, runCheck } from './contract';
import { ContractBed } from './ContractBed';
import { createSandboxBed } from './sandboxBed';
import type { ContractResult } from './types';

/**
 * Runs the contract suite against the cluster and context that KUBECONFIG
 * names, as administrator, or without it against the sandbox.
 *
 * - `CONTRACT_STORAGE_CLASS`: storage that can snapshot; default: one that has
 *   a VolumeSnapshotClass, the cluster's default class if it has
 * - `CONTRACT_PLAIN_STORAGE_CLASS`: storage that can't; default: one that has
 *   none
 * - `CONTRACT_PATIENCE_SECONDS`: how long anything may take; default 180
 */
async function createBed(): Promise<{
  bed: ContractBed;
  stop(): Promise<string[]>;
  /** Nothing may be skipped or left behind. */
  strict?: boolean;
}> {
  const { env } = process;
  if (!env.KUBECONFIG) {
    print('No KUBECONFIG is set, so the sandbox it is.');
    return { ...(await createSandboxBed()), strict: true };
  }
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  print(`Cluster: context ${kubeConfig.getCurrentContext()}`);
  const bed = await ContractBed.create({
    kubeConfig,
    storageClass: env.CONTRACT_STORAGE_CLASS || undefined,
    plainStorageClass: env.CONTRACT_PLAIN_STORAGE_CLASS || undefined,
    patience: Number(env.CONTRACT_PATIENCE_SECONDS || 180) * 1000,
  });
  return { bed, stop: () => bed.tearDown() };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Fails at the first Ctrl-C; the second one ends the process. */
function interruption(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        print('Interrupted. What was made is being removed.');
        reject(new Error('interrupted'));
      });
    }
  });
  interrupted.catch(() => {});
  return interrupted;
}

async function main(): Promise<number> {
  const interrupted = interruption();
  const { bed, stop, strict } = await createBed();
  const results: ContractResult[] = [];
  bed.notes.forEach(print);
  let left: string[] = [];
  let whole = true;
  try {
    for (const check of contract) {
      const result = await Promise.race([
        runCheck(check, bed.context),
        interrupted,
      ]);
      if (strict && result.outcome === 'skipped') {
        result.outcome = 'failed';
      }
      results.push(result);
      print(
        `${result.outcome.padEnd(7)}  ${result.name}${
          result.reason ? `\n         ${result.reason}` : ''
        }`,
      );
    }
  } catch {
    whole = false;
  } finally {
    left = await stop();
  }
  left.forEach(print);
  // The promises were kept or not, whatever becomes of the rest on a cluster.
  whole &&= !strict || left.length === 0;
  const count = (outcome: string) =>
    results.filter(r => r.outcome === outcome).length;
  print(
    `${count('passed')} passed, ${count('failed')} failed, ${count(
      'skipped',
    )} skipped`,
  );
  return whole && count('failed') === 0 ? 0 : 1;
}

main().then(
  code => process.exit(code),
  error => {
    print(`The contract suite could not run: ${error.message}`);
    print('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  },
);
