// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { authProvidersExtensionPoint } from '@backstage/plugin-auth-node';
import { assertSandboxOnly } from './assertSandboxOnly';
import { createDemoAuthProvider } from './createDemoAuthProvider';

/**
 * Lets anybody sign in as one of four demo people, beside sandbox clusters
 * only. The backend doesn't start when a configured cluster is anything else.
 */
export const demoSignInModule = createBackendModule({
  pluginId: 'auth',
  moduleId: 'demo-sign-in',
  register(reg) {
    reg.registerInit({
      deps: {
        authProviders: authProvidersExtensionPoint,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
      },
      async init({ authProviders, config, logger }) {
        await assertSandboxOnly(config);
        authProviders.registerProvider({
          providerId: 'demo',
          factory: createDemoAuthProvider,
        });
        logger.warn('Demo sign-in is on: anybody may sign in as anybody');
      },
    });
  },
});
