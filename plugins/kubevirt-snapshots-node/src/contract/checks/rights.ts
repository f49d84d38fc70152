// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { RESOURCES, resourcePath } from '../../transport/resources';
import { watchEvents } from '../../watch/watchEvents';
import type { TransportRequest } from '../../transport/ClusterTransport';
import { eventually } from '../helpers';
import { ContractCheck, Skipped } from '../types';

const SECRETS = { group: '', version: 'v1', plural: 'secrets' };

/** What deploy/ doesn't grant, and what becomes of bad tokens. */
export const rightsChecks: ContractCheck[] = [
  {
    name: 'may do nothing that it has no use for',
    async run({ account, namespace }) {
      const vms = { namespace, name: 'reading' };
      const snapshot = { namespace, name: 'x' };
      const refused: [TransportRequest['method'], string][] = [
        ['DELETE', resourcePath(RESOURCES.snapshots, { namespace })],
        ['GET', resourcePath(SECRETS)],
        ['GET', resourcePath(SECRETS, { namespace })],
        ['PATCH', resourcePath(RESOURCES.virtualMachines, vms)],
        ['DELETE', resourcePath(RESOURCES.virtualMachines, vms)],
        ['POST', resourcePath(RESOURCES.virtualMachines, { namespace })],
        ['PATCH', resourcePath(RESOURCES.snapshots, snapshot)],
        ['DELETE', resourcePath(RESOURCES.restores, { namespace })],
        ['PATCH', resourcePath(RESOURCES.restores, snapshot)],
        ['DELETE', resourcePath(RESOURCES.contents, snapshot)],
        ['PATCH', resourcePath(RESOURCES.clones, snapshot)],
        ['PATCH', resourcePath(RESOURCES.claims, snapshot)],
        ['PATCH', resourcePath(RESOURCES.templates, snapshot)],
        ['DELETE', resourcePath(RESOURCES.clones, { namespace })],
        ['DELETE', resourcePath(RESOURCES.claims, { namespace })],
        ['DELETE', resourcePath(RESOURCES.dataVolumes, { namespace })],
        ['POST', resourcePath(RESOURCES.claims, { namespace })],
        ['DELETE', resourcePath(RESOURCES.volumeSnapshots, snapshot)],
        [
          'PUT',
          `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachines/reading/restart`,
        ],
      ];
      for (const [method, path] of refused) {
        const { httpStatus, body } = await account.request({
          method,
          path,
          accept: '*/*',
          contentType:
            method === 'PATCH' ? 'application/merge-patch+json' : undefined,
          body: method === 'GET' || method === 'DELETE' ? undefined : {},
        });
        assert.equal(httpStatus, 403, `${method} ${path}: ${body}`);
      }
    },
  },
  {
    name: 'is unusable with a bad token, and says so',
    async run({ serviceWithToken, cluster, patience }) {
      const service = await serviceWithToken('not-a-token');
      await service.start();
      try {
        const status = await eventually(
          'the cluster is unusable',
          () => {
            const now = service.status(cluster);
            return now.state === 'unusable' && now;
          },
          patience,
        );
        assert.equal(status.code, 'unauthorized');
        assert.match(status.message ?? '', /serviceAccountTokenFile/);
      } finally {
        await service.stop();
      }
    },
  },
  {
    name: 'is told by 410 that a watch begins too long ago',
    async run({ account, namespace, disturb }) {
      disturb?.compact();
      const watch = await account.stream({
        method: 'GET',
        path: resourcePath(RESOURCES.snapshots, { namespace }),
        query: { watch: 1, resourceVersion: '1', timeoutSeconds: 5 },
      });
      try {
        if (watch.httpStatus === 410) {
          return;
        }
        assert.equal(watch.httpStatus, 200);
        for await (const event of watchEvents(watch.stream)) {
          if (event.type === 'ERROR') {
            assert.equal(event.object.code, 410);
            assert.match(String(event.object.reason), /^(Expired|Gone)$/);
            return;
          }
          break;
        }
        throw new Skipped('this cluster still remembers its first version');
      } finally {
        watch.close();
      }
    },
  },
];
