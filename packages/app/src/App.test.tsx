// SPDX-License-Identifier: Apache-2.0
import { render, screen } from '@testing-library/react';
import App from './App';

describe('App', () => {
  const env = process.env;

  beforeEach(() => {
    // As the backend would inject it
    process.env = {
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          context: 'test',
          data: {
            app: {
              title: 'Test portal',
              baseUrl: 'http://localhost',
              signIn: {
                providers: [
                  {
                    id: 'oidc',
                    title: 'Company account',
                    message: 'Your usual one',
                  },
                ],
              },
            },
            backend: { baseUrl: 'http://localhost' },
          },
        },
      ] as never,
    };
    // Nobody has a session yet
    jest.spyOn(global, 'fetch').mockResolvedValue({
      ok: false,
      status: 401,
      statusText: 'Unauthorized',
    } as Response);
  });

  afterEach(() => {
    process.env = env;
    jest.restoreAllMocks();
  });

  it('starts, and offers the configured providers', async () => {
    render(App.createRoot());
    expect(
      await screen.findByRole(
        'button',
        { name: 'Sign in: Company account' },
        { timeout: 30_000 },
      ),
    ).toBeInTheDocument();
    expect(screen.getByText('Your usual one')).toBeInTheDocument();
    expect(screen.getByText('Test portal')).toBeInTheDocument();
  }, 60_000);
});
