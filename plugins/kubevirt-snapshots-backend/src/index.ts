// SPDX-License-Identifier: Apache-2.0
/**
 * Backend of the KubeVirt snapshots plugin.
 *
 * @packageDocumentation
 */
export { kubevirtSnapshotsPlugin as default } from './plugin';
export { auditCli, type CliOutput } from './audit/cli/main';
