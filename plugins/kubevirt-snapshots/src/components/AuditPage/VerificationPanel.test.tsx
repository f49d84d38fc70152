// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { AuditVerificationResult } from 'backstage-plugin-kubevirt-snapshots-common';
import { axe } from 'jest-axe';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { refusal, verification } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { VerificationPanel } from './VerificationPanel';

const last = (patch: Partial<AuditVerificationResult>) => ({
  last: { ...verification().last!, ...patch },
});

async function show(
  view = verification(),
  options: { permitted?: boolean; prepare?: (api: FakeApi) => void } = {},
) {
  const api = new FakeApi();
  api.getAuditVerification.mockResolvedValue(view);
  options.prepare?.(api);
  return renderWithApi(
    <VerificationPanel rowHref={seq => `/?entry=${seq}`} />,
    {
      api,
      ...options,
    },
  );
}

const panel = () =>
  screen.findByRole('region', { name: 'Is the trail intact?' });
const verifyNow = () => screen.findByRole('button', { name: 'Verify now' });

async function tone(text: string) {
  const badge = await screen.findByText(text);
  return badge.closest('[data-tone]')?.getAttribute('data-tone');
}

describe('VerificationPanel', () => {
  it('tells a trail that is whole, how far and how old that is', async () => {
    const { container } = await show();
    expect(await tone('Intact up to checkpoint 7')).toBe('success');
    const part = await panel();
    expect(part).toHaveTextContent('3 newer rows are not anchored.');
    expect(part).toHaveTextContent(/Verified .*ago.* \(The portal\)/);
    expect(part).toHaveTextContent('rows 1 to 48');
    expect(part).toHaveTextContent('2 rows were added since then.');
    expect(part).toHaveTextContent('logfile');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('has words for a trail that is still empty', async () => {
    await show(
      verification({
        ...last({
          status: 'unsigned',
          message: 'ok: there is no row yet',
          checkpoint: undefined,
          from: 1,
          to: 0,
        }),
      }),
    );
    const part = await panel();
    expect(part).toHaveTextContent('ok: there is no row yet');
    expect(part).toHaveTextContent('there was no row yet.');
    expect(part).not.toHaveTextContent('rows 1 to 0');
  });

  it('is not green when nothing is signed', async () => {
    await show(
      verification({
        signed: false,
        ...last({
          status: 'unsigned',
          message: 'Whole, but unsigned.',
          checkpoint: undefined,
        }),
      }),
    );
    expect(await tone('Unsigned')).toBe('warning');
    expect(await panel()).toHaveTextContent('Whole, but unsigned.');
    expect(await panel()).toHaveTextContent('no key is configured');
  });

  it('names the first bad row', async () => {
    const { container } = await show(
      verification(
        last({
          status: 'broken',
          problem: { code: 'hash', seq: 17, message: 'Row 17 was edited.' },
        }),
      ),
    );
    expect(await tone('FAILED: the trail is not intact')).toBe('danger');
    expect(await panel()).toHaveTextContent('Row 17 was edited.');
    expect(
      screen.getByRole('link', { name: 'First bad row: 17' }),
    ).toHaveAttribute('href', '/?entry=17');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('names the first bad rows, or what else is wrong', async () => {
    await show(
      verification(
        last({
          status: 'broken',
          problem: { code: 'gap', seq: 3, toSeq: 9, message: 'Missing.' },
        }),
      ),
    );
    expect(await screen.findByText('First bad rows: 3 to 9')).toBeVisible();
  });

  it('says that nothing can be changed, where checkpoints fail, what was declared', async () => {
    await show(
      verification({
        refusal: 'The trail is older than its last checkpoint.',
        outside: [{ name: 'file', error: 'disk full' }],
        ...last({ notes: ['Pruned up to row 10.'], notAnchored: 0 }),
      }),
    );
    const part = await panel();
    await within(part).findByText('Nothing can be changed at present');
    expect(part).toHaveTextContent('older than its last checkpoint');
    expect(part).toHaveTextContent('file (failing: disk full)');
    expect(part).toHaveTextContent('Pruned up to row 10.');
    expect(part).toHaveTextContent('Every row is anchored.');
  });

  it('does not take a result of tomorrow for a good one', async () => {
    await show(verification(last({ status: 'fine' as any })));
    expect(await tone('Unknown result')).toBe('neutral');
  });

  it('says that it was never verified, and verifies when asked to', async () => {
    const { api } = await show(verification({ last: undefined, outside: [] }));
    expect(await tone('Not verified yet')).toBe('neutral');
    expect(await panel()).toHaveTextContent('no place outside the database');
    api.verifyAudit.mockResolvedValue(
      verification({
        last: undefined,
        running: { since: '2026-11-22T10:00:00Z', row: 20 },
      }),
    );
    api.getAuditVerification.mockResolvedValue(verification());
    await userEvent.click(await verifyNow());
    expect(
      await screen.findByText('Being verified, at row 20 of 50'),
    ).toBeVisible();
    expect(await verifyNow()).toHaveAccessibleDescription(
      'It is being verified already.',
    );
    await userEvent.click(await verifyNow());
    expect(api.verifyAudit).toHaveBeenCalledTimes(1);
    await waitFor(
      () => expect(screen.getByText('Intact up to checkpoint 7')).toBeVisible(),
      { timeout: 4_000 },
    );
  });

  it('offers it to those who may, and says why it was refused', async () => {
    const { unmount } = await show(undefined, { permitted: false });
    await screen.findByText('Intact up to checkpoint 7');
    expect(screen.queryByRole('button', { name: 'Verify now' })).toBeNull();
    unmount();
    await show(undefined, {
      prepare: api =>
        api.verifyAudit.mockRejectedValue(refusal(403, {}, 'Not you.')),
    });
    await userEvent.click(await verifyNow());
    expect(await screen.findByRole('alert')).toHaveTextContent('Not you.');
  });

  it('says to those who see a part that all of it is told to others', async () => {
    await show(undefined, {
      prepare: api => api.getAuditVerification.mockRejectedValue(refusal(403)),
    });
    expect(await screen.findByText(/You may see a part/)).toBeVisible();
  });

  it('says why it could not be loaded', async () => {
    await show(undefined, {
      prepare: api =>
        api.getAuditVerification.mockRejectedValue(refusal(400, {}, 'Broken.')),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('Broken.');
  });
});
