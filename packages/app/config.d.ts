// SPDX-License-Identifier: Apache-2.0
export interface Config {
  app?: {
    /** Who may be asked to vouch for a person. */
    signIn?: {
      /**
       * @deepVisibility frontend
       */
      providers?: Array<{
        /**
         * Id of a provider under `auth.providers` that speaks Backstage's OAuth
         * protocol: github, gitlab, google, microsoft, oidc, okta...
         */
        id: string;
        /** Its name on the sign-in page. */
        title: string;
        /** One sentence that says whose account is wanted. */
        message?: string;
      }>;
      /**
       * With a single provider: go there at once instead of showing a page
       * with one button. Off unless set.
       *
       * @visibility frontend
       */
      auto?: boolean;
    };
  };
}
