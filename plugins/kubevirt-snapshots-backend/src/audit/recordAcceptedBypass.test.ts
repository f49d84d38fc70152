// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { recordAcceptedBypass } from './recordAcceptedBypass';

it('writes one row for each accepted cluster, and tries again when that fails', async () => {
  const cluster = new FakeCluster();
  let proxyBypass = 'open';
  let tell: (change: object) => void = () => {};
  cluster.statuses = () => [{ ...cluster.status('east'), proxyBypass } as any];
  cluster.subscribeAll = listener => {
    tell = listener as any;
    return () => true;
  };
  const rows: unknown[] = [];
  let fail = true;
  recordAcceptedBypass({
    cluster,
    logger: mockServices.logger.mock(),
    write: async row => {
      if (fail) {
        throw new Error('database away');
      }
      rows.push(row);
    },
  });
  tell({ cluster: 'east' });
  expect(rows).toEqual([]);
  proxyBypass = 'accepted';
  tell({ cluster: 'east' });
  await new Promise(resolve => setImmediate(resolve));
  fail = false;
  tell({ cluster: 'east' });
  tell({ cluster: 'east' });
  expect(rows).toEqual([
    {
      action: 'proxy-bypass.accept',
      actor: 'plugin:kubevirt-snapshots',
      origin: 'system',
      options: { cluster: 'east' },
    },
  ]);
});
