// SPDX-License-Identifier: Apache-2.0
export * from './LabelSelector';
export * from './ProvidedVms';
export type { VmProviderConfig } from './readVmProviders';
export * from './vmEntityName';
