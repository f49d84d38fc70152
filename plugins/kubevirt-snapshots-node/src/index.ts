// SPDX-License-Identifier: Apache-2.0
/**
 * Cluster access, VM binding and permission rules of the KubeVirt snapshots
 * plugin.
 *
 * @packageDocumentation
 */
export * from './binding';
export * from './cluster';
export * from './config';
export * from './permissions';
export * from './provided';
export { LentProxyAccess, proxyAccessRef } from './transport/LentProxyAccess';
export type { ProxyAccess } from './transport/ProxyCredentials';
