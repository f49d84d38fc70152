// SPDX-License-Identifier: Apache-2.0
import { createRouteRef } from '@backstage/frontend-plugin-api';

/** Route of the page for operators. */
export const clustersRouteRef = createRouteRef();

/** Route of the audit page. */
export const auditRouteRef = createRouteRef();

/** Route of the page with all VMs. */
export const fleetRouteRef = createRouteRef();
