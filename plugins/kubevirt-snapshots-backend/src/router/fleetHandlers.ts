// SPDX-License-Identifier: Apache-2.0
import type { UserInfoService } from '@backstage/backend-plugin-api';
import type { VmGate } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type { Scheduling } from '../scheduling/Scheduling';
import type { FleetStreams } from '../stream/FleetStreams';
import type { FleetViews } from '../views/FleetViews';
import type { Handler } from './Handler';
import { parse, vmListQuery } from './schemas';

/** Handlers of the routes over all VMs that one may read. */
export function fleetHandlers(options: {
  gate: VmGate;
  fleet: FleetViews;
  fleetStreams: FleetStreams;
  index: OperationIndex;
  scheduling: Pick<Scheduling, 'changes'>;
  userInfo: UserInfoService;
}): Record<'listVms' | 'streamVms', Handler> {
  const { gate } = options;
  return {
    listVms: async ({ req, res, caller }) => {
      const { minRevision, ...query } = parse(vmListQuery, req.query);
      const [fleet, { ownershipEntityRefs }] = await Promise.all([
        gate.forFleet(caller),
        options.userInfo.getUserInfo(caller.credentials),
        minRevision !== undefined && options.index.catchUp(minRevision),
        minRevision !== undefined &&
          options.scheduling.changes.catchUp(minRevision),
      ]);
      res.json(
        await options.fleet.list(fleet, query, {
          credentials: caller.credentials,
          ownershipRefs: ownershipEntityRefs,
        }),
      );
    },

    streamVms: async ({ res, caller }) => {
      options.fleetStreams.serve({
        res,
        fleet: await gate.forFleet(caller),
        expiresAt: caller.credentials.expiresAt,
        decide: () => gate.forFleet(caller),
      });
    },
  };
}
