// SPDX-License-Identifier: Apache-2.0
import type { TemplateReview } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { entityKey, vm } from '../../__testUtils__/fixtures';
import { templateReview } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { TemplateDialog } from './TemplateDialog';

async function show(patch: Partial<TemplateReview> = {}) {
  const api = new FakeApi();
  api.getTemplateReview.mockResolvedValue(templateReview(patch));
  const onAccepted = jest.fn();
  await renderWithApi(
    <TemplateDialog
      entity={entityKey}
      vm={vm()}
      snapshotName="before-upgrade"
      onClose={() => {}}
      onAccepted={onAccepted}
    />,
    { api },
  );
  await screen.findByRole('button', { name: 'Create VM template' });
  return { api, onAccepted, dialog: screen.getByRole('dialog') };
}

const submit = () =>
  userEvent.click(screen.getByRole('button', { name: 'Create VM template' }));
const acknowledge = () =>
  userEvent.click(screen.getByRole('checkbox', { name: /not generalised/ }));

it('says plainly that the guest is not generalised and that secrets travel along', async () => {
  const { dialog } = await show();
  expect(
    screen.getByRole('region', { name: 'What to look out for' }),
  ).toHaveTextContent('The guest is as it was');
  expect(
    screen.getByRole('checkbox', { name: /secrets inside its disks/ }),
  ).not.toBeChecked();
  expect(dialog).toHaveTextContent('does not need the snapshot afterwards');
  expect(await axe(dialog)).toHaveNoViolations();
});

it('is not made before that is acknowledged', async () => {
  const { api, onAccepted } = await show();
  await submit();
  expect(api.makeTemplate).not.toHaveBeenCalled();
  expect(screen.getByRole('alert')).toHaveTextContent('Tick this box');
  await acknowledge();
  await submit();
  await waitFor(() => expect(onAccepted).toHaveBeenCalledTimes(1));
  expect(api.makeTemplate.mock.calls[0]).toEqual([
    entityKey,
    'before-upgrade',
    {
      operationId: expect.any(String),
      vmUid: 'vm-uid-1',
      snapshotUid: 'snapshot-uid-1',
      planHash: 'plan-1',
      name: 'web-01-template',
      description: undefined,
      parameters: undefined,
      userData: undefined,
      notGeneralisedAcknowledged: true,
    },
  ]);
});

it('makes parameters of what is ticked', async () => {
  const { api } = await show();
  await userEvent.click(screen.getByRole('checkbox', { name: /^Memory/ }));
  const memory = within(screen.getByRole('group', { name: 'Memory' }));
  const name = memory.getByRole('textbox', { name: 'Name of the parameter' });
  expect(name).toHaveValue('MEMORY');
  await userEvent.clear(name);
  await userEvent.type(name, 'name');
  expect(name).toHaveAccessibleDescription(/Only upper-case letters/);
  await acknowledge();
  await submit();
  expect(api.makeTemplate).not.toHaveBeenCalled();
  await userEvent.clear(name);
  await userEvent.type(name, 'SIZE');
  await userEvent.clear(memory.getByRole('textbox', { name: 'Default value' }));
  await userEvent.type(
    memory.getByRole('textbox', { name: 'Default value' }),
    '8Gi',
  );
  await userEvent.click(
    memory.getByRole('checkbox', { name: 'A value has to be given' }),
  );
  await submit();
  await waitFor(() => expect(api.makeTemplate).toHaveBeenCalledTimes(1));
  expect(api.makeTemplate.mock.calls[0][2].parameters).toEqual([
    { slot: 'memory', name: 'SIZE', value: '8Gi', required: true },
  ]);
});

it('refers to a Secret only by a name that was confirmed', async () => {
  const { api } = await show();
  await userEvent.click(
    screen.getByRole('radio', { name: 'Refer to a Secret' }),
  );
  await acknowledge();
  await submit();
  expect(api.makeTemplate).not.toHaveBeenCalled();
  await userEvent.type(
    screen.getByRole('textbox', { name: 'Name of the Secret' }),
    'web-data',
  );
  await submit();
  await waitFor(() => expect(api.makeTemplate).toHaveBeenCalledTimes(1));
  expect(api.makeTemplate.mock.calls[0][2].userData).toEqual([
    { volume: 'seed', action: 'secret', secretName: 'web-data' },
  ]);
});

it('refuses two parameters of one name', async () => {
  const { api } = await show();
  await userEvent.click(screen.getByRole('checkbox', { name: /^Memory/ }));
  await userEvent.click(
    screen.getByRole('radio', { name: 'Make it a parameter' }),
  );
  const names = screen.getAllByRole('textbox', {
    name: 'Name of the parameter',
  });
  await userEvent.clear(names[1]);
  await userEvent.type(names[1], 'MEMORY');
  expect(names[1]).toHaveAccessibleDescription(/Another parameter/);
  await acknowledge();
  await submit();
  expect(api.makeTemplate).not.toHaveBeenCalled();
});

it('says what makes it impossible before anything is asked for', async () => {
  await show({
    problems: [{ code: 'no-template-api', message: 'No template API.' }],
  });
  expect(
    screen.getByRole('button', { name: 'Create VM template' }),
  ).toHaveAccessibleDescription('No template API.');
});
