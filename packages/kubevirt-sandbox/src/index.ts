// SPDX-License-Identifier: Apache-2.0

/**
 * A Kubernetes API server that behaves as KubeVirt does, for demos and tests.
 *
 * @packageDocumentation
 */
import { SandboxCluster } from './sandbox';
import type { Sandbox, SandboxOptions } from './types';

export { ApiError } from './api/status';
export { type Clock, SystemClock } from './clock';
export type {
  Fault,
  FaultAction,
  FaultMatch,
  GuestBehaviour,
  KubeObject,
  ObjectMeta,
  ObjectRef,
  OwnerReference,
  RequestRecord,
  Sandbox,
  SandboxFaults,
  SandboxObjects,
  SandboxOptions,
  SandboxRequests,
  StorageDelays,
  TemplateApi,
  VolumeFault,
} from './types';
export { watchEvents } from './testing/watchEvents';
export { demoSeed, demoClusters, type DemoOptions } from './demo';
export {
  FLEET_NAMESPACE,
  fleetName,
  fleetSeed,
  type FleetOptions,
} from './demo/fleet';

/**
 * Starts one cluster and its HTTP server.
 *
 * @throws when the port is taken or the data folder cannot be written
 * @public
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  return SandboxCluster.start(options);
}
