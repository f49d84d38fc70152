// SPDX-License-Identifier: Apache-2.0
import { KubevirtOwnersProcessor } from './KubevirtOwnersProcessor';
import { vmEntity } from './vmEntity';

const vm = {
  ref: { cluster: 'east', namespace: 'shop', name: 'web-01' },
  labels: {},
};
const provided = (owners: string[]) =>
  vmEntity({ vm, owners, providerId: 'one', clusterTitle: 'East' });

async function relationsOf(entity: ReturnType<typeof provided>) {
  const emit = jest.fn();
  const processor = new KubevirtOwnersProcessor();
  expect(await processor.postProcessEntity(entity, {}, emit)).toBe(entity);
  return emit.mock.calls.map(([{ relation }]) => [
    relation.source.name,
    relation.type,
    relation.target.name,
  ]);
}

describe('KubevirtOwnersProcessor', () => {
  it('relates the owners that spec.owner has no room for', async () => {
    expect(
      await relationsOf(
        provided(['group:default/a', 'user:default/b', 'group:x/c']),
      ),
    ).toEqual([
      ['web-01.shop.east', 'ownedBy', 'b'],
      ['b', 'ownerOf', 'web-01.shop.east'],
      ['web-01.shop.east', 'ownedBy', 'c'],
      ['c', 'ownerOf', 'web-01.shop.east'],
    ]);
    expect(await relationsOf(provided(['group:default/a']))).toEqual([]);
    expect(await relationsOf(provided([]))).toEqual([]);
  });

  it('believes nobody else', async () => {
    const entity = provided(['group:default/a', 'user:default/b']);
    entity.metadata.annotations!['backstage.io/managed-by-origin-location'] =
      'url:https://example.com/kubevirt:';
    expect(await relationsOf(entity)).toEqual([]);
  });
});
