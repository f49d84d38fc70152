// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { refusal } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { ErrorState } from './ErrorState';

const CASES: [number, string, string, string][] = [
  [404, 'entity-not-found', 'is not in the catalog', 'Go back to the catalog'],
  [404, 'no-annotation', 'does not name a VM', 'kubevirt-snapshots/vm'],
  [404, 'malformed-annotation', 'cannot be read', 'has to have the form'],
  [404, 'not-bound', 'does not confirm', 'kubevirt-snapshots/entity-ref'],
  [404, 'vm-gone', 'does not exist any longer', 'has no VM of this name'],
  [404, 'unknown-cluster', 'does not know the cluster', 'is not configured'],
  [503, 'cluster-never-synced', 'not been read yet', 'tries again'],
  [503, 'snapshot-crds-missing', 'cannot take snapshots', 'feature gate'],
  [503, 'audit-unavailable', 'Nothing can be changed', 'record of changes'],
  [503, 'of-tomorrow', 'cannot answer at the moment', 'The backend says no'],
  [404, 'of-tomorrow', 'Nothing was found', 'The backend says no'],
  [401, '', 'not signed in', 'sign in again'],
  [500, '', 'could not be loaded', 'The backend says no'],
];

describe('ErrorState', () => {
  it.each(CASES)(
    'has words for %d %s',
    async (status, code, title, whatToDo) => {
      await renderWithApi(
        <ErrorState error={refusal(status, { code })} onRetry={() => {}} />,
      );
      const alert = screen.getByRole('alert');
      expect(alert).toHaveTextContent(title);
      expect(alert).toHaveTextContent(whatToDo);
    },
  );

  it('has another title for each code', () => {
    const titles = CASES.map(([, , title]) => title);
    expect(new Set(titles).size).toBe(CASES.length);
  });

  it('names whom to ask when access is denied', async () => {
    const { container } = await renderWithApi(
      <ErrorState
        error={refusal(403, {
          code: 'permission',
          owners: ['group:default/team-a', 'user:default/bob'],
        })}
        onRetry={() => {}}
      />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'You may not see the snapshots of this VM',
    );
    expect(screen.getByRole('link', { name: /team-a/ })).toHaveAttribute(
      'href',
      '/catalog/default/group/team-a',
    );
    expect(screen.getByRole('link', { name: /bob/ })).toBeVisible();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('says so when nobody is known to ask', async () => {
    await renderWithApi(<ErrorState error={refusal(403)} onRetry={() => {}} />);
    expect(screen.getByRole('alert')).toHaveTextContent('no known owner');
  });

  it('tells a missing answer from a refusal, and tries again', async () => {
    const onRetry = jest.fn();
    await renderWithApi(
      <ErrorState error={new TypeError('Failed to fetch')} onRetry={onRetry} />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent('does not answer');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});
