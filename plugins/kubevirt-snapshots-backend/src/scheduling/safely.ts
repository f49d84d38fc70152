// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Attempt } from './RunStore';
import type { Schedule } from './types';

/** One schedule that can't go on must not keep the others from it. */
export async function safely(
  logger: LoggerService,
  schedule: Schedule,
  work: () => Promise<Attempt>,
): Promise<Attempt> {
  try {
    return await work();
  } catch (error) {
    logger.error(`Schedule ${schedule.id} could not go on`, error as Error);
    return 'lost';
  }
}
