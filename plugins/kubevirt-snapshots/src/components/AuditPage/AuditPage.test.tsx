// SPDX-License-Identifier: Apache-2.0
import {
  act,
  fireEvent,
  screen,
  waitFor,
  within,
} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { auditEntry, refusal } from '../../__testUtils__/fixtures';
import { address, renderWithApi } from '../../__testUtils__/render';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { createQueryClient } from '../../hooks/queries';
import { AuditPage } from './AuditPage';

async function show(
  prepare: (api: FakeApi) => void = () => {},
  options: { path?: string; permitted?: boolean } = {},
) {
  const api = new FakeApi();
  prepare(api);
  return renderWithApi(<AuditPage queryClient={createQueryClient()} />, {
    api,
    ...options,
  });
}

const grid = () => screen.findByRole('grid', { name: 'Audit trail' });
const rows = () => screen.getAllByRole('row').slice(1);
const lastQuery = (api: FakeApi) => api.listAudit.mock.calls.at(-1)![0];
const params = () => new URLSearchParams(address().split('?')[1]);

describe('AuditPage', () => {
  it('does not ask whether all is intact for those who see a part', async () => {
    const { api } = await show(fake =>
      fake.listAudit.mockResolvedValue({
        items: [auditEntry()],
        everything: false,
      }),
    );
    expect(await screen.findByText(/You may see a part/)).toBeVisible();
    expect(api.getAuditVerification).not.toHaveBeenCalled();
  });

  it('shows who did what to which VM, newest first', async () => {
    const { api, container } = await show(fake =>
      fake.listAudit.mockResolvedValue({
        items: [
          auditEntry(),
          auditEntry({
            seq: 12,
            action: 'audit.read',
            vm: undefined,
            snapshot: undefined,
            outcome: 'recorded',
            count: 3,
          }),
        ],
      }),
    );
    await grid();
    await screen.findByText('Intact up to checkpoint 7');
    expect(api.listAudit).toHaveBeenCalledTimes(1);
    expect(lastQuery(api)).toEqual({
      actions: [],
      outcomes: [],
      origins: [],
      limit: 50,
    });
    const [first, second] = rows();
    expect(first).toHaveTextContent('Delete snapshotbefore-upgrade');
    expect(first).toHaveTextContent('east/shop/web-01');
    expect(first).toHaveTextContent('Succeeded');
    expect(first).toHaveTextContent('No longer needed');
    expect(second).toHaveTextContent('Read the audit trail');
    expect(second).toHaveTextContent('Recorded3 times');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('filters by VM and person once one stops typing', async () => {
    const { api } = await show();
    await grid();
    const vm = screen.getByRole('textbox', { name: 'VM' });
    await userEvent.type(vm, 'east/shop');
    expect(vm).toHaveAccessibleDescription(
      expect.stringContaining('cluster/namespace/name'),
    );
    expect(vm).toBeInvalid();
    await userEvent.type(vm, '/web-01');
    expect(vm).toBeValid();
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Person' }),
      'user:default/ann',
    );
    await waitFor(() =>
      expect(lastQuery(api)).toMatchObject({
        vm: 'east/shop/web-01',
        actor: 'user:default/ann',
      }),
    );
    expect(params().get('vm')).toBe('east/shop/web-01');
    expect(api.listAudit.mock.calls.map(([query]) => query.vm)).not.toContain(
      'east/shop',
    );
  });

  it.each([
    ['Action', 'Protect snapshot', 'action', 'snapshot.protect', 'actions'],
    ['Result', 'Denied', 'outcome', 'denied', 'outcomes'],
    ['Origin', 'Portal by itself', 'origin', 'system', 'origins'],
  ] as const)('filters by %s', async (label, option, key, value, field) => {
    const { api } = await show(undefined, { path: '/?before=9' });
    await grid();
    await userEvent.click(
      screen.getByRole('button', { name: new RegExp(label) }),
    );
    await userEvent.click(await screen.findByRole('option', { name: option }));
    await waitFor(() => expect(address()).toBe(`/?${key}=${value}`));
    expect(lastQuery(api)[field]).toEqual([value]);
  });

  it('filters by time, in the zone of the viewer', async () => {
    const { api } = await show();
    await grid();
    fireEvent.change(screen.getByLabelText('From'), {
      target: { value: '2026-11-01T08:00' },
    });
    await waitFor(() =>
      expect(lastQuery(api).from).toBe(
        new Date(2026, 10, 1, 8, 0).toISOString(),
      ),
    );
    fireEvent.change(screen.getByLabelText('Before'), {
      target: { value: '2026-12-01T08:00' },
    });
    await waitFor(() =>
      expect(lastQuery(api).to).toBe(new Date(2026, 11, 1, 8, 0).toISOString()),
    );
    expect(screen.getByLabelText('From')).toHaveValue('2026-11-01T08:00');
  });

  it('shows the view of the address, and can be reset', async () => {
    const { api } = await show(
      fake => fake.listAudit.mockResolvedValue({ items: [] }),
      {
        path: '/?vm=east%2Fshop%2Fweb-01&action=of.tomorrow&outcome=denied&from=2026-11-01T00:00:00Z&x=1',
      },
    );
    expect(
      await screen.findByText('No entry matches the filter'),
    ).toBeVisible();
    expect(lastQuery(api)).toMatchObject({
      vm: 'east/shop/web-01',
      actions: ['of.tomorrow'],
      outcomes: ['denied'],
      from: '2026-11-01T00:00:00.000Z',
    });
    await userEvent.click(
      screen.getAllByRole('button', { name: 'Reset filters' })[0],
    );
    await waitFor(() => expect(address()).toBe('/?x=1'));
    expect(screen.getByRole('textbox', { name: 'VM' })).toHaveValue('');
    expect(screen.getByLabelText('From')).toHaveValue('');
    expect(await screen.findByText('Nothing is on record yet')).toBeVisible();
  });

  it('pages to what is older and back', async () => {
    const { api } = await show(fake =>
      fake.listAudit.mockImplementation(async ({ before }) =>
        before ? { items: [] } : { items: [auditEntry()], next: 41 },
      ),
    );
    await grid();
    await userEvent.click(screen.getByRole('button', { name: 'Older' }));
    expect(
      await screen.findByRole('heading', { name: 'There is nothing older.' }),
    ).toBeVisible();
    expect(lastQuery(api).before).toBe(41);
    await userEvent.click(screen.getByRole('button', { name: 'Newest' }));
    await grid();
    expect(address()).toBe('/');
  });

  it('opens an entry in full, by the address', async () => {
    const { api } = await show(fake =>
      fake.getAuditRow.mockImplementation(async () => ({
        entry: auditEntry({
          onBehalfOf: 'plugin:chat',
          options: { deadlineSeconds: 300, configurationOnly: false },
          before: { protected: false },
          after: { protected: true },
          error: { code: 'deadline', message: 'Deadline exceeded.' },
        }),
        rows: [
          {
            seq: 41,
            kind: 'intent',
            body: '{"a":1}',
            rowHash: 'aa11',
            contentDigest: 'bb22',
          },
        ],
      })),
    );
    await grid();
    await userEvent.click(
      screen.getByRole('link', {
        name: 'Details of entry 41: Delete snapshot',
      }),
    );
    const drawer = await screen.findByRole('dialog', { name: 'Entry 41' });
    expect(address()).toBe('/?entry=41');
    expect(api.getAuditRow.mock.calls[0][0]).toBe(41);
    const part = (name: string) => within(drawer).getByRole('region', { name });
    await within(drawer).findByRole('region', { name: 'Overview' });
    expect(part('Overview')).toHaveTextContent('The cluster showed');
    expect(part('Overview')).toHaveTextContent('plugin:chat');
    expect(part('Overview')).toHaveTextContent('4.2 seconds');
    expect(part('Overview')).toHaveTextContent('Deadline exceeded.');
    expect(part('Overview')).toHaveTextContent('team-a');
    expect(part('What was asked for')).toHaveTextContent('Deadline seconds300');
    expect(part('What was asked for')).toHaveTextContent(
      'Configuration onlyNo',
    );
    expect(part('After')).toHaveTextContent('ProtectedYes');
    for (const label of ['Operation', 'Request', 'VM UID', 'Snapshot UID']) {
      expect(
        within(part('Identifiers')).getByRole('button', {
          name: `Copy ${label}`,
        }),
      ).toBeVisible();
    }
    expect(part('Rows of the trail')).toHaveTextContent('Row 41 (intent)aa11');
    expect(await axe(drawer)).toHaveNoViolations();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(address()).toBe('/'));
  });

  it('says that an entry is not there for this person', async () => {
    await show(api => api.getAuditRow.mockRejectedValue(refusal(404)), {
      path: '/?entry=7',
    });
    expect(
      await screen.findByText('There is no entry 7 that you may see.'),
    ).toBeVisible();
  });

  it('is closed to those who may see nothing, and names the permission', async () => {
    const { api } = await show(fake =>
      fake.listAudit.mockRejectedValue(refusal(403)),
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('You may not see the audit trail');
    expect(alert).toHaveTextContent('kubevirt-snapshots.audit.read');
    expect(screen.queryByRole('search')).toBeNull();
    expect(api.getAuditVerification).not.toHaveBeenCalled();
  });

  it('keeps the filters when they are what was refused', async () => {
    await show(api =>
      api.listAudit.mockRejectedValueOnce(refusal(400, {}, 'Bad time.')),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent('Bad time.');
    expect(screen.getByRole('search')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await grid()).toBeVisible();
  });

  it('loses nothing on a narrow screen', async () => {
    act(() => setViewportWidth(400));
    await show();
    await grid();
    expect(rows()[0]).toHaveTextContent('east/shop/web-01');
    expect(rows()[0]).toHaveTextContent('ann');
    expect(rows()[0]).toHaveTextContent('No longer needed');
  });
});

describe('export', () => {
  const saved: { name: string; href: string }[] = [];
  beforeEach(() => {
    saved.length = 0;
    URL.createObjectURL = jest.fn(() => 'blob:1');
    URL.revokeObjectURL = jest.fn();
    jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(function click(this: HTMLAnchorElement) {
        saved.push({ name: this.download, href: this.href });
      });
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['Export NDJSON', 'ndjson'],
    ['Export CSV', 'csv'],
  ] as const)(
    'downloads what the filters let through: %s',
    async (name, format) => {
      const { api, toast } = await show(undefined, {
        path: '/?outcome=denied&before=9',
      });
      await grid();
      await userEvent.click(screen.getByRole('button', { name }));
      await waitFor(() => expect(saved).toHaveLength(1));
      expect(saved[0].href).toBe('blob:1');
      expect(saved[0].name).toMatch(
        new RegExp(`^audit-\\d{8}T\\d{6}Z\\.${format}$`),
      );
      expect(api.exportAudit).toHaveBeenCalledWith({
        actions: [],
        outcomes: ['denied'],
        origins: [],
        format,
      });
      await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
    },
  );

  it('says why there is none, and is not made twice at a time', async () => {
    let refuse = (_: unknown) => {};
    const { api } = await show(fake =>
      fake.exportAudit.mockReturnValue(
        new Promise((_resolve, reject) => {
          refuse = reject;
        }),
      ),
    );
    await grid();
    const button = screen.getByRole('button', { name: 'Export CSV' });
    await userEvent.click(button);
    expect(button).toHaveAccessibleDescription('The export is being made.');
    await userEvent.click(button);
    expect(api.exportAudit).toHaveBeenCalledTimes(1);
    await act(async () => refuse(refusal(403, {}, 'Ask the auditors.')));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('You may not export the audit trail');
    expect(alert).toHaveTextContent('Ask the auditors.');
    expect(saved).toEqual([]);
  });
});
