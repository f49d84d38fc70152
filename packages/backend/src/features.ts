// SPDX-License-Identifier: Apache-2.0
import { permissionPolicyModule } from './permissionPolicy';

/**
 * Everything that the portal's backend is made of, as `npm start` and
 * production both run it. A list of its own, so that tests can start the very
 * same features. An installation adds its sign-in provider's module here.
 */
export const portalFeatures = () => [
  // Serves the built app, so that the portal has one address
  import('@backstage/plugin-app-backend'),

  import('@backstage/plugin-auth-backend'),
  import('@backstage/plugin-user-settings-backend'),

  import('@backstage/plugin-catalog-backend'),
  import('@backstage/plugin-catalog-backend-module-logs'),
  import('backstage-plugin-catalog-backend-module-kubevirt'),

  import('@backstage/plugin-permission-backend'),
  permissionPolicyModule,

  import('@backstage/plugin-kubernetes-backend'),
  import('backstage-plugin-kubevirt-snapshots-backend'),
];
