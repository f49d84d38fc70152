// SPDX-License-Identifier: Apache-2.0
export { ClustersPage } from './ClustersPage';
