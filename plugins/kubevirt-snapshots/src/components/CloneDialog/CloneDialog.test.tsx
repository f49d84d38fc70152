// SPDX-License-Identifier: Apache-2.0
import type { CloneReview } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, no, refusal, vm } from '../../__testUtils__/fixtures';
import { cloneReview } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { CloneDialog } from './CloneDialog';

async function show(patch: Partial<CloneReview> = {}, api = new FakeApi()) {
  api.getCloneReview.mockResolvedValue(cloneReview(patch));
  const onAccepted = jest.fn();
  await renderWithApi(
    <CloneDialog
      entity={entityKey}
      vm={vm()}
      snapshotName="before-upgrade"
      onClose={() => {}}
      onAccepted={onAccepted}
    />,
    { api },
  );
  await screen.findByRole('button', { name: 'Create VM' });
  return { api, onAccepted, dialog: screen.getByRole('dialog') };
}

const submit = () =>
  userEvent.click(screen.getByRole('button', { name: 'Create VM' }));
const more = () =>
  userEvent.click(screen.getByRole('button', { name: 'More choices' }));
const field = (name: string | RegExp) => screen.getByRole('textbox', { name });

it('tells what the new VM gets, what differs, and what to look out for', async () => {
  const { dialog } = await show();
  expect(dialog).toHaveTextContent('root (20 GiB, fast)');
  expect(dialog).toHaveTextContent('tier=web');
  expect(dialog).toHaveTextContent('New MAC address instead of the captured');
  expect(dialog).toHaveTextContent('The guest keeps its host name.');
  expect(field('Name of the VM')).toHaveValue('web-01-copy');
  expect(await axe(dialog)).toHaveNoViolations();
});

it('makes it stopped, with a new identity, unless something else is asked for', async () => {
  const { api, onAccepted } = await show();
  await submit();
  await waitFor(() => expect(api.cloneSnapshot).toHaveBeenCalledTimes(1));
  expect(api.cloneSnapshot.mock.calls[0]).toEqual([
    entityKey,
    'before-upgrade',
    {
      operationId: expect.any(String),
      vmUid: 'vm-uid-1',
      snapshotUid: 'snapshot-uid-1',
      planHash: 'plan-1',
      name: 'web-01-copy',
      description: undefined,
      start: false,
      macAddresses: undefined,
      serial: undefined,
      labels: undefined,
      keepAnnotations: true,
      keepInstanceLabels: false,
    },
  ]);
  await waitFor(() => expect(onAccepted).toHaveBeenCalledTimes(1));
});

it('sends what was chosen, MAC addresses with dashes', async () => {
  const { api } = await show();
  await userEvent.clear(field('Name of the VM'));
  await userEvent.type(field('Name of the VM'), 'web-02');
  await userEvent.type(field('Description'), 'For tests');
  await userEvent.click(screen.getByRole('switch', { name: /^Start it/ }));
  await more();
  await userEvent.type(field('MAC address of default'), '02:00:00:AB:CD:01');
  await userEvent.type(field('Serial number'), 'test-1');
  await userEvent.type(field('Further labels'), 'stage=test');
  await userEvent.click(
    screen.getByRole('switch', { name: 'Copy annotations' }),
  );
  await userEvent.click(
    screen.getByRole('switch', { name: 'Copy the labels of the instance' }),
  );
  await submit();
  await waitFor(() => expect(api.cloneSnapshot).toHaveBeenCalledTimes(1));
  expect(api.cloneSnapshot.mock.calls[0][2]).toMatchObject({
    name: 'web-02',
    description: 'For tests',
    start: true,
    macAddresses: { default: '02-00-00-ab-cd-01' },
    serial: 'test-1',
    labels: { stage: 'test' },
    keepAnnotations: false,
    keepInstanceLabels: true,
  });
});

it.each([
  ['Name of the VM', 'Web', 'Upper-case letters are not possible.'],
  ['MAC address of default', '01:00:00:00:00:01', 'Enter a MAC address like'],
  ['Serial number', 'a b', 'At most 64 letters'],
  ['Further labels', 'nonsense', 'Write key=value.'],
  ['Further labels', 'kubevirt.io/vm=x', 'is reserved for tools.'],
  ['Further labels', 'tier=other', 'is taken from the VM'],
])('refuses in %s what is wrong: %s', async (name, text, problem) => {
  const { api } = await show();
  await more();
  await userEvent.clear(field(name));
  await userEvent.type(field(name), text);
  await submit();
  expect(field(name)).toHaveAccessibleDescription(
    expect.stringContaining(problem),
  );
  expect(api.cloneSnapshot).not.toHaveBeenCalled();
});

it('says that a name is taken before it is sent, and when only the backend knows', async () => {
  const api = new FakeApi();
  api.checkVmName.mockImplementation(async (_entity, name) => ({
    name,
    free: name !== 'web-01',
    reason: name === 'web-01' ? 'There is a VM of this name.' : undefined,
  }));
  await show({}, api);
  await userEvent.clear(field('Name of the VM'));
  await userEvent.type(field('Name of the VM'), 'web-01');
  await waitFor(() =>
    expect(field('Name of the VM')).toHaveAccessibleDescription(
      expect.stringContaining('There is a VM of this name.'),
    ),
  );
  await submit();
  expect(api.cloneSnapshot).not.toHaveBeenCalled();

  api.cloneSnapshot.mockRejectedValueOnce(
    refusal(409, { code: 'name-taken', field: 'name' }, 'Just taken.'),
  );
  await userEvent.type(field('Name of the VM'), '-b');
  await submit();
  await waitFor(() =>
    expect(field('Name of the VM')).toHaveAccessibleDescription(
      expect.stringContaining('Just taken.'),
    ),
  );
  await userEvent.type(field('Name of the VM'), '2');
  expect(field('Name of the VM')).not.toHaveAccessibleDescription(
    expect.stringContaining('Just taken.'),
  );
});

it('says what makes it impossible before anything is asked for', async () => {
  const message = 'Disk data is not in the snapshot.';
  const { api } = await show({
    problems: [{ code: 'snapshot-partial', message, subjects: ['data'] }],
  });
  expect(
    screen.getByText(/Disk data is not in the snapshot\. \(data\)/),
  ).toBeVisible();
  expect(
    screen.getByRole('button', { name: 'Create VM' }),
  ).toHaveAccessibleDescription(message);
  await submit();
  expect(api.cloneSnapshot).not.toHaveBeenCalled();
});

it('says who may', async () => {
  await show({ verdict: no('Ask team A.') });
  expect(
    screen.getByRole('button', { name: 'Create VM' }),
  ).toHaveAccessibleDescription('Ask team A.');
});
