// SPDX-License-Identifier: Apache-2.0
import {
  AuthenticationError,
  InputError,
  NotAllowedError,
} from '@backstage/errors';
import {
  prepareBackstageIdentityResponse,
  type AuthProviderFactory,
  type AuthResolverContext,
  type ClientAuthResponse,
} from '@backstage/plugin-auth-node';
import { DEMO_PEOPLE, findDemoPerson, type DemoPerson } from './people';
import { renderPeoplePage } from './renderPeoplePage';

const COOKIE = 'demo-person';

/**
 * Speaks the same protocol to the browser as Backstage's OAuth providers (leave
 * the page, come back, refresh), so that the app needs to know nothing of it.
 * Where they send people to an identity provider, it shows four people itself.
 */
export const createDemoAuthProvider: AuthProviderFactory = options => {
  const { providerId, baseUrl, appUrl, isOriginAllowed, resolverContext } =
    options;
  const providerUrl = new URL(`${baseUrl}/${providerId}`);
  const cookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    path: providerUrl.pathname,
  } as const;

  /** Only back to the app: otherwise this would redirect anywhere. */
  function readReturnUrl(value: unknown): string {
    const url = new URL(typeof value === 'string' ? value : appUrl, appUrl);
    if (!isOriginAllowed(url.origin)) {
      throw new NotAllowedError(`Origin '${url.origin}' is not allowed`);
    }
    return url.toString();
  }

  return {
    async start(req, res) {
      if (req.accepts(['html', 'json']) === 'json') {
        res.json({ people: await listPeople(resolverContext) });
        return;
      }
      const returnUrl = readReturnUrl(req.query.redirectUrl);
      res.type('html').send(
        renderPeoplePage({
          people: DEMO_PEOPLE,
          hrefOf: person =>
            `${providerUrl.pathname}/handler/frame?${new URLSearchParams({
              person: person.id,
              redirectUrl: returnUrl,
            })}`,
        }),
      );
    },

    async frameHandler(req, res) {
      const person = findDemoPerson(req.query.person);
      if (!person) {
        throw new InputError('There is no such demo person');
      }
      const returnUrl = readReturnUrl(req.query.redirectUrl);
      res.cookie(COOKIE, person.id, cookieOptions).redirect(returnUrl);
    },

    async refresh(req, res) {
      // Makes browsers ask us before another site may send it.
      if (req.header('X-Requested-With') !== 'XMLHttpRequest') {
        throw new AuthenticationError('Invalid X-Requested-With header');
      }
      const person = findDemoPerson(req.cookies?.[COOKIE]);
      if (!person) {
        // Being signed out is no failure: with a status of 401 every first
        // visit would leave an error in the browser's console.
        res.json({ error: { name: 'NotSignedIn', message: 'Not signed in' } });
        return;
      }
      res.json(await signIn(person, resolverContext));
    },

    async logout(req, res) {
      if (req.header('X-Requested-With') !== 'XMLHttpRequest') {
        throw new AuthenticationError('Invalid X-Requested-With header');
      }
      res.clearCookie(COOKIE, cookieOptions).status(200).end();
    },
  };
};

function entityRefOf(person: DemoPerson): string {
  return `user:default/${person.id}`;
}

async function signIn(
  person: DemoPerson,
  context: AuthResolverContext,
): Promise<ClientAuthResponse<{ scope: string }>> {
  const result = await context.signInWithCatalogUser({
    entityRef: entityRefOf(person),
  });
  return {
    profile: { displayName: person.displayName },
    providerInfo: { scope: '' },
    backstageIdentity: prepareBackstageIdentityResponse(result),
  };
}

/** `known` turns true when the catalog has read the person's entity. */
async function listPeople(context: AuthResolverContext) {
  return Promise.all(
    DEMO_PEOPLE.map(async person => ({
      ...person,
      entityRef: entityRefOf(person),
      known: await context
        .findCatalogUser({ entityRef: entityRefOf(person) })
        .then(() => true)
        .catch(() => false),
    })),
  );
}
