// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';
import { ObjectStore } from './objectStore';

const disk = (name: string, source?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'shop', uid: `uid-${name}` },
  spec: { source },
});

const sources = ({ spec }: KubeObject) => (spec.source ? [spec.source] : []);

describe('an index of the store', () => {
  it('follows objects that come, change and go, in the order of their keys', () => {
    const store = new ObjectStore();
    store.put('/disks', disk('b', 'old'));
    const index = store.index('/disks', sources);
    store.put('/disks', disk('a', 'old'));
    store.put('/disks', disk('c'));
    const names = (source: string) =>
      index.get(source).map(({ metadata }) => metadata.name);

    expect(names('old')).toEqual(['a', 'b']);

    store.put('/disks', disk('b', 'new'));
    expect(names('old')).toEqual(['a']);
    expect(names('new')).toEqual(['b']);

    store.remove('/disks', 'shop', 'b');
    expect(names('new')).toEqual([]);
  });

  it('holds what is loaded after it was made', () => {
    const store = new ObjectStore();
    const index = store.index('/disks', sources);
    store.load(7, [{ resource: '/disks', object: disk('a', 'old') }]);
    expect(index.get('old')).toHaveLength(1);
  });
});
