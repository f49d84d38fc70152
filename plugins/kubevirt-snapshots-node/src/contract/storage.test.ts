// SPDX-License-Identifier: Apache-2.0
import type { AdminClient } from './AdminClient';
import { findStorage } from './storage';

const DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };
const DEFAULT_SNAPSHOTS = {
  'snapshot.storage.kubernetes.io/is-default-class': 'true',
};

const storageClass = (
  name: string,
  provisioner: string,
  more: { annotations?: object; volumeBindingMode?: string } = {},
) => ({
  metadata: { name, annotations: more.annotations },
  provisioner,
  volumeBindingMode: more.volumeBindingMode ?? 'Immediate',
});

function cluster(classes: object[], snapshotClasses?: object[]): AdminClient {
  return {
    request: async ({ path }: { path: string }) => {
      const items = path.endsWith('/storageclasses')
        ? classes
        : snapshotClasses;
      return {
        httpStatus: items ? 200 : 404,
        body: JSON.stringify(items ? { items } : {}),
      };
    },
  } as unknown as AdminClient;
}

describe('findStorage', () => {
  it('takes what KubeVirt can capture, and what it cannot, by no name', async () => {
    const found = await findStorage(
      cluster(
        [
          storageClass('manual', 'kubernetes.io/no-provisioner'),
          storageClass('plain', 'a', { annotations: DEFAULT }),
          storageClass('ambiguous', 'b'),
          storageClass('waits', 'c', {
            volumeBindingMode: 'WaitForFirstConsumer',
          }),
          storageClass('good', 'c'),
        ],
        [
          { metadata: { name: 'b1' }, driver: 'b' },
          { metadata: { name: 'b2' }, driver: 'b' },
          { metadata: { name: 'c1' }, driver: 'c' },
        ],
      ),
      {},
    );
    expect(found).toEqual({
      storageClass: 'good',
      plainStorageClass: 'plain',
      note: 'Storage: with snapshots good (found), without plain (found)',
    });
  });

  it('knows a default among several snapshot classes, and what was named', async () => {
    const admin = cluster(
      [storageClass('one', 'a'), storageClass('two', 'b')],
      [
        { metadata: { name: 'a1' }, driver: 'a' },
        {
          metadata: { name: 'a2', annotations: DEFAULT_SNAPSHOTS },
          driver: 'a',
        },
      ],
    );
    expect(await findStorage(admin, {})).toMatchObject({
      storageClass: 'one',
      plainStorageClass: 'two',
    });
    expect(
      await findStorage(admin, { storageClass: 'x', plainStorageClass: 'y' }),
    ).toEqual({
      storageClass: 'x',
      plainStorageClass: 'y',
      note: 'Storage: with snapshots x (named), without y (named)',
    });
  });

  it('says that there is none', async () => {
    expect(await findStorage(cluster([]), {})).toEqual({
      note: 'Storage: with snapshots none, without none',
    });
    expect(
      await findStorage(cluster([storageClass('plain', 'a')]), {}),
    ).toMatchObject({
      storageClass: 'plain',
      note: 'Storage: with snapshots none, without plain (found)',
    });
  });
});
