// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { cluster, no, refusal } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { ClustersPage } from './ClustersPage';
import { bypassLook, clusterLook } from './looks';

async function show(prepare: (api: FakeApi) => void = () => {}) {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(<ClustersPage queryClient={createQueryClient()} />, {
    api,
  });
}

const row = (name: string) =>
  screen.findByRole('row', { name: new RegExp(name) });

describe('ClustersPage', () => {
  beforeEach(() => setViewportWidth(1280));

  it('shows a sound cluster', async () => {
    const { container } = await show();
    const east = await row('Cluster East');
    expect(east).toHaveTextContent('Live');
    expect(east).toHaveTextContent('Closed');
    expect(east).toHaveTextContent('Allowed');
    expect(east).toHaveTextContent('7 VMs, 42 snapshots');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('keeps everything on a narrow screen, under other headings', async () => {
    setViewportWidth(400);
    const { container } = await show(api =>
      api.listBindings.mockResolvedValue({
        confirmed: 1,
        truncated: false,
        unconfirmed: [
          {
            entityRef: 'resource:default/forged-01',
            annotation: 'east/shop/web-02',
            code: 'not-bound',
            reason: 'The VM names another entity',
          },
        ],
      }),
    );
    const east = await row('Cluster East');
    await screen.findByRole('columnheader', { name: 'What is missing' });
    expect(
      (await screen.findAllByRole('columnheader')).map(c => c.textContent),
    ).toEqual(['Cluster', 'State', 'Entity', 'What is missing']);
    expect(await row('forged-01')).toHaveTextContent('east/shop/web-02');
    for (const words of ['Live', 'Closed', 'Allowed', '7 VMs, 42 snapshots']) {
      expect(east).toHaveTextContent(words);
    }
    expect(await axe(container)).toHaveNoViolations();
  });

  it('says what is wrong and what to do', async () => {
    await show(api =>
      api.listClusters.mockResolvedValue([
        cluster({
          name: 'west',
          title: undefined,
          state: 'stale',
          asOf: undefined,
          message: 'connection refused',
          proxyBypass: 'open',
          mutations: no('The proxy is open.', 'mutations-off'),
        }),
      ]),
    );
    const west = await row('west');
    expect(west).toHaveTextContent('Not answering');
    expect(west).toHaveTextContent('connection refused');
    expect(west).toHaveTextContent('Never');
    expect(west).toHaveTextContent('Take the rights to write snapshots');
    expect(west).toHaveTextContent('OffThe proxy is open.');
  });

  it.each([
    ['safe', 'cannot write snapshots'],
    ['open', 'Take the rights'],
    ['accepted', 'remove the setting'],
    ['unchecked', 'has not said yet'],
    ['of-tomorrow', 'has not said yet'],
  ])('explains the bypass check %s', async (proxyBypass, text) => {
    await show(api =>
      api.listClusters.mockResolvedValue([
        cluster({ proxyBypass: proxyBypass as any }),
      ]),
    );
    expect(await row('Cluster East')).toHaveTextContent(text);
  });

  it('makes only the good states green', () => {
    const tones = (['connecting', 'live', 'stale', 'unusable', 'x'] as any[])
      .map(clusterLook)
      .map(look => look.tone);
    expect(tones).toEqual(['info', 'success', 'warning', 'danger', 'neutral']);
    const bypasses = (['safe', 'open', 'accepted', 'unchecked', 'x'] as any[])
      .map(bypassLook)
      .map(look => look.tone);
    expect(bypasses).toEqual([
      'success',
      'danger',
      'warning',
      'neutral',
      'neutral',
    ]);
  });

  it('is closed to others, and names the permission', async () => {
    await show(api => api.listClusters.mockRejectedValue(refusal(403)));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('for the people who operate the portal');
    expect(alert).toHaveTextContent('kubevirt-snapshots.binding.read');
    expect(screen.queryByRole('grid')).not.toBeInTheDocument();
  });

  it('says how to add the first cluster', async () => {
    await show(api => api.listClusters.mockResolvedValue([]));
    expect(await screen.findByText(/kubevirtSnapshots.clusters/)).toBeVisible();
  });

  it('tries again after an error', async () => {
    await show(api =>
      api.listClusters.mockRejectedValueOnce(refusal(400, {}, 'Broken.')),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('Broken.');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await row('Cluster East')).toBeVisible();
  });

  it('lists the entities that nobody confirms, with what is missing', async () => {
    const { container } = await show(api =>
      api.listBindings.mockResolvedValue({
        confirmed: 1,
        truncated: true,
        unconfirmed: [
          {
            entityRef: 'resource:default/forged-01',
            annotation: 'east/shop/web-02',
            code: 'not-bound',
            reason: 'The VM names another entity',
          },
        ],
      }),
    );
    const forged = await row('forged-01');
    expect(forged).toHaveTextContent('east/shop/web-02');
    expect(forged).toHaveTextContent('The VM names another entity');
    expect(
      screen.getByText(/1 entity is confirmed.*There are more/),
    ).toBeInTheDocument();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('shows the clusters although the entities could not be loaded', async () => {
    await show(api =>
      api.listBindings.mockRejectedValue(refusal(500, {}, 'Broken.')),
    );
    expect(
      await screen.findByText('The entities could not be loaded'),
    ).toBeInTheDocument();
    expect(await row('Cluster East')).toBeInTheDocument();
  });
});
