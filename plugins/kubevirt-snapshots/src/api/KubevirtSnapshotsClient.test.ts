// SPDX-License-Identifier: Apache-2.0
import { entityKey, operation } from '../__testUtils__/fixtures';
import { apiFailure } from './apiFailure';
import { KubevirtSnapshotsClient } from './KubevirtSnapshotsClient';

const E = 'plugin://kubevirt-snapshots/entities/resource/default/web-01';

function setUp(answer: object = {}) {
  const fetch = jest.fn(async (_url: string, _init?: RequestInit) => ({
    ok: true,
    json: async () => answer,
    ...answer,
  }));
  const client = KubevirtSnapshotsClient.create({
    fetchApi: { fetch: fetch as any },
  });
  return { client, fetch };
}

describe('KubevirtSnapshotsClient', () => {
  it('asks for a page of a list', async () => {
    const { client, fetch } = setUp({ revision: 7 });
    const list = await client.listSnapshots(entityKey, {
      show: 'taken',
      sort: 'created',
      order: 'desc',
      states: ['ready', 'failed'],
      search: 'a&b',
      offset: 20,
      limit: 20,
    });
    expect(list).toMatchObject({ revision: 7 });
    expect(fetch.mock.calls[0][0]).toBe(
      `${E}/snapshots?show=taken&sort=created&order=desc&state=ready%2Cfailed&search=a%26b&offset=20&limit=20`,
    );
  });

  it('leaves empty filters out', async () => {
    const { client, fetch } = setUp();
    await client.listSnapshots(entityKey, { states: [], search: '' });
    expect(fetch.mock.calls[0][0]).toBe(`${E}/snapshots`);
  });

  it('encodes whatever becomes part of a path', async () => {
    const { client, fetch } = setUp();
    await client.getSnapshot(entityKey, 'a/b');
    await client.checkName(entityKey, '..?');
    await client.getOperation(entityKey, 'x#y');
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([
      `${E}/snapshots/a%2Fb`,
      `${E}/snapshot-names/..%3F`,
      `${E}/operations/x%23y`,
    ]);
  });

  it('posts each act once and gives its operation', async () => {
    const answer = operation({ id: 'op' });
    const { client, fetch } = setUp({ operation: answer });
    const take = { operationId: 'o', vmUid: 'u', name: 'n' };
    expect(await client.takeSnapshot(entityKey, take)).toBe(answer);
    await client.stopSnapshot(entityKey, 'n', {
      operationId: 'o',
      vmUid: 'u',
    });
    await client.deleteSnapshot(entityKey, 'n', {
      operationId: 'o',
      vmUid: 'u',
      snapshotUid: 's',
    });
    expect(fetch.mock.calls.map(([url, init]) => [init?.method, url])).toEqual([
      ['POST', `${E}/snapshots`],
      ['POST', `${E}/snapshots/n/stop`],
      ['POST', `${E}/snapshots/n/delete`],
    ]);
    expect(JSON.parse(String(fetch.mock.calls[0][1]?.body))).toEqual(take);
  });

  it('posts protections and releases, and gives their answer', async () => {
    const answer = { revision: 5 };
    const { client, fetch } = setUp(answer);
    const request = {
      operationId: 'o',
      vmUid: 'u',
      snapshotUid: 's',
      reason: 'r',
    };
    expect(
      await client.protectSnapshot(entityKey, 'a/b', request),
    ).toMatchObject(answer);
    await client.unprotectSnapshot(entityKey, 'n', request);
    expect(fetch.mock.calls.map(([url, init]) => [init?.method, url])).toEqual([
      ['POST', `${E}/snapshots/a%2Fb/protect`],
      ['POST', `${E}/snapshots/n/unprotect`],
    ]);
    expect(JSON.parse(String(fetch.mock.calls[0][1]?.body))).toEqual(request);
  });

  it('asks what restores and copies would do, and for what there is of them', async () => {
    const { client, fetch } = setUp();
    await client.getRestorePlan(entityKey, 'a/b');
    await client.listRestores(entityKey);
    await client.listRestores(entityKey, { snapshot: 'a&b', minRevision: 7 });
    await client.listLeftOverClaims(entityKey);
    await client.getCloneReview(entityKey, 'a/b');
    await client.checkVmName(entityKey, '..?');
    await client.getTemplateReview(entityKey, 'a/b');
    await client.checkTemplateName(entityKey, '..?');
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([
      `${E}/snapshots/a%2Fb/restore-plan`,
      `${E}/restores`,
      `${E}/restores?snapshot=a%26b&minRevision=7`,
      `${E}/left-over-claims`,
      `${E}/snapshots/a%2Fb/clone`,
      `${E}/vm-names/..%3F`,
      `${E}/snapshots/a%2Fb/template`,
      `${E}/template-names/..%3F`,
    ]);
  });

  it('posts restores, copies and power, and gives their operation', async () => {
    const answer = operation({ id: 'op' });
    const { client, fetch } = setUp({ operation: answer });
    const seen = { operationId: 'o', vmUid: 'u' };
    const reviewed = { ...seen, snapshotUid: 's', planHash: 'h' };
    const restore = {
      ...reviewed,
      power: 'stop',
      startAfterwards: true,
      safetySnapshot: true,
      volumes: 'new-names',
    } as const;
    expect(await client.restoreSnapshot(entityKey, 'a/b', restore)).toBe(
      answer,
    );
    await client.stopRestore(entityKey, 'r/1', seen);
    await client.clearRestore(entityKey, 'r/1', { ...seen, restoreUid: 'x' });
    await client.deleteLeftOverClaim(entityKey, 'c/1', {
      ...seen,
      claimUid: 'x',
      typedName: 'c/1',
    });
    await client.powerVm(entityKey, { ...seen, action: 'start' });
    await client.cloneSnapshot(entityKey, 'a/b', { ...reviewed, name: 'n' });
    await client.makeTemplate(entityKey, 'a/b', {
      ...reviewed,
      name: 'n',
      notGeneralisedAcknowledged: true,
    });
    expect(fetch.mock.calls.map(([url, init]) => [init?.method, url])).toEqual([
      ['POST', `${E}/snapshots/a%2Fb/restore`],
      ['POST', `${E}/restores/r%2F1/stop`],
      ['POST', `${E}/restores/r%2F1/clear`],
      ['POST', `${E}/left-over-claims/c%2F1/delete`],
      ['POST', `${E}/power`],
      ['POST', `${E}/snapshots/a%2Fb/clone`],
      ['POST', `${E}/snapshots/a%2Fb/template`],
    ]);
    expect(JSON.parse(String(fetch.mock.calls[0][1]?.body))).toEqual(restore);
  });

  it('asks for a history and for the audit trail', async () => {
    const { client, fetch } = setUp({ items: [] });
    await client.listHistory(entityKey, { before: 9, limit: 25 });
    await client.listAudit({
      vm: 'east/shop/web-01',
      actor: 'user:default/ann',
      actions: ['snapshot.take', 'snapshot.stop'],
      outcomes: ['denied'],
      origins: [],
      from: '2026-11-01T00:00:00.000Z',
    });
    await client.getAuditRow(7);
    await client.getAuditVerification();
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([
      `${E}/history?before=9&limit=25`,
      'plugin://kubevirt-snapshots/audit?vm=east%2Fshop%2Fweb-01&actor=user%3Adefault%2Fann&action=snapshot.take%2Csnapshot.stop&outcome=denied&from=2026-11-01T00%3A00%3A00.000Z',
      'plugin://kubevirt-snapshots/audit/rows/7',
      'plugin://kubevirt-snapshots/audit/verification',
    ]);
  });

  it('has the trail verified', async () => {
    const { client, fetch } = setUp({ lastRow: 3 });
    expect(await client.verifyAudit()).toMatchObject({ lastRow: 3 });
    expect(fetch.mock.calls[0]).toMatchObject([
      'plugin://kubevirt-snapshots/audit/verify',
      { method: 'POST' },
    ]);
  });

  it('exports as a file, and throws what was refused', async () => {
    const file = new Blob(['1']);
    const { client, fetch } = setUp({ blob: async () => file });
    const query = { format: 'csv', vm: 'a/b/c', after: 3 } as const;
    expect(await client.exportAudit(query)).toBe(file);
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://kubevirt-snapshots/audit/export?format=csv&after=3&vm=a%2Fb%2Fc',
    );
    const refused = setUp({
      ok: false,
      status: 403,
      headers: new Map(),
      text: async () => 'no',
    });
    const error = await refused.client.exportAudit(query).catch(e => e);
    expect(apiFailure(error).status).toBe(403);
  });

  it('asks for the VMs', async () => {
    const { client, fetch } = setUp({ items: [] });
    await client.listVms({
      mine: true,
      unprotected: undefined,
      namespace: 'east/shop',
      sort: 'lastSnapshot',
      offset: 0,
      limit: 20,
    });
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://kubevirt-snapshots/vms?mine=true&namespace=east%2Fshop&sort=lastSnapshot&offset=0&limit=20',
    );
  });

  it('gives the clusters', async () => {
    const { client, fetch } = setUp({ clusters: [{ name: 'east' }] });
    expect(await client.listClusters()).toEqual([{ name: 'east' }]);
    expect(fetch.mock.calls[0][0]).toBe('plugin://kubevirt-snapshots/clusters');
  });

  it('throws what the backend refused, once', async () => {
    const { client, fetch } = setUp({
      ok: false,
      status: 409,
      statusText: 'Conflict',
      headers: new Map([['content-type', 'application/json']]),
      text: async () =>
        JSON.stringify({
          error: {
            name: 'ConflictError',
            message: 'Taken',
            details: { code: 'name-taken', field: 'name' },
          },
          response: { statusCode: 409 },
        }),
    });
    const error = await client
      .takeSnapshot(entityKey, { operationId: 'o', vmUid: 'u', name: 'n' })
      .catch(e => e);
    expect(apiFailure(error)).toMatchObject({
      status: 409,
      code: 'name-taken',
      field: 'name',
      message: 'Taken',
    });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('ends a read when nobody waits for it any more', async () => {
    const { client, fetch } = setUp();
    const controller = new AbortController();
    fetch.mockImplementation(
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () =>
            reject(new Error('aborted')),
          );
        }),
    );
    const read = client.listClusters({ signal: controller.signal });
    controller.abort();
    await expect(read).rejects.toThrow('aborted');
  });

  describe('stream', () => {
    function body(...chunks: string[]) {
      const encoded = chunks.map(c => new TextEncoder().encode(c));
      return {
        getReader: () => ({
          read: async () =>
            encoded.length
              ? { done: false, value: encoded.shift() }
              : { done: true },
          cancel: async () => {},
        }),
      };
    }

    it('gives messages and tells of heartbeats', async () => {
      const { client, fetch } = setUp({
        body: body('data: {"type":"hello","rev', 'ision":1}\n\n', ': beat\n\n'),
      });
      const onMessage = jest.fn();
      const onActivity = jest.fn();
      await client.watchEvents(entityKey, {
        signal: new AbortController().signal,
        onMessage,
        onActivity,
      });
      expect(fetch.mock.calls[0][0]).toBe(`${E}/events`);
      expect(onMessage.mock.calls).toEqual([[{ type: 'hello', revision: 1 }]]);
      expect(onActivity).toHaveBeenCalledTimes(3);
    });

    it('puts together a letter that was cut in two', async () => {
      const bytes = new TextEncoder().encode(
        'data: {"type":"freshness","freshness":{"message":"ü"}}\n\n',
      );
      const cut = bytes.indexOf(0xc3) + 1;
      const parts = [bytes.slice(0, cut), bytes.slice(cut)];
      const { client } = setUp({
        body: {
          getReader: () => ({
            read: async () =>
              parts.length
                ? { done: false, value: parts.shift() }
                : { done: true },
            cancel: async () => {},
          }),
        },
      });
      const onMessage = jest.fn();
      await client.watchEvents(entityKey, {
        signal: new AbortController().signal,
        onMessage,
      });
      expect(onMessage.mock.calls[0][0].freshness.message).toBe('ü');
    });
  });
});
