// SPDX-License-Identifier: Apache-2.0
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { linksOf, readLinks } from './vmLinks';

const ref = { cluster: 'east', namespace: 'shop', name: 'web-01' };
const CONSOLE =
  'https://console.example.com/k8s/ns/{namespace}/kubevirt.io~v1~VirtualMachine/{name}';

const read = (links: JsonObject[] = [], baseUrl?: string) =>
  readLinks(new ConfigReader({ links }), {
    at: 'one',
    baseUrl,
  });

it('leads to the snapshots and to the console of the cluster', () => {
  const templates = read(
    [
      { url: CONSOLE, title: 'Console', icon: 'dashboard' },
      { url: 'https://logs.example.com/?c={cluster}', title: 'Logs' },
    ],
    'https://portal.example.com/base/',
  );
  expect(linksOf(ref, templates)).toEqual([
    {
      url: 'https://portal.example.com/base/catalog/default/resource/web-01.shop.east/snapshots',
      title: 'Snapshots',
    },
    {
      url: 'https://console.example.com/k8s/ns/shop/kubevirt.io~v1~VirtualMachine/web-01',
      title: 'Console',
      icon: 'dashboard',
    },
    { url: 'https://logs.example.com/?c=east', title: 'Logs' },
  ]);
});

it('has none where nothing is known', () => {
  expect(linksOf(ref, read())).toEqual([]);
});

it('writes names so that they stay a part of the address', () => {
  const [link] = linksOf(
    { ...ref, cluster: 'arn:aws:eks:eu:1:cluster/A?b#c' },
    read([{ url: 'https://example.com/{cluster}/x', title: 'X' }]),
  );
  expect(link.url).toBe(
    'https://example.com/arn%3Aaws%3Aeks%3Aeu%3A1%3Acluster%2FA%3Fb%23c/x',
  );
});

it.each([
  [
    'https://example.com/{vm}',
    /one\.links\[0\]\.url has the placeholder \{vm\}/,
  ],
  ['data:text/html,x', /one\.links\[0\]\.url is "data:text\/html,x"/],
  ['/relative/{name}', /one\.links\[0\]\.url is/],
])('refuses %s', (url, message) => {
  expect(() => read([{ url, title: 'X' }])).toThrow(message);
});
