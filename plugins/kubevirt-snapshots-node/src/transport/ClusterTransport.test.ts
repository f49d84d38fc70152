// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { StubCluster } from '../testing/StubCluster';
import { ClusterTransport } from './ClusterTransport';
import {
  KubeConfigCredentials,
  ServiceAccountCredentials,
} from './Credentials';

describe('ClusterTransport', () => {
  let stub: StubCluster;
  let dir: string;
  let file: string;
  let transport: ClusterTransport;

  beforeEach(async () => {
    stub = await StubCluster.create();
    stub.hook = () => ({ status: 200, body: { kind: 'Thing' } });
    dir = await mkdtemp(path.join(tmpdir(), 'token-'));
    file = path.join(dir, 'token');
    await writeFile(file, 'first\n');
    transport = ClusterTransport.create({
      name: 'prod',
      credentials: ServiceAccountCredentials.create(
        { name: 'prod', url: stub.url },
        { file },
      ),
      maxResponseBytes: 1000,
    });
  });

  afterEach(async () => {
    transport.close();
    await stub.stop();
    await rm(dir, { recursive: true });
  });

  it('sends the token, JSON and nothing of anybody else', async () => {
    const answer = await transport.request({
      method: 'POST',
      path: '/x',
      query: { a: 1, b: undefined },
      body: { c: 'd' },
    });
    expect(answer).toMatchObject({ httpStatus: 200, body: '{"kind":"Thing"}' });
    const [request] = stub.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/x',
      body: { c: 'd' },
    });
    expect(String(request.query)).toBe('a=1');
    expect(request.headers).toMatchObject({
      authorization: 'Bearer first',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'backstage-plugin-kubevirt-snapshots',
    });
    expect(Object.keys(request.headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
  });

  it('reads the token file again when it changes', async () => {
    await transport.request({ method: 'GET', path: '/x' });
    // As Kubernetes rotates a projected token.
    await writeFile(path.join(dir, 'next'), 'second');
    await unlink(file);
    await symlink(path.join(dir, 'next'), file);
    await transport.request({ method: 'GET', path: '/x' });
    expect(stub.requests.map(r => r.headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('makes no request without a token, and recovers', async () => {
    for (const content of ['', '  \n', 'a b', 'a\r\nImpersonate-User: x']) {
      await writeFile(file, content);
      await expect(
        transport.request({ method: 'GET', path: '/x' }),
      ).rejects.toMatchObject({ code: 'unauthorized' });
    }
    await unlink(file);
    await expect(
      transport.request({ method: 'GET', path: '/x' }),
    ).rejects.toThrow(/token file .* can't be read \(ENOENT\)/);
    expect(stub.requests).toEqual([]);
    await writeFile(file, 'third');
    await transport.request({ method: 'GET', path: '/x' });
    expect(stub.requests).toHaveLength(1);
  });

  it("doesn't follow redirects", async () => {
    stub.hook = () => ({
      status: 307,
      headers: { Location: `${stub.url}/elsewhere` },
    });
    expect(
      await transport.request({ method: 'GET', path: '/x' }),
    ).toMatchObject({ httpStatus: 307 });
    expect(stub.requests).toHaveLength(1);
  });

  it('gives up after its time, and says that nobody knows', async () => {
    stub.hook = () => 'taken';
    const slow = transport.request({
      method: 'POST',
      path: '/x',
      timeoutMs: 50,
    });
    await expect(slow).rejects.toMatchObject({
      code: 'unreachable',
      ambiguous: true,
      message: expect.stringMatching(/did not answer in time/),
    });
    stub.hook = (_, response) => {
      response.writeHead(200);
      response.write('half');
      return 'taken';
    };
    await expect(
      transport.request({ method: 'GET', path: '/x', timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('sends nothing when its time is over, however late that shows', async () => {
    const post = (sendBefore: number) =>
      transport.request({ method: 'POST', path: '/x', body: {}, sendBefore });
    expect(await post(performance.now() + 60_000)).toMatchObject({
      httpStatus: 200,
    });
    // Stalled between the first look at the clock and the connection.
    const began = performance.now();
    const now = jest.spyOn(performance, 'now');
    const late = post(began + 60_000);
    now.mockReturnValue(began + 60_001);
    await expect(late).rejects.toMatchObject({
      code: 'too-late',
      retryable: true,
      ambiguous: false,
    });
    now.mockRestore();
    expect(stub.requests).toHaveLength(1);
  });

  it('caps an answer', async () => {
    stub.hook = () => ({ status: 200, body: 'x'.repeat(1001) });
    await expect(
      transport.request({ method: 'GET', path: '/x' }),
    ).rejects.toThrow(/more than/);
    stub.hook = () => ({ status: 400, body: 'x'.repeat(1_000_000) });
    const { body } = await transport.request({ method: 'GET', path: '/x' });
    expect(body.length).toBeLessThan(200_000);
  });

  it('says that nobody listens', async () => {
    await stub.stop();
    await expect(
      transport.request({ method: 'GET', path: '/x' }),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: "Cluster prod can't be reached (ECONNREFUSED)",
    });
    stub = await StubCluster.create();
  });

  it('repeats a read on a connection that was closed, never a write', async () => {
    let calls = 0;
    stub.hook = (request, response) => {
      calls += 1;
      if (calls === 2) {
        response.socket!.destroy();
        return 'taken';
      }
      return { status: 200, body: { kind: request.method } };
    };
    await transport.request({ method: 'GET', path: '/x' });
    expect(
      await transport.request({ method: 'GET', path: '/x' }),
    ).toMatchObject({ httpStatus: 200 });
    expect(calls).toBe(3);
    calls = 1;
    await expect(
      transport.request({ method: 'DELETE', path: '/x' }),
    ).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls).toBe(2);
  });

  it('signs in as a kubeconfig does, but never as somebody else', async () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'c', server: `${stub.url}/`, skipTLSVerify: false },
      { name: 'u', token: 'admin', impersonateUser: 'root' },
    );
    const admin = ClusterTransport.create({
      name: 'c',
      credentials: KubeConfigCredentials.create(kubeConfig),
    });
    await admin.request({ method: 'GET', path: '/x', accept: '*/*' });
    admin.close();
    expect(stub.requests[0].path).toBe('/x');
    expect(stub.requests[0].headers).toMatchObject({
      authorization: 'Bearer admin',
      accept: '*/*',
    });
    expect(stub.requests[0].headers['impersonate-user']).toBeUndefined();
  });
});
