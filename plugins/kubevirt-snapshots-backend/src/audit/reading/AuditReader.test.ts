// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  kubevirtVmConditions as c,
  kubevirtVmRules,
} from 'backstage-plugin-kubevirt-snapshots-node';
import fc from 'fast-check';
import { acceptOptions, databases } from '../../__testUtils__/databases';
import { signedTrail } from '../../__testUtils__/signedTrail';
import type { AuditRow } from '../types';
import { AuditReader } from './AuditReader';
import { scopeOf, type VmScope } from '../../authorization/vmScope';
import { inScope } from './scope';

jest.setTimeout(60_000);

const rules = Object.values(kubevirtVmRules) as any[];
const registry = mockServices.permissionsRegistry.mock({
  getPermissionRuleset: () =>
    ({
      getRuleByName: (name: string) => rules.find(r => r.name === name),
    } as any),
});

const scopeFor = (conditions: any): VmScope =>
  scopeOf(
    {
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'kubevirt-snapshots',
      resourceType: 'kubevirt-vm',
      conditions,
    },
    registry,
  )!;

describe.each(databases.eachSupportedId())('reading the trail on %s', id => {
  async function begin() {
    const bed = await signedTrail(id);
    const reader = new AuditReader(bed);
    return { ...bed, reader };
  }

  it('joins what was asked for and how it ended, newest first, page by page', async () => {
    const { reader, act, store } = await begin();
    for (let n = 1; n <= 3; n += 1) {
      await act(`s${n}`);
    }
    await store.accept(acceptOptions('take', 'open'));
    const all = await reader.list('everything', {});
    expect(all.next).toBeUndefined();
    expect(all.items.map(i => [i.seq, i.action, i.outcome])).toEqual([
      [10, 'snapshot.take', 'pending'],
      [9, 'snapshot.take', 'denied'],
      [7, 'snapshot.take', 'failure'],
      [6, 'snapshot.take', 'denied'],
      [4, 'snapshot.take', 'failure'],
      [3, 'snapshot.take', 'denied'],
      [1, 'snapshot.take', 'failure'],
    ]);
    expect(all.items[2]).toMatchObject({
      settledSeq: 8,
      error: { code: 'deadline' },
      snapshot: { name: 's3' },
      durationMs: expect.any(Number),
      reason: 'because',
    });
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const page = await reader.list('everything', { limit: 2, before });
      seen.push(...page.items.map(i => i.seq));
      before = page.next;
    } while (before);
    expect(seen).toEqual(all.items.map(i => i.seq));
  });

  it.each([
    [{ outcomes: ['pending'] }, [13]],
    [{ outcomes: ['failure'] }, [10, 7, 4, 1]],
    [{ outcomes: ['denied', 'pending'] }, [13, 12, 9, 6, 3]],
    [{ outcomes: ['recorded'] }, [14]],
    [{ outcomes: ['observed'] }, [15]],
    [{ outcomes: ['success'] }, []],
    [{ actor: 'user:default/eve' }, [12, 9, 6, 3]],
    [{ vm: 'east/shop/web-02' }, [6, 4]],
    [{ vm: 'west/shop/web-01' }, [9, 7]],
    [{ actions: ['audit.read', 'snapshot.disappeared'] }, [15, 14]],
    [{ origins: ['cluster'] }, [15]],
    [{ actor: 'user:default/eve', vm: 'east/shop/web-02' }, [6]],
  ])('filters by %j', async (query: any, seqs) => {
    const { reader, act, store, trail } = await begin();
    await act('s1');
    await act('s2', { name: 'web-02' });
    await act('s3', { cluster: 'west' });
    await act('s4');
    await store.accept(acceptOptions('take', 'open'));
    await trail.write('system', {
      action: 'audit.read',
      actor: 'user:default/odd',
      origin: 'portal',
    });
    await trail.write('observed', {
      action: 'snapshot.disappeared',
      actor: 'cluster:east',
      origin: 'cluster',
      vm: acceptOptions('take', 'x').intent.vm,
    });
    const { items } = await reader.list('everything', query);
    expect(items.map(i => i.seq)).toEqual(seqs);
  });

  it('filters by time', async () => {
    let offset = 0;
    const bed = await signedTrail(id, { offsetMs: () => offset });
    const reader = new AuditReader(bed);
    const times: string[] = [];
    for (const n of [1, 2, 3]) {
      offset = n * 3_600_000;
      times.push(new Date(await bed.clock.now()).toISOString());
      await bed.act(`s${n}`);
    }
    const list = async (query: object) =>
      (await reader.list('everything', query)).items.map(i => i.seq);
    expect(await list({ from: times[1] })).toEqual([9, 7, 6, 4]);
    expect(await list({ to: times[1] })).toEqual([3, 1]);
    expect(await list({ from: times[1], to: times[2] })).toEqual([6, 4]);
    expect(await list({ from: '2999-01-01T00:00:00Z' })).toEqual([]);
  });

  it('shows to the holder of a condition exactly the rows that meet it', async () => {
    const { reader, act, trail, knex } = await begin();
    const owners = ['group:default/a', 'group:default/b', `user:default/o'c`];
    let n = 0;
    for (const cluster of ['east', 'west']) {
      for (const namespace of ['shop', 'billing']) {
        for (const some of [[], [owners[0]], [owners[1], owners[2]]]) {
          n += 1;
          await act(`s${n}`, { cluster, namespace, owners: some });
        }
      }
    }
    await trail.write('system', {
      action: 'audit.read',
      actor: 'user:default/odd',
      origin: 'portal',
    });
    const rows: AuditRow[] = (await knex('audit_events').orderBy('seq')).map(
      row => JSON.parse(row.body),
    );
    const leaf = fc.oneof(
      fc
        .subarray([...owners, 'group:default/%', 'group:default/_'])
        .map(claims => c.isVmOwner({ claims })),
      fc
        .subarray(['east', 'west', 'north'])
        .map(clusters => c.inCluster({ clusters })),
      fc
        .subarray(['shop', 'billing'])
        .map(namespaces => c.inNamespace({ namespaces })),
      fc.constant(c.hasLabel({ key: 'tier' })),
    );
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc
          .array(tie('tree'), { minLength: 1, maxLength: 3 })
          .map(allOf => ({ allOf })),
        fc
          .array(tie('tree'), { minLength: 1, maxLength: 3 })
          .map(anyOf => ({ anyOf })),
        tie('tree').map(not => ({ not })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async conditions => {
        const scope = scopeFor(conditions);
        const { items } = await reader.list(scope, { limit: 200 });
        expect(items.map(i => i.seq)).toEqual(
          rows
            .filter(row => row.kind !== 'settled' && inScope(scope, row))
            .map(row => row.seq)
            .reverse(),
        );
        // Rows about no VM are for those who may see everything.
        expect(items.every(i => i.vm)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('gives an act by any of its rows, and none outside of the scope', async () => {
    const { reader, act } = await begin();
    await act('s1');
    for (const seq of [1, 2]) {
      const details = await reader.details('everything', seq);
      expect(details!.entry).toMatchObject({ seq: 1, outcome: 'failure' });
      expect(details!.rows.map(r => r.kind)).toEqual(['intent', 'settled']);
    }
    const other = scopeFor(c.isVmOwner({ claims: ['group:default/team-b'] }));
    const own = scopeFor(c.isVmOwner({ claims: ['group:default/team-a'] }));
    expect(await reader.details(other, 1)).toBeUndefined();
    expect(await reader.details(own, 1)).toBeDefined();
    expect(await reader.details('everything', 99)).toBeUndefined();
  });

  it('keeps the history of a former VM of the same name from those who had no right to it', async () => {
    const { reader, act } = await begin();
    await act('old', { uid: 'former', owners: ['group:default/team-z'] });
    await act('new', { uid: 'present' });
    await act('other', { name: 'web-02', uid: 'present' });
    const history = async (former: boolean, limit?: number) =>
      reader.history({
        vm: { cluster: 'east', namespace: 'shop', name: 'web-01' },
        uid: 'present',
        former: resource => {
          expect(resource).toEqual({
            ref: { cluster: 'east', namespace: 'shop', name: 'web-01' },
            uid: 'former',
            owners: ['group:default/team-z'],
            labels: {},
          });
          return former;
        },
        query: { limit },
      });
    expect((await history(false)).items.map(i => i.seq)).toEqual([6, 4]);
    const all = (await history(true)).items;
    expect(all.map(i => [i.seq, i.formerVm])).toEqual([
      [6, undefined],
      [4, undefined],
      [3, true],
      [1, true],
    ]);
    // A page that hides rows doesn't tell that there are more.
    expect((await history(false, 2)).next).toBeUndefined();
    expect(await history(true, 2)).toMatchObject({ next: 4 });
  });
});

it('denies without a decision of ours', () => {
  expect(scopeOf({ result: AuthorizeResult.DENY }, registry)).toBeUndefined();
  expect(
    scopeOf(
      {
        result: AuthorizeResult.CONDITIONAL,
        pluginId: 'catalog',
        resourceType: 'catalog-entity',
        conditions: { rule: 'X', resourceType: 'catalog-entity' },
      },
      registry,
    ),
  ).toBeUndefined();
});
