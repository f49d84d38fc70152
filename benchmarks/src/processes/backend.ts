// SPDX-License-Identifier: Apache-2.0
/** Runs the portal's backend, with two empty routes to compare with. */
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  snapshotCreatePermission,
  snapshotDeletePermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import Router from 'express-promise-router';
import { portalFeatures } from '../../../packages/backend/src/features';

/** What a request costs before we do anything for it. */
const floor = createBackendPlugin({
  pluginId: 'floor',
  register(env) {
    env.registerInit({
      deps: {
        catalog: catalogServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        permissions: coreServices.permissions,
      },
      async init({ catalog, httpAuth, httpRouter, permissions }) {
        const router = Router();
        router.get('/empty', async (req, res) => {
          await httpAuth.credentials(req, { allow: ['user'] });
          res.json({});
        });
        router.get('/asking/:name', async (req, res) => {
          const credentials = await httpAuth.credentials(req, {
            allow: ['user'],
          });
          await Promise.all([
            catalog.getEntityByRef(`resource:default/${req.params.name}`, {
              credentials,
            }),
            permissions.authorizeConditional(
              [
                vmReadPermission,
                snapshotCreatePermission,
                snapshotDeletePermission,
              ].map(permission => ({ permission })),
              { credentials },
            ),
          ]);
          res.json({});
        });
        httpRouter.use(router);
      },
    });
  },
});

const backend = createBackend();
for (const feature of portalFeatures()) {
  backend.add(feature);
}
backend.add(import('kubevirt-sandbox/sign-in'));
backend.add(floor);
void backend.start();
