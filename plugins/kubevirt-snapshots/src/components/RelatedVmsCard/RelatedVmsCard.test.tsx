// SPDX-License-Identifier: Apache-2.0
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { VmList } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { refusal, vmItem, vmList } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { createQueryClient } from '../../hooks/queries';
import { RelatedVmsCard } from './RelatedVmsCard';

const system = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'System',
  metadata: { name: 'Shop', namespace: 'default' },
};

async function show(prepare: (api: FakeApi) => void) {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(
    <EntityProvider entity={system}>
      <RelatedVmsCard queryClient={createQueryClient()} />
    </EntityProvider>,
    { api },
  );
}
const showList = (patch: Partial<VmList>) =>
  show(api => api.listVms.mockResolvedValue(vmList(patch)));

describe('RelatedVmsCard', () => {
  it('shows the VMs of the entity, those without a good snapshot first', async () => {
    const { api, container } = await showList({
      items: [
        vmItem({ unprotected: true, snapshots: { total: 0 } }),
        vmItem({
          ref: { name: 'web-02' },
          entityRef: undefined,
          busy: { kind: 'restore', name: 'r1' },
        }),
      ],
      totalItems: 7,
      unprotectedItems: 1,
    });
    const items = await screen.findAllByRole('listitem');
    expect(api.listVms.mock.calls[0][0]).toMatchObject({
      belongsTo: 'system:default/shop',
      sort: 'lastSnapshot',
      order: 'asc',
      limit: 5,
    });
    expect(items[0]).toHaveTextContent('none in 30 days');
    expect(within(items[0]).getByRole('link')).toHaveAttribute(
      'href',
      '/catalog/default/resource/web-01/snapshots',
    );
    expect(items[1]).toHaveTextContent(/web-02.*Running.*Restoring.*Last good/);
    expect(within(items[1]).queryByRole('link')).toBeNull();
    const card = screen.getByRole('region', { name: 'Virtual machines' });
    expect(card).toHaveTextContent(
      '7 virtual machines · 1 without a good snapshot in 30 days',
    );
    expect(screen.getByRole('link', { name: 'Show all 7' })).toHaveAttribute(
      'href',
      '/virtual-machines?scope=all&belongsTo=system%3Adefault%2Fshop',
    );
    expect(await axe(container)).toHaveNoViolations();
  });

  it('says that there is none', async () => {
    await showList({ items: [] });
    expect(
      await screen.findByText(
        'No virtual machine that you may see belongs to it.',
      ),
    ).toBeVisible();
  });

  it('says why it shows nothing, and tries again', async () => {
    const { api } = await show(a => a.listVms.mockRejectedValue(refusal(400)));
    const retry = await screen.findByRole('button', { name: 'Try again' });
    api.listVms.mockResolvedValue(vmList());
    await userEvent.click(retry);
    await waitFor(() =>
      expect(screen.getByRole('link', { name: 'web-01' })).toBeVisible(),
    );
  });
});
