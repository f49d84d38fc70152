// SPDX-License-Identifier: Apache-2.0
import { StubCluster } from '../testing/StubCluster';
import { ClusterTransport } from './ClusterTransport';
import { LentProxyAccess } from './LentProxyAccess';
import { ProxyCredentials } from './ProxyCredentials';

describe('ProxyCredentials', () => {
  let plugin: StubCluster;
  let clusters: unknown;
  let transport: ClusterTransport;

  const ask = () =>
    transport.request({ method: 'GET', path: '/apis/kubevirt.io/v1' });

  beforeEach(async () => {
    plugin = await StubCluster.create();
    clusters = [{ name: 'far', authProvider: 'serviceAccount' }];
    plugin.hook = ({ path }) =>
      path === '/clusters'
        ? { status: 200, body: { items: clusters } }
        : { status: 200, body: { kind: 'APIResourceList' } };
    transport = ClusterTransport.create({
      name: 'far',
      credentials: ProxyCredentials.create({
        cluster: 'far',
        access: {
          baseUrl: async () => plugin.url,
          token: async () => 'of-the-backend',
        },
      }),
    });
  });

  afterEach(async () => {
    transport.close();
    await plugin.stop();
  });

  it('asks the proxy, with the name of the cluster and the token of the backend', async () => {
    expect(await ask()).toMatchObject({ httpStatus: 200 });
    const { path, headers } = plugin.requests.at(-1)!;
    expect(path).toBe('/proxy/apis/kubevirt.io/v1');
    expect(headers).toMatchObject({
      authorization: 'Bearer of-the-backend',
      'backstage-kubernetes-cluster': 'far',
      'accept-encoding': 'identity',
    });
    expect(
      Object.keys(headers).filter(name => name.startsWith('impersonate')),
    ).toEqual([]);
  });

  it('asks for the auth provider once, and again when a call has failed', async () => {
    await ask();
    await ask();
    const count = () =>
      plugin.requests.filter(({ path }) => path === '/clusters').length;
    expect(count()).toBe(1);
    plugin.hook = ({ path }, response) => {
      if (path === '/clusters') {
        return { status: 200, body: { items: clusters } };
      }
      response.destroy();
      return 'taken';
    };
    await expect(ask()).rejects.toThrow("can't be reached");
    clusters = [{ name: 'far', authProvider: 'oidc' }];
    await expect(ask()).rejects.toThrow('auth provider oidc');
  });

  it.each(['serviceAccount', 'aws', 'azure', 'googleServiceAccount'])(
    'goes through with provider %s',
    async authProvider => {
      clusters = [{ name: 'far', authProvider }];
      expect(await ask()).toMatchObject({ httpStatus: 200 });
    },
  );

  it.each(['aks', 'google', 'localKubectlProxy', 'oidc', 'another', undefined])(
    'calls no cluster with provider %s',
    async authProvider => {
      clusters = [{ name: 'far', authProvider }];
      await expect(ask()).rejects.toMatchObject({ code: 'unauthorized' });
      expect(plugin.requests.map(({ path }) => path)).toEqual(['/clusters']);
    },
  );

  it('says what is wrong with the Kubernetes plugin', async () => {
    clusters = [{ name: 'near', authProvider: 'serviceAccount' }];
    await expect(ask()).rejects.toThrow('knows no cluster far');
    plugin.hook = () => ({ status: 503, body: {} });
    await expect(ask()).rejects.toThrow(
      "The Kubernetes plugin can't be asked for cluster far (it answered 503)",
    );
  });

  it('waits for a plugin that lends its identity', async () => {
    await expect(
      (async () => new LentProxyAccess().token())(),
    ).rejects.toMatchObject({ code: 'unreachable' });
  });
});
