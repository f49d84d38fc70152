// SPDX-License-Identifier: Apache-2.0
import type {
  ClusterService,
  KubevirtSnapshotsConfig,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';

/** Who everybody is that has signed in without saying who. */
const GUEST = 'user:development/guest';

/**
 * Whether anything may be changed at all, before anybody's permissions are
 * looked at: the set-up may make that unsafe.
 */
export class MutationSwitch {
  readonly #config: KubevirtSnapshotsConfig['mutations'];
  readonly #permissionsEnabled: boolean;
  readonly #cluster: ClusterService;
  readonly #trail: DatabaseAuditTrail;

  constructor(options: {
    config: KubevirtSnapshotsConfig['mutations'];
    permissionsEnabled: boolean;
    cluster: ClusterService;
    trail: DatabaseAuditTrail;
  }) {
    this.#config = options.config;
    this.#permissionsEnabled = options.permissionsEnabled;
    this.#cluster = options.cluster;
    this.#trail = options.trail;
  }

  verdict(cluster: string, actor: string): Verdict {
    const off = (reason: string): Verdict => ({
      allowed: false,
      code: 'mutations-off',
      reason,
    });
    if (!this.#permissionsEnabled && !this.#config.withoutPermissions) {
      return off(
        'The portal runs without permissions, so nothing can be changed here. Set permission.enabled, or kubevirtSnapshots.mutations.withoutPermissions.',
      );
    }
    if (actor === GUEST && !this.#config.guests) {
      return off('Guests cannot change anything. Sign in.');
    }
    if (this.#trail.refusal) {
      return off(this.#trail.refusal);
    }
    return this.#cluster.mutations(cluster);
  }
}
