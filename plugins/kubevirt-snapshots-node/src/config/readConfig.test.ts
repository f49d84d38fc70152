// SPDX-License-Identifier: Apache-2.0
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readKubevirtSnapshotsConfig } from './readConfig';

const read = (kubevirtSnapshots: JsonObject, kubernetes: JsonObject = {}) =>
  readKubevirtSnapshotsConfig(
    new ConfigReader({ kubevirtSnapshots, kubernetes }),
  );

const cluster = {
  name: 'prod',
  url: 'https://10.0.0.1:6443/',
  serviceAccountTokenFile: '/tokens/prod',
};

const kubernetes = {
  clusterLocatorMethods: [
    { type: 'catalog' },
    {
      type: 'config',
      clusters: [
        {
          name: 'prod',
          title: 'Production',
          url: 'https://k8s.example.com',
          authProvider: 'serviceAccount',
          serviceAccountToken: 'readonly',
          caData: 'Q0E=',
        },
        {
          name: 'aws',
          url: 'https://eks.example.com',
          authMetadata: { 'kubernetes.io/auth-provider': 'aws' },
        },
      ],
    },
  ],
};

describe('readKubevirtSnapshotsConfig', () => {
  it('works without any configuration', () => {
    expect(readKubevirtSnapshotsConfig(new ConfigReader({}))).toEqual({
      clusters: [],
      binding: { mode: 'strict', trustedNamespaces: [], namespaceOwners: [] },
      acceptProxyBypass: false,
      mutations: { guests: false, withoutPermissions: false },
    });
  });

  it('inherits URL, title and CA from the Kubernetes plugin', () => {
    const { clusters } = read(
      {
        clusters: [
          { name: 'prod', serviceAccountTokenFile: '/tokens/prod' },
          { name: 'aws', serviceAccountTokenFile: '/tokens/aws' },
        ],
      },
      kubernetes,
    );
    expect(clusters).toMatchObject([
      {
        name: 'prod',
        title: 'Production',
        url: 'https://k8s.example.com',
        caData: 'Q0E=',
        kubernetesPlugin: {
          authProvider: 'serviceAccount',
          serviceAccountToken: 'readonly',
        },
      },
      { name: 'aws', kubernetesPlugin: { authProvider: 'aws' } },
    ]);
  });

  it('lets what is given win, the CA as a whole', () => {
    const { clusters } = read(
      { clusters: [{ ...cluster, caFile: '/ca.crt', namespaces: ['a', 'a'] }] },
      kubernetes,
    );
    expect(clusters[0]).toMatchObject({
      url: 'https://10.0.0.1:6443',
      caFile: '/ca.crt',
      namespaces: ['a'],
    });
    expect(clusters[0]).toMatchObject({ caData: undefined });
  });

  it("finds the Kubernetes plugin's account under another name", () => {
    const { clusters } = read(
      {
        clusters: [{ ...cluster, name: 'x', url: 'https://k8s.example.com/' }],
      },
      kubernetes,
    );
    expect(clusters[0]).toMatchObject({
      kubernetesPlugin: { serviceAccountToken: 'readonly' },
    });
    expect(clusters[0]).toMatchObject({ caData: undefined });
  });

  it('keeps the path of a URL', () => {
    expect(
      read({
        clusters: [{ ...cluster, url: 'https://rancher/k8s/clusters/c-1/' }],
      }).clusters[0],
    ).toMatchObject({ url: 'https://rancher/k8s/clusters/c-1' });
  });

  it('needs only a name where the Kubernetes plugin is in between', () => {
    expect(
      read({
        clusters: [
          { name: 'far', transport: 'kubernetesProxy', namespaces: ['a'] },
        ],
      }).clusters,
    ).toEqual([
      { name: 'far', transport: 'kubernetesProxy', namespaces: ['a'] },
    ]);
  });

  const errors: [string, JsonObject, RegExp][] = [
    [
      'a name without a URL',
      { name: 'x', serviceAccountTokenFile: '/t' },
      /clusters\[0\].*no URL.*Set kubevirtSnapshots\.clusters\[0\]\.url/,
    ],
    ['no name', { ...cluster, name: '' }, /clusters\[0\]\.name/],
    ['a name with blanks', { ...cluster, name: 'a b' }, /clusters\[0\]\.name/],
    [
      'no token file',
      { name: 'x', url: 'https://a' },
      /clusters\[0\]\.serviceAccountTokenFile is missing/,
    ],
    [
      'another transport',
      { ...cluster, transport: 'proxy' },
      /transport is "proxy"\. Write direct or kubernetesProxy/,
    ],
    [
      'an address beside the proxy',
      { name: 'x', transport: 'kubernetesProxy', url: 'https://a' },
      /clusters\[0\]\.url has no effect with transport kubernetesProxy/,
    ],
    [
      'an account beside the proxy',
      { ...cluster, url: undefined, transport: 'kubernetesProxy' },
      /serviceAccountTokenFile has no effect/,
    ],
    [
      'impersonation through the proxy',
      { name: 'x', transport: 'kubernetesProxy', impersonation: {} },
      /impersonation has no effect/,
    ],
    [
      'no URL at all',
      { ...cluster, url: 'nope' },
      /clusters\[0\]\.url.*not a URL/,
    ],
    ['another scheme', { ...cluster, url: 'ftp://a' }, /use https/],
    ['http elsewhere', { ...cluster, url: 'http://10.0.0.1' }, /plain http/],
    ['a user in the URL', { ...cluster, url: 'https://a:b@c' }, /holds a user/],
    ['a query in the URL', { ...cluster, url: 'https://c?x=1' }, /query/],
    ['no namespaces', { ...cluster, namespaces: [] }, /namespaces is empty/],
    [
      'a bad namespace',
      { ...cluster, namespaces: ['..'] },
      /no name of a namesp/,
    ],
  ];

  it.each(errors)('refuses %s', (_, entry, message) => {
    expect(() => read({ clusters: [entry] })).toThrow(message);
  });

  it('names where an inherited URL is wrong', () => {
    expect(() =>
      read(
        { clusters: [{ name: 'p', serviceAccountTokenFile: '/t' }] },
        {
          clusterLocatorMethods: [
            { type: 'config', clusters: [{ name: 'p', url: 'http://far' }] },
          ],
        },
      ),
    ).toThrow(/url of cluster "p" under kubernetes\.clusterLocatorMethods/);
  });

  it('allows http to the own machine', () => {
    for (const url of [
      'http://localhost:1',
      'http://127.0.0.1:1',
      'http://[::1]:1',
    ]) {
      expect(
        read({ clusters: [{ ...cluster, url }] }).clusters[0],
      ).toMatchObject({ url });
    }
    expect(() =>
      read({
        clusters: [{ ...cluster, url: 'http://127.0.0.1.evil.example' }],
      }),
    ).toThrow(/plain http/);
  });

  it('refuses two clusters of one name', () => {
    expect(() => read({ clusters: [cluster, cluster] })).toThrow(
      /clusters\[1\]\.name is "prod", as in an entry before/,
    );
  });

  it('reads and checks the binding', () => {
    expect(
      read({
        binding: { mode: 'trusting', namespaces: ['prod/labs'] },
        namespaceOwners: [
          { cluster: 'prod', namespace: 'a', owners: ['Team-A', 'user:x/Y'] },
        ],
      }).binding,
    ).toEqual({
      mode: 'trusting',
      trustedNamespaces: ['prod/labs'],
      namespaceOwners: [
        {
          cluster: 'prod',
          namespace: 'a',
          owners: ['group:default/team-a', 'user:x/y'],
        },
      ],
    });
    expect(() => read({ binding: { mode: 'lax' } })).toThrow(
      /strict or trusting/,
    );
    expect(() => read({ binding: { mode: 'trusting' } })).toThrow(
      /needs kubevirtSnapshots\.binding\.namespaces/,
    );
    expect(() => read({ binding: { namespaces: ['labs'] } })).toThrow(
      /<cluster>\/<namespace>/,
    );
    expect(() =>
      read({
        namespaceOwners: [{ cluster: 'p', namespace: 'a', owners: ['a b'] }],
      }),
    ).toThrow(/namespaceOwners\[0\]\.owners/);
  });
});
