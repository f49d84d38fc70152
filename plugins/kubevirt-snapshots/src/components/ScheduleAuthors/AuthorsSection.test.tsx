// SPDX-License-Identifier: Apache-2.0
import type { ScheduleAuthorList } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { no, refusal, yes } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { setViewportWidth } from '../../__testUtils__/viewport';
import { AuthorsSection } from './AuthorsSection';

const AUTHORS: ScheduleAuthorList = {
  authors: [
    {
      author: 'user:default/bo',
      schedules: 2,
      active: 0,
      paused: {
        reason: 'left the company',
        by: 'user:default/pam',
        since: '2026-11-20T10:00:00Z',
      },
    },
    { author: 'user:default/ada', schedules: 3, active: 2 },
  ],
  allowed: yes,
};

async function show(answer: Partial<ScheduleAuthorList> = {}) {
  const api = new FakeApi();
  api.listScheduleAuthors.mockResolvedValue({ ...AUTHORS, ...answer });
  return renderWithApi(<AuthorsSection />, { api });
}

const row = (name: RegExp) => screen.findByRole('row', { name });

describe('who answers for schedules', () => {
  beforeEach(() => setViewportWidth(1280));

  it('shows each with the numbers, and why somebody is paused', async () => {
    const { container } = await show();
    const bo = await row(/bo/);
    expect(bo).toHaveTextContent('2, active: 0');
    expect(bo).toHaveTextContent('left the company');
    expect(bo).toHaveTextContent('By pam');
    expect(await row(/ada/)).toHaveTextContent('3, active: 2');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('keeps everything on a narrow screen', async () => {
    setViewportWidth(400);
    await show();
    const bo = await row(/bo/);
    for (const words of ['2, active: 0', 'left the company', 'By pam']) {
      expect(bo).toHaveTextContent(words);
    }
  });

  it('pauses all schedules of somebody once, with a reason', async () => {
    const { api, toast } = await show();
    await userEvent.click(
      within(await row(/ada/)).getByRole('button', {
        name: 'Pause all schedules of user:default/ada',
      }),
    );
    const dialog = screen.getByRole('dialog', {
      name: 'Pause all schedules of ada?',
    });
    const send = within(dialog).getByRole('button', { name: 'Pause all' });
    await userEvent.click(send);
    expect(api.pauseScheduleAuthor).not.toHaveBeenCalled();
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /^Reason/ }),
      ' on leave ',
    );
    await userEvent.click(send);
    await waitFor(() => expect(toast.post).toHaveBeenCalledTimes(1));
    expect(api.pauseScheduleAuthor.mock.calls).toEqual([
      [
        {
          operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          author: 'user:default/ada',
          reason: 'on leave',
        },
      ],
    ]);
    expect(toast.post.mock.calls[0][0].title).toBe(
      '2 schedules of ada are paused',
    );
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(api.listScheduleAuthors).toHaveBeenCalledTimes(2);
  });

  it('keeps what was typed when it is refused, and sends the same act again', async () => {
    const { api } = await show();
    api.resumeScheduleAuthor.mockRejectedValueOnce(
      refusal(503, { code: 'cluster-away' }, 'East is not answering.'),
    );
    await userEvent.click(
      within(await row(/bo/)).getByRole('button', {
        name: 'Resume the schedules of user:default/bo',
      }),
    );
    const dialog = screen.getByRole('dialog');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /^Reason/ }),
      'back',
    );
    const send = within(dialog).getByRole('button', { name: 'Resume' });
    await userEvent.click(send);
    expect(
      await within(dialog).findByText('East is not answering.'),
    ).toBeVisible();
    await userEvent.click(send);
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    const [[first], [second]] = api.resumeScheduleAuthor.mock.calls;
    expect(second).toEqual(first);
  });

  it('says to who may only look why the rest is off', async () => {
    const { api } = await show({ allowed: no('You may not change them.') });
    const button = within(await row(/ada/)).getByRole('button', {
      name: /^Pause all/,
    });
    expect(button).toHaveAccessibleDescription('You may not change them.');
    await userEvent.click(button);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(api.pauseScheduleAuthor).not.toHaveBeenCalled();
  });

  it('says that nobody has a schedule', async () => {
    await show({ authors: [] });
    expect(await screen.findByText('Nobody has a schedule.')).toBeVisible();
  });
});
