// SPDX-License-Identifier: Apache-2.0
import type { SnapshotDetails } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  details,
  entityKey,
  no,
  protection,
  refusal,
  snapshot,
  unfinished,
} from '../../__testUtils__/fixtures';
import { restoreItem } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { SnapshotDrawer } from './SnapshotDrawer';

async function open(
  patch: Partial<SnapshotDetails> = {},
  prepare: (api: FakeApi) => void = () => {},
) {
  const api = new FakeApi();
  api.getSnapshot.mockResolvedValue(details(patch));
  prepare(api);
  const onClose = jest.fn();
  const onAction = jest.fn();
  await renderWithApi(
    <SnapshotDrawer
      entity={entityKey}
      name="before-upgrade"
      onClose={onClose}
      onAction={onAction}
    />,
    { api },
  );
  return { api, onClose, onAction };
}

const section = (name: string) => screen.findByRole('region', { name });

describe('SnapshotDrawer', () => {
  it('shows everything about a snapshot', async () => {
    const { api } = await open();
    expect(
      screen.getByRole('dialog', { name: 'Snapshot before-upgrade' }),
    ).toBeVisible();
    expect(api.getSnapshot.mock.calls[0].slice(0, 2)).toEqual([
      entityKey,
      'before-upgrade',
    ]);
    expect(await section('Description')).toHaveTextContent(
      'Before the upgrade to version 2',
    );
    const overview = await section('Overview');
    expect(overview).toHaveTextContent('Ready to restore');
    expect(overview).toHaveTextContent('Application-consistent');
    expect(overview).toHaveTextContent('The guest agent wrote everything');
    const uses = await section('Clones');
    // The restores are told once, with their history.
    expect(uses).toHaveTextContent('No VM was made from it.');
  });

  it('shows the restores from it, and those alone', async () => {
    const { api } = await open({}, fake =>
      fake.listRestores.mockResolvedValue({
        items: [
          restoreItem({ state: 'succeeded', reason: 'It went wrong' }),
          restoreItem({
            name: 'back-again',
            origin: 'external',
            state: 'failed',
            message: 'No space left.',
            operation: undefined,
            actor: undefined,
          }),
        ],
        truncated: false,
      }),
    );
    const list = await screen.findByRole('list', {
      name: 'Restores from before-upgrade',
    });
    const [ours, theirs] = within(list).getAllByRole('listitem');
    expect(ours).toHaveTextContent('Restored');
    expect(ours).toHaveTextContent('Reason: It went wrong');
    expect(theirs).toHaveTextContent('back-againFailed');
    expect(theirs).toHaveTextContent('No space left.');
    expect(theirs).toHaveTextContent('Not made by this portal');
    expect(api.listRestores.mock.calls[0][1]).toMatchObject({
      snapshot: 'before-upgrade',
    });
  });

  it('offers to restore, and to make a VM and a template', async () => {
    const { onAction } = await open();
    await section('Restores');
    await userEvent.click(screen.getByRole('button', { name: 'Restore…' }));
    expect(onAction.mock.calls[0][0]).toBe('restore');
    await userEvent.click(screen.getByRole('button', { name: 'Create VM…' }));
    expect(onAction.mock.calls[1][0]).toBe('clone');
    await userEvent.click(
      screen.getByRole('button', { name: 'Create VM template…' }),
    );
    expect(onAction.mock.calls[2][0]).toBe('template');
  });

  it('shows disks in and out, with sizes and reason', async () => {
    await open();
    const disks = await section('Disks');
    const included = within(disks).getByRole('list', {
      name: 'In the snapshot',
    });
    expect(included).toHaveTextContent('Size of the disk20 GiB');
    expect(included).toHaveTextContent('Space for a restore21 GiB');
    expect(
      within(disks).getByRole('list', { name: 'Not in the snapshot' }),
    ).toHaveTextContent('scratchNo snapshot class');
  });

  it('says that a size is not told instead of showing zero', async () => {
    await open({ disks: [{ name: 'root', included: true }] });
    expect(await section('Disks')).toHaveTextContent('not told');
  });

  it('never puts a sensitive value on the page', async () => {
    await open();
    const configuration = await section('Captured configuration');
    expect(configuration).toHaveTextContent('CPU4 cores');
    expect(configuration).toHaveTextContent(
      'cloud-init user dataPresent, not shown',
    );
    expect(document.body.innerHTML).not.toContain('hunter2');
  });

  it('tells conditions in words and as they are', async () => {
    await open({
      conditions: [
        { type: 'Ready', status: 'False', reason: 'Not ready' },
        { type: 'Failure', status: 'True', reason: 'deadline exceeded' },
        { type: 'New', status: 'Maybe' },
      ],
    });
    const conditions = await section('Conditions');
    expect(conditions).toHaveTextContent('It cannot be restored.');
    expect(conditions).toHaveTextContent('It has failed.');
    expect(conditions).toHaveTextContent('deadline exceeded');
    expect(conditions).toHaveTextContent('New is Maybe.');
    expect(conditions).toHaveTextContent('"reason": "Not ready"');
  });

  it('tells what indications mean, also unknown ones', async () => {
    await open({
      indications: [
        { indication: 'QuiesceTimeout' },
        { indication: 'constructor', message: 'what?' },
      ],
    });
    const indications = await section('Indications');
    expect(indications).toHaveTextContent('resumed writing before');
    expect(indications).toHaveTextContent('constructor what?');
  });

  it('shows texts of the cluster as text', async () => {
    await open({
      item: snapshot({ description: '<img src=x onerror=alert(1)>' }),
    });
    expect(await section('Description')).toHaveTextContent(
      '<img src=x onerror=alert(1)>',
    );
    expect(document.querySelector('img')).toBeNull();
  });

  it('copies identifiers', async () => {
    const user = userEvent.setup();
    const write = jest.spyOn(navigator.clipboard, 'writeText');
    await open();
    const identifiers = await section('Identifiers');
    await user.click(
      within(identifiers).getByRole('button', { name: 'Copy Snapshot UID' }),
    );
    expect(write).toHaveBeenCalledWith('snapshot-uid-1');
    expect(identifiers).toHaveTextContent('east/shop/web-01');
  });

  it('shows the progress of an unfinished one, which can be stopped', async () => {
    const { onAction } = await open({ item: unfinished() });
    expect(await section('Progress')).toHaveTextContent('Capture the disks');
    await userEvent.click(
      screen.getByRole('button', { name: 'Stop snapshot' }),
    );
    expect(onAction.mock.calls[0][0]).toBe('stop');
    expect(
      screen.getByRole('button', { name: 'Delete snapshot' }),
    ).toHaveAccessibleDescription('It is not finished. Stop it instead.');
  });

  it('says when what was captured could not be read', async () => {
    await open({ contentMissing: true, disks: [], configuration: [] });
    expect(await section('Overview')).toHaveTextContent('could not be read');
    expect(await section('Disks')).toHaveTextContent('No disk is in this');
  });

  it('tells of a protection, and offers to change and release it', async () => {
    const { onAction } = await open({
      item: snapshot({ protection: protection() }),
    });
    const part = await section('Protection');
    expect(part).toHaveTextContent('ReasonQuarterly closing');
    expect(within(part).getByRole('link', { name: 'ann' })).toBeVisible();
    expect(part).toHaveTextContent('2099');
    await userEvent.click(
      within(part).getByRole('button', { name: 'Change protection…' }),
    );
    await userEvent.click(
      within(part).getByRole('button', { name: 'Release…' }),
    );
    expect(onAction.mock.calls.map(([action]) => action)).toEqual([
      'protect',
      'release',
    ]);
  });

  it('says that it is not protected, and why it cannot be', async () => {
    await open({
      item: snapshot({ allowed: { protect: no('Ask team A.') } }),
    });
    const part = await section('Protection');
    expect(part).toHaveTextContent('It is not protected from deletion.');
    expect(
      within(part).getByRole('button', { name: 'Protect…' }),
    ).toHaveAccessibleDescription('Ask team A.');
    expect(within(part).queryByRole('button', { name: 'Release…' })).toBeNull();
  });

  it('says that it is of a former VM', async () => {
    await open({ item: snapshot({ formerVm: true }) });
    expect(await section('Overview')).toHaveTextContent(
      'Of a former VM with this name',
    );
  });

  it('says that the snapshot is gone', async () => {
    await open({}, api =>
      api.getSnapshot.mockRejectedValue(refusal(404, { code: 'not-found' })),
    );
    expect(
      await screen.findByText(/There is no snapshot before-upgrade/),
    ).toBeVisible();
  });

  it('says why it could not be loaded and tries again', async () => {
    const { api } = await open({}, fake =>
      fake.getSnapshot.mockRejectedValueOnce(
        refusal(503, { code: 'cluster-never-synced' }),
      ),
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('has not been read yet');
    await userEvent.click(
      within(alert).getByRole('button', { name: 'Try again' }),
    );
    expect(await section('Overview')).toBeVisible();
    expect(api.getSnapshot).toHaveBeenCalledTimes(2);
  });

  it('holds the focus and closes by escape', async () => {
    const { onClose } = await open();
    await section('Overview');
    const drawer = screen.getByRole('dialog');
    await waitFor(() =>
      expect(drawer).toContainElement(document.activeElement as HTMLElement),
    );
    await userEvent.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('has no accessibility problem', async () => {
    await open();
    await section('Overview');
    expect(await axe(screen.getByRole('dialog'))).toHaveNoViolations();
  });
});
