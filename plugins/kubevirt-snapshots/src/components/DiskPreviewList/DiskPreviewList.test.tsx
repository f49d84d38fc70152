// SPDX-License-Identifier: Apache-2.0
import type { DiskPreview } from 'backstage-plugin-kubevirt-snapshots-common';
import { screen } from '@testing-library/react';
import { renderWithApi } from '../../__testUtils__/render';
import { DiskPreviewList } from './DiskPreviewList';

const CODES: [DiskPreview['code'], string][] = [
  ['not-a-disk', 'Nothing to capture'],
  ['no-snapshot-class', 'no matching snapshot class'],
  ['pvc-missing', 'does not exist'],
  ['ambiguous-class', 'More than one snapshot class'],
  ['not-checked', 'has not checked it yet'],
  ['other', 'cannot be captured'],
  [undefined, 'cannot be captured'],
  ['of-tomorrow' as any, 'cannot be captured'],
];

it.each(CODES)('explains why a disk is left out: %s', async (code, text) => {
  await renderWithApi(
    <DiskPreviewList
      disks={[{ name: 'd', kind: 'dataVolume', captured: false, code }]}
    />,
  );
  expect(screen.getByRole('list', { name: 'Not captured' })).toHaveTextContent(
    text,
  );
  expect(screen.getByText('No disk will be captured')).toBeVisible();
});

it('counts what is captured', async () => {
  await renderWithApi(
    <DiskPreviewList
      disks={['a', 'b'].map(name => ({
        name,
        kind: 'dataVolume',
        captured: true,
      }))}
    />,
  );
  expect(
    screen.getByRole('list', { name: '2 disks will be captured' }),
  ).toHaveTextContent('a (dataVolume)b (dataVolume)');
  expect(screen.queryByText('Not captured')).not.toBeInTheDocument();
});
