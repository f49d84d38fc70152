// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../index';
import { call, until } from '../testing/http';
import {
  createMachine,
  ensureNamespace,
  snapshot,
  snapshotRef,
  vmRef,
} from '../testing/machines';
import type { Sandbox } from '../types';

const NS = 'faulty';
const SNAPSHOTS = `/apis/snapshot.kubevirt.io/v1beta1/namespaces/${NS}/virtualmachinesnapshots`;

describe('faults', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'faults', speed: 100 });
    ensureNamespace(sandbox, NS);
  });

  afterEach(() => sandbox.faults.clear());
  afterAll(() => sandbox.stop());

  const list = () => call(sandbox, 'GET', SNAPSHOTS);
  const post = (name: string) =>
    call(sandbox, 'POST', SNAPSHOTS, { body: snapshot(NS, name, 'web-01') });

  it.each([409, 410, 429, 500, 503])('answers %s so many times', async code => {
    sandbox.faults.add({
      match: { method: 'GET', path: 'virtualmachinesnapshots$' },
      action: { type: 'respond', status: code },
      times: 2,
      skip: 1,
    });
    const codes: number[] = [];
    const kinds: string[] = [];
    const retries: Array<string | null> = [];
    for (let index = 0; index < 4; index += 1) {
      const { status, headers, body } = await list();
      codes.push(status);
      retries.push(headers.get('retry-after'));
      kinds.push(body.kind);
    }
    expect(kinds[1]).toBe('Status');
    expect(retries[1]).toBe([429, 503].includes(code) ? '1' : null);
    expect(codes).toEqual([200, code, code, 200]);
  });

  it('drops the connection after applying', async () => {
    sandbox.faults.add({
      match: { method: 'POST' },
      action: { type: 'drop', applied: true },
      times: 1,
    });
    await expect(post('applied')).rejects.toThrow();
    expect(sandbox.objects.get(snapshotRef(NS, 'applied'))).toBeDefined();
    sandbox.faults.add({
      match: { method: 'POST' },
      action: { type: 'drop' },
      times: 1,
    });
    await expect(post('not-applied')).rejects.toThrow();
    expect(sandbox.objects.get(snapshotRef(NS, 'not-applied'))).toBeUndefined();
  });

  it('hangs and delays', async () => {
    sandbox.faults.add({ action: { type: 'delay', ms: 80 }, times: 1 });
    const started = Date.now();
    await list();
    expect(Date.now() - started).toBeGreaterThanOrEqual(75);
    sandbox.faults.setAnswering(false);
    await expect(
      fetch(sandbox.url + SNAPSHOTS, { signal: AbortSignal.timeout(60) }),
    ).rejects.toThrow();
    sandbox.faults.setAnswering(true);
    expect((await list()).status).toBe(200);
  });

  it('takes the CRDs away', async () => {
    sandbox.faults.setSnapshotCrds(false);
    expect((await list()).body).toBe('404 page not found\n');
    const { body } = await call(sandbox, 'GET', '/apis');
    expect(body.groups.map((group: any) => group.name)).not.toContain(
      'snapshot.kubevirt.io',
    );
  });

  it('logs every request with user and status', async () => {
    sandbox.requests.clear();
    await list();
    await call(sandbox, 'GET', '/api/v1/namespaces', { token: null });
    expect(sandbox.requests.list()).toEqual([
      expect.objectContaining({
        method: 'GET',
        path: SNAPSHOTS,
        user: 'admin',
        status: 200,
      }),
      expect.objectContaining({ user: 'system:anonymous', status: 403 }),
    ]);
    expect(sandbox.requests.list({ pathPattern: 'nothing' })).toEqual([]);
  });

  it('offers the same to other processes', async () => {
    const { body } = await call(sandbox, 'POST', '/sandbox/faults', {
      body: {
        match: { path: 'virtualmachinesnapshots' },
        action: { type: 'respond', status: 503 },
      },
    });
    expect((await list()).status).toBe(503);
    await call(sandbox, 'DELETE', `/sandbox/faults/${body.id}`);
    expect((await list()).status).toBe(200);
    await call(sandbox, 'PUT', '/sandbox/switches', { body: { gate: false } });
    expect((await post('gated')).status).toBe(400);
    const found = await call(sandbox, 'POST', '/sandbox/objects', {
      body: {
        action: 'get',
        ref: { apiVersion: 'v1', kind: 'Namespace', name: NS },
      },
    });
    expect(found.body.object.metadata.name).toBe(NS);
  });
});

describe('restart', () => {
  it('keeps objects, tokens and work in progress', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    try {
      const first = await startSandbox({ name: 'r', dataDir, speed: 100 });
      await createMachine(first, NS, 'web-01');
      first.faults.addVolumeFault({ namespace: NS, mode: 'hang' });
      first.objects.create(snapshot(NS, 'under-way', 'web-01'));
      await until(
        'it has begun',
        () =>
          first.objects.get(snapshotRef(NS, 'under-way'))?.status
            ?.virtualMachineSnapshotContentName,
      );
      const token = first.serviceAccountToken(NS, 'default');
      const vm = first.objects.get(vmRef(NS, 'web-01'))!;
      const { body: before } = await call(first, 'GET', SNAPSHOTS);
      await first.stop();
      await expect(call(first, 'GET', '/version')).rejects.toThrow();
      expect(statSync(path.join(dataDir, 'state.jsonl')).mode & 0o777).toBe(
        0o600,
      );

      let seeded = false;
      const second = await startSandbox({
        name: 'r',
        dataDir,
        speed: 100,
        seed: async () => {
          seeded = true;
        },
      });
      expect(seeded).toBe(false);
      expect(second.adminToken).toBe(first.adminToken);
      expect(second.objects.get(vmRef(NS, 'web-01'))?.metadata.uid).toBe(
        vm.metadata.uid,
      );
      await until(
        'the snapshot goes on',
        () =>
          second.objects.get(snapshotRef(NS, 'under-way'))?.status?.readyToUse,
      );
      const allowed = await call(second, 'GET', '/apis', { token });
      expect(allowed.status).toBe(200);
      const { body: after } = await call(second, 'GET', SNAPSHOTS);
      expect(Number(after.metadata.resourceVersion)).toBeGreaterThan(
        Number(before.metadata.resourceVersion),
      );
      await second.stop();
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});
