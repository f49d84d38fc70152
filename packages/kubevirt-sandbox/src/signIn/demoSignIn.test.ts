// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { parseAllDocuments } from 'yaml';
import { assertSandboxOnly } from './assertSandboxOnly';
import { DEMO_PEOPLE } from './people';
import { renderPeoplePage } from './renderPeoplePage';

const servers: Server[] = [];

/** A cluster that only tells its version. */
async function startCluster(gitVersion: string): Promise<string> {
  const server = createServer((req, res) => {
    res.statusCode = req.url === '/version' ? 200 : 404;
    res.end(JSON.stringify({ gitVersion }));
  });
  servers.push(server);
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    await new Promise(done => server.close(done));
  }
});

function configOf(...urls: string[]) {
  return new ConfigReader({
    kubernetes: {
      clusterLocatorMethods: [
        {
          type: 'config',
          clusters: urls.map((url, i) => ({ name: `c${i}`, url })),
        },
      ],
    },
  });
}

describe('assertSandboxOnly', () => {
  it('passes when every cluster is a sandbox on this machine', async () => {
    const east = await startCluster('v1.33.0+kubevirt-sandbox');
    const west = await startCluster('v1.33.0+kubevirt-sandbox');
    await expect(
      assertSandboxOnly(configOf(east, west)),
    ).resolves.toBeUndefined();
  });

  it('refuses when one of them is not a sandbox', async () => {
    const east = await startCluster('v1.33.0+kubevirt-sandbox');
    const real = await startCluster('v1.33.1');
    await expect(assertSandboxOnly(configOf(east, real))).rejects.toThrow(
      `cluster 'c1' at ${real} is not a sandbox, it calls itself 'v1.33.1'`,
    );
  });

  it.each(['https://10.0.0.1:6443', 'https://127.0.0.1.example.com'])(
    'refuses %s without asking it',
    async url => {
      await expect(assertSandboxOnly(configOf(url))).rejects.toThrow(
        'is not on this machine',
      );
    },
  );

  it('refuses when a cluster does not answer', async () => {
    await expect(
      assertSandboxOnly(configOf('http://127.0.0.1:1')),
    ).rejects.toThrow('does not tell its version');
  });

  it('refuses when there is no cluster', async () => {
    await expect(assertSandboxOnly(configOf())).rejects.toThrow(
      'no cluster is configured',
    );
  });

  it("refuses clusters that it can't enumerate", async () => {
    const config = new ConfigReader({
      kubernetes: { clusterLocatorMethods: [{ type: 'catalog' }] },
    });
    await expect(assertSandboxOnly(config)).rejects.toThrow(
      "clusters found by 'catalog'",
    );
  });

  it("looks at our plugin's own addresses too", async () => {
    const east = await startCluster('v1.33.0+kubevirt-sandbox');
    const config = new ConfigReader({
      ...configOf(east).get<object>(),
      kubevirtSnapshots: {
        clusters: [
          { name: 'east' },
          { name: 'prod', url: 'https://prod.example.com' },
        ],
      },
    });
    await expect(assertSandboxOnly(config)).rejects.toThrow("cluster 'prod'");
  });
});

describe('demo people', () => {
  it('are the users of the demo catalog', () => {
    const file = resolve(__dirname, '../../../../examples/org.yaml');
    const users = parseAllDocuments(readFileSync(file, 'utf8'))
      .map(document => document.toJS())
      .filter(entity => entity.kind === 'User')
      .map(user => [user.metadata.name, user.spec.profile.displayName]);
    expect(DEMO_PEOPLE.map(p => [p.id, p.displayName])).toEqual(users);
  });

  it('are rendered as text', () => {
    const page = renderPeoplePage({
      people: [{ ...DEMO_PEOPLE[0], displayName: '<b>"A" & B</b>' }],
      hrefOf: () => '/x?a=1&b="2"',
    });
    expect(page).toContain('&#60;b&#62;&#34;A&#34; &#38; B&#60;/b&#62;');
    expect(page).toContain('href="/x?a=1&#38;b=&#34;2&#34;"');
  });
});
