// SPDX-License-Identifier: Apache-2.0
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { SignInPage } from './SignInPage';
import {
  signInProvidersApiRef,
  type SignInProvider,
} from './signInProvidersApi';

const identity = {
  token: 'token',
  identity: {
    type: 'user' as const,
    userEntityRef: 'user:default/ada',
    ownershipEntityRefs: ['user:default/ada'],
  },
};

/** A provider at which somebody has a session, or not. */
function provider(signedIn: boolean) {
  return {
    id: 'oidc',
    title: 'Company account',
    auth: {
      getBackstageIdentity: jest.fn(
        async (options?: { optional?: boolean }) => {
          if (signedIn) {
            return identity;
          }
          // Without a session, asking for one leaves the page for good.
          return options?.optional ? undefined : new Promise<never>(() => {});
        },
      ),
      getProfile: jest.fn(async () => ({ displayName: 'Ada' })),
      signIn: jest.fn(),
      signOut: jest.fn(),
      sessionState$: jest.fn(),
    },
  };
}

function open(
  providers: ReturnType<typeof provider>[],
  signIn: { auto?: boolean } = {},
) {
  const onSignInSuccess = jest.fn();
  renderInTestApp(<SignInPage onSignInSuccess={onSignInSuccess} />, {
    config: { app: { title: 'Test portal', signIn } },
    apis: [
      [
        signInProvidersApiRef,
        { providers: providers as unknown as SignInProvider[] },
      ],
    ],
  });
  return onSignInSuccess;
}

describe('SignInPage', () => {
  it('says so when nobody can sign in', async () => {
    open([]);
    expect(await screen.findByText('Nobody can sign in yet')).toBeVisible();
  });

  it('lets somebody with a session pass', async () => {
    const onSignInSuccess = open([provider(true)]);
    await waitFor(() => expect(onSignInSuccess).toHaveBeenCalledTimes(1));
    const api = onSignInSuccess.mock.calls[0][0];
    await expect(api.getBackstageIdentity()).resolves.toEqual(
      identity.identity,
    );
  });

  it('waits for a click by itself', async () => {
    const company = provider(false);
    open([company]);
    const button = await screen.findByRole('button', {
      name: 'Sign in: Company account',
    });
    expect(company.auth.getBackstageIdentity).not.toHaveBeenCalledWith({
      instantPopup: true,
    });
    fireEvent.click(button);
    await waitFor(() =>
      expect(company.auth.getBackstageIdentity).toHaveBeenCalledWith({
        instantPopup: true,
      }),
    );
  });

  it('goes to the only provider at once when told to', async () => {
    const company = provider(false);
    open([company], { auto: true });
    await waitFor(() =>
      expect(company.auth.getBackstageIdentity).toHaveBeenCalledWith({
        instantPopup: true,
      }),
    );
  });

  it('shows a choice of several, even then', async () => {
    open([provider(false), { ...provider(false), id: 'b' }], { auto: true });
    expect(await screen.findAllByRole('button')).toHaveLength(2);
  });
});
