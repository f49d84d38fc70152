// SPDX-License-Identifier: Apache-2.0
import type { RestorePlan } from 'backstage-plugin-kubevirt-snapshots-common';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import {
  entityKey,
  no,
  operation,
  refusal,
  vm,
  yes,
} from '../../__testUtils__/fixtures';
import { restorePlan } from '../../__testUtils__/longFixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { queryKeys } from '../../hooks/queries';
import { RestoreDialog, type RestoreDialogProps } from './RestoreDialog';

async function show(
  patch: Partial<RestorePlan> = {},
  props: Partial<RestoreDialogProps> = {},
) {
  const api = new FakeApi();
  api.getRestorePlan.mockResolvedValue(restorePlan(patch));
  const onAccepted = jest.fn();
  const onClose = jest.fn();
  const rendered = await renderWithApi(
    <RestoreDialog
      entity={entityKey}
      vm={vm()}
      snapshotName="before-upgrade"
      onClose={onClose}
      onAccepted={onAccepted}
      {...props}
    />,
    { api },
  );
  await screen.findByRole('button', { name: 'Restore' });
  return {
    ...rendered,
    onAccepted,
    onClose,
    dialog: screen.getByRole('dialog'),
    submit: () =>
      userEvent.click(screen.getByRole('button', { name: 'Restore' })),
    newPlan: async (next: Partial<RestorePlan>) => {
      api.getRestorePlan.mockResolvedValue(restorePlan(next));
      await act(async () => {
        await rendered.queryClient.invalidateQueries({
          queryKey: queryKeys.restorePlan(entityKey, 'before-upgrade'),
        });
      });
    },
  };
}

const part = (name: string) => screen.getByRole('region', { name });
const typeName = (name = 'web-01') =>
  userEvent.type(screen.getByRole('textbox', { name: /^Type web-01/ }), name);
const requestOf = (api: FakeApi) => api.restoreSnapshot.mock.calls[0]?.[2];

describe('what it shows', () => {
  it('tells what comes back, what changes, what is lost and the power', async () => {
    const { dialog } = await show();
    expect(part('What comes back')).toHaveTextContent(
      'root (20 GiB): comes back as it was',
    );
    expect(part('What comes back')).not.toHaveTextContent('scratch');
    const changes = part('What changes');
    expect(changes).toHaveTextContent('scratch: is not in the snapshot');
    expect(changes).toHaveTextContent('added: was added since and leaves');
    expect(changes).toHaveTextContent('Its claim web-01-added is kept.');
    expect(changes).toHaveTextContent('1 other setting stays as it is.');
    expect(
      within(changes).getByRole('row', { name: /^CPU/ }),
    ).toHaveTextContent(/4 cores.*2 cores/);
    const lost = part('What is lost');
    expect(lost).toHaveTextContent(/Everything written to these disks since/);
    expect(lost).toHaveTextContent(
      'keeps the VM as it is now for at least 7 days',
    );
    expect(lost).toHaveTextContent('1 newer snapshot stays: newer-one');
    expect(part('Power')).toHaveTextContent(
      'The VM is running (run strategy Always).',
    );
    expect(dialog).not.toHaveTextContent('hunter');
    expect(await axe(dialog)).toHaveNoViolations();
  });

  it('asks nobody to stop a VM that is off', async () => {
    await show({
      power: {
        ...restorePlan().power,
        running: false,
        start: yes,
      },
    });
    expect(part('Power')).toHaveTextContent('The VM is off.');
    expect(screen.queryByRole('radiogroup')).toBeNull();
  });

  it('warns of in place only once it is chosen', async () => {
    const inPlace = {
      code: 'in-place-deletes-first' as const,
      message: 'The disks are deleted before they are made anew.',
    };
    const { api, submit } = await show({
      warnings: [inPlace],
      volumes: {
        options: [
          { value: 'new-names', verdict: yes },
          { value: 'in-place', verdict: yes },
        ],
        ownership: 'Vm',
      },
    });
    expect(screen.queryByText(inPlace.message)).toBeNull();
    await userEvent.click(screen.getByRole('radio', { name: /^In place/ }));
    expect(part('Choices')).toHaveTextContent(`Danger: ${inPlace.message}`);
    await typeName();
    await submit();
    expect(requestOf(api)).toMatchObject({ volumes: 'in-place' });
  });

  it('says what stands in the way, and offers another way', async () => {
    const onCreateVm = jest.fn();
    const message = 'Another VM bears this name now.';
    const { api, submit } = await show(
      {
        checks: [
          { code: 'same-vm', state: 'refused', message, instead: 'create-vm' },
          { code: 'quota', state: 'unknown', message: 'Quota is not told.' },
        ],
        allowed: no(message, 'former-vm'),
      },
      { onCreateVm },
    );
    expect(screen.getByText('Quota is not told.')).toBeVisible();
    // Once, and as the reason of the button.
    expect(screen.getAllByText(message, { selector: 'li span' })).toHaveLength(
      1,
    );
    expect(
      screen.getByRole('button', { name: 'Restore' }),
    ).toHaveAccessibleDescription(message);
    await submit();
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    await userEvent.click(
      screen.getByRole('button', { name: 'Create VM from this snapshot' }),
    );
    expect(onCreateVm).toHaveBeenCalled();
  });

  it('says why the review cannot be had, and asks again', async () => {
    const api = new FakeApi();
    api.getRestorePlan.mockRejectedValueOnce(
      refusal(403, { owners: ['group:default/team-a'] }, 'No.'),
    );
    await renderWithApi(
      <RestoreDialog
        entity={entityKey}
        vm={vm()}
        snapshotName="before-upgrade"
        onClose={() => {}}
        onAccepted={() => {}}
      />,
      { api },
    );
    const retry = await screen.findByRole('button', { name: 'Try again' });
    expect(screen.queryByRole('button', { name: 'Restore' })).toBeNull();
    await userEvent.click(retry);
    expect(await screen.findByText('What comes back')).toBeVisible();
  });
});

describe('what it asks for', () => {
  it('sends the plan that was seen, with every choice', async () => {
    const { api, onAccepted, submit } = await show();
    await userEvent.click(
      screen.getByRole('radio', { name: /^I stop it myself/ }),
    );
    await userEvent.click(
      screen.getByRole('switch', { name: 'Start it again afterwards' }),
    );
    await userEvent.click(
      screen.getByRole('switch', { name: 'Take a safety snapshot first' }),
    );
    expect(part('What is lost')).toHaveTextContent('there is no way back');
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Reason' }),
      'It went wrong',
    );
    await typeName();
    await submit();
    expect(requestOf(api)).toEqual({
      operationId: expect.any(String),
      vmUid: 'vm-uid-1',
      snapshotUid: 'snapshot-uid-1',
      planHash: 'plan-1',
      power: 'five-minutes',
      startAfterwards: false,
      safetySnapshot: false,
      volumes: 'new-names',
      typedName: 'web-01',
      acknowledgedNames: undefined,
      reason: 'It went wrong',
    });
    expect(onAccepted).toHaveBeenCalledTimes(1);
  });

  it('takes the safety snapshot unless it is told not to', async () => {
    const { api, submit } = await show();
    await typeName();
    await submit();
    expect(requestOf(api)).toMatchObject({
      power: 'stop',
      safetySnapshot: true,
      startAfterwards: true,
    });
  });

  it('wants the name of the VM typed', async () => {
    const { api, submit } = await show();
    await submit();
    const field = screen.getByRole('textbox', { name: /^Type web-01/ });
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveAccessibleDescription(
      'This is not the name of the VM.',
    );
    await typeName('web-1');
    await submit();
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    await userEvent.clear(field);
    await typeName();
    await submit();
    expect(api.restoreSnapshot).toHaveBeenCalledTimes(1);
  });

  it('wants to know why, where that is configured', async () => {
    const { api, submit } = await show({ reasonRequired: true });
    await typeName();
    await submit();
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    const field = screen.getByRole('textbox', { name: /^Reason/ });
    expect(field).toBeRequired();
    await userEvent.type(field, 'It went wrong');
    await submit();
    expect(requestOf(api)).toMatchObject({ reason: 'It went wrong' });
  });

  it('wants the names acknowledged that have to be committed elsewhere', async () => {
    const { api, submit } = await show({
      gitOps: {
        managers: ['Argo CD'],
        names: [{ volume: 'root', claim: 'restore-1-root' }],
      },
    });
    const confirmation = part('Confirmation');
    expect(confirmation).toHaveTextContent('managed by Argo CD');
    expect(confirmation).toHaveTextContent('restore-1-root');
    await typeName();
    await submit();
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    expect(screen.getByRole('alert')).toHaveTextContent('Tick this box');
    await userEvent.click(
      screen.getByRole('checkbox', { name: 'I commit exactly these names' }),
    );
    await submit();
    expect(requestOf(api)).toMatchObject({
      acknowledgedNames: ['restore-1-root'],
    });
  });

  it('keeps the choices of an earlier try', async () => {
    const { api, submit } = await show(
      {},
      {
        choices: {
          power: 'wait',
          startAfterwards: false,
          safetySnapshot: true,
          volumes: 'new-names',
        },
      },
    );
    expect(screen.getByRole('radio', { name: /^Wait until/ })).toBeChecked();
    await typeName();
    await submit();
    expect(requestOf(api)).toMatchObject({
      power: 'wait',
      startAfterwards: false,
    });
  });

  it('never asks for what cannot be, whatever was chosen before', async () => {
    const { api, submit } = await show(
      {
        safety: {
          verdict: no('It cannot hold volume data.'),
          keptDays: 7,
          volumes: ['root', 'data'],
        },
      },
      { choices: restorePlan().defaults },
    );
    expect(
      screen.getByRole('switch', { name: 'Take a safety snapshot first' }),
    ).toHaveAccessibleDescription('It cannot hold volume data.');
    await typeName();
    await submit();
    expect(requestOf(api)).toMatchObject({ safetySnapshot: false });
  });

  it('says why a way to stop the VM is off', async () => {
    const reason = 'With run strategy Once it would come back as Always.';
    const { api, submit } = await show(
      {
        power: {
          ...restorePlan().power,
          options: [
            { value: 'stop', verdict: no(reason, 'run-strategy') },
            { value: 'if-stopped', verdict: yes },
          ],
        },
      },
      { choices: restorePlan().defaults },
    );
    expect(
      screen.getByRole('radio', { name: 'Stop the VM for me' }),
    ).toHaveAccessibleDescription(reason);
    await typeName();
    await submit();
    // It is still the one that is chosen.
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('radio', { name: /^Only if/ }));
    await submit();
    expect(requestOf(api)).toMatchObject({ power: 'if-stopped' });
  });
});

describe('when the plan changes', () => {
  it('says so, shows the new one, keeps the choices and wants it confirmed anew', async () => {
    const { newPlan, api, submit } = await show();
    await userEvent.click(screen.getByRole('radio', { name: /^Wait until/ }));
    await typeName();
    await newPlan({
      hash: 'plan-2',
      newer: { lostSince: '2026-11-22T09:00:00Z', snapshots: [] },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'your choices are kept',
    );
    expect(part('What is lost')).not.toHaveTextContent('newer-one');
    expect(screen.getByRole('radio', { name: /^Wait until/ })).toBeChecked();
    expect(screen.getByRole('textbox', { name: /^Type web-01/ })).toHaveValue(
      '',
    );
    await submit();
    expect(api.restoreSnapshot).not.toHaveBeenCalled();
    await typeName();
    await submit();
    expect(requestOf(api)).toMatchObject({ planHash: 'plan-2', power: 'wait' });
  });

  it('says so as well when the backend refuses for it', async () => {
    const { api, submit, onAccepted } = await show();
    api.restoreSnapshot.mockRejectedValueOnce(
      refusal(409, { code: 'plan-changed' }, 'The plan has changed.'),
    );
    api.getRestorePlan.mockResolvedValue(restorePlan({ hash: 'plan-2' }));
    await typeName();
    await submit();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'your choices are kept',
    );
    await typeName();
    await submit();
    expect(api.restoreSnapshot.mock.calls[1][2]).toMatchObject({
      planHash: 'plan-2',
    });
    const [first, second] = api.restoreSnapshot.mock.calls.map(c => c[2]);
    expect(second.operationId).not.toBe(first.operationId);
    expect(onAccepted).toHaveBeenCalledTimes(1);
  });
});

it('keeps what was entered when it is refused; the same again is the same act', async () => {
  const { api, submit, onAccepted } = await show();
  api.restoreSnapshot.mockRejectedValueOnce(
    refusal(409, { code: 'vm-busy' }, 'Snapshot x is being taken.'),
  );
  await typeName();
  await submit();
  expect(await screen.findByText('Snapshot x is being taken.')).toBeVisible();
  expect(onAccepted).not.toHaveBeenCalled();
  await submit();
  const [first, second] = api.restoreSnapshot.mock.calls.map(c => c[2]);
  expect(second).toEqual(first);
  expect(onAccepted.mock.calls[0][0]).toMatchObject({ type: 'restore' });
});

it('takes an answer that was lost for what it was', async () => {
  const { api, submit, onAccepted } = await show();
  api.restoreSnapshot.mockRejectedValueOnce(
    refusal(409, { code: 'operation-id-used' }),
  );
  api.getOperation.mockResolvedValue(operation({ type: 'restore' }));
  await typeName();
  await submit();
  await waitFor(() => expect(onAccepted).toHaveBeenCalledTimes(1));
});
