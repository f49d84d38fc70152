// SPDX-License-Identifier: Apache-2.0
export { FleetPage, type FleetPageProps } from './FleetPage';
