// SPDX-License-Identifier: Apache-2.0
/**
 * Adds the KubeVirt virtual machines of the clusters to the catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleKubevirt as default } from './module';
export * from './KubevirtEntityProvider';
export * from './KubevirtOwnersProcessor';
