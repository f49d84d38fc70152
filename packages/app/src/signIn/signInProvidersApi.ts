// SPDX-License-Identifier: Apache-2.0
import { OAuth2 } from '@backstage/core-app-api';
import {
  ApiBlueprint,
  configApiRef,
  createApiRef,
  discoveryApiRef,
  oauthRequestApiRef,
  type BackstageIdentityApi,
  type ProfileInfoApi,
  type SessionApi,
} from '@backstage/frontend-plugin-api';

/** A provider of the backend's `auth.providers` that people may sign in with. */
export interface SignInProvider {
  id: string;
  title: string;
  message?: string;
  auth: ProfileInfoApi & BackstageIdentityApi & SessionApi;
}

export const signInProvidersApiRef = createApiRef<{
  providers: SignInProvider[];
}>({ id: 'app.sign-in-providers' });

/**
 * Builds the providers from `app.signIn.providers`. All of Backstage's OAuth
 * providers speak one protocol to the browser, so an installation changes who
 * vouches for its people by configuration and never by building the app anew.
 */
export const signInProvidersApi = ApiBlueprint.make({
  name: 'sign-in-providers',
  params: defineParams =>
    defineParams({
      api: signInProvidersApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
      },
      factory: ({ configApi, discoveryApi, oauthRequestApi }) => ({
        providers: (
          configApi.getOptionalConfigArray('app.signIn.providers') ?? []
        ).map(config => {
          const id = config.getString('id');
          const title = config.getString('title');
          return {
            id,
            title,
            message: config.getOptionalString('message'),
            auth: OAuth2.create({
              configApi,
              discoveryApi,
              oauthRequestApi,
              provider: { id, title, icon: () => null },
              environment: configApi.getOptionalString('auth.environment'),
            }),
          };
        }),
      }),
    }),
});
