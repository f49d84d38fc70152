// SPDX-License-Identifier: Apache-2.0
import { Progress, UserIdentity } from '@backstage/core-components';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Alert, Button, Card, CardBody, Flex, Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import {
  signInProvidersApiRef,
  type SignInProvider,
} from './signInProvidersApi';

/**
 * Signs people in with the providers of `app.signIn.providers`. Somebody who
 * still has a session never sees it.
 */
export const SignInPage = ({ onSignInSuccess }: SignInPageProps) => {
  const config = useApi(configApiRef);
  const { providers } = useApi(signInProvidersApiRef);
  const auto =
    providers.length === 1 &&
    (config.getOptionalBoolean('app.signIn.auto') ?? false);

  // Providers send people back with the reason when signing in failed.
  const [error, setError] = useState(() =>
    new URLSearchParams(window.location.search).get('error'),
  );
  const [looking, setLooking] = useState(true);

  const signIn = async (
    provider: SignInProvider,
    options: { optional: true } | { instantPopup: true },
  ) => {
    const identity = await provider.auth.getBackstageIdentity(options);
    if (!identity) {
      return false;
    }
    onSignInSuccess(
      UserIdentity.create({
        identity: identity.identity,
        profile: await provider.auth.getProfile(),
        authApi: provider.auth,
      }),
    );
    return true;
  };

  useEffect(() => {
    const resume = async () => {
      for (const provider of providers) {
        if (await signIn(provider, { optional: true })) {
          return;
        }
      }
      if (auto && !error) {
        await signIn(providers[0], { instantPopup: true });
        return;
      }
      setLooking(false);
    };
    resume().catch(failure => {
      setError(String(failure));
      setLooking(false);
    });
    // Once: what it depends on comes from configuration.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  if (looking) {
    return <Progress />;
  }
  return (
    <Flex direction="column" align="center" p="8" gap="4">
      <Text as="h1" variant="title-medium">
        {config.getOptionalString('app.title') ?? 'Portal'}
      </Text>
      {error && (
        <Alert
          status="danger"
          icon
          title="Sign-in failed"
          description={error}
        />
      )}
      {providers.length === 0 && (
        <Alert
          status="warning"
          icon
          title="Nobody can sign in yet"
          description="No provider is configured under app.signIn.providers."
        />
      )}
      {providers.map(provider => (
        <Card key={provider.id} style={{ width: 'min(26rem, 100%)' }}>
          <CardBody>
            <Flex direction="column" gap="3" align="start">
              {provider.message && <Text>{provider.message}</Text>}
              <Button
                variant="primary"
                onPress={() => {
                  setError(null);
                  signIn(provider, { instantPopup: true }).catch(failure =>
                    setError(String(failure)),
                  );
                }}
              >
                {`Sign in: ${provider.title}`}
              </Button>
            </Flex>
          </CardBody>
        </Card>
      ))}
    </Flex>
  );
};
