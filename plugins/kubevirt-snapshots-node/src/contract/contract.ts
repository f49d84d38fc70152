// SPDX-License-Identifier: Apache-2.0
import { copyingChecks } from './checks/copying';
import { readingChecks } from './checks/reading';
import { instancetypeChecks } from './checks/instancetypes';
import { dumpChecks } from './checks/memoryDumps';
import { restoringChecks } from './checks/restoring';
import { rightsChecks } from './checks/rights';
import { stateChecks } from './checks/state';
import { stoppingChecks } from './checks/stopping';
import { takingChecks } from './checks/taking';
import {
  ContractCheck,
  ContractContext,
  ContractResult,
  Skipped,
} from './types';

/**
 * What the plugin relies on in a cluster, one check a promise. They run in
 * this order; later ones of a group use what the first one made.
 */
export const contract: readonly ContractCheck[] = [
  ...readingChecks,
  ...takingChecks,
  ...stoppingChecks,
  ...restoringChecks,
  ...copyingChecks,
  ...stateChecks,
  ...dumpChecks,
  ...instancetypeChecks,
  ...rightsChecks,
];

/** Runs one check. */
export async function runCheck(
  check: ContractCheck,
  context: ContractContext,
): Promise<ContractResult> {
  const { name } = check;
  const reason = check.skip?.(context);
  if (reason) {
    return { name, outcome: 'skipped', reason };
  }
  try {
    await check.run(context);
    return { name, outcome: 'passed' };
  } catch (error) {
    return {
      name,
      outcome: error instanceof Skipped ? 'skipped' : 'failed',
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}
