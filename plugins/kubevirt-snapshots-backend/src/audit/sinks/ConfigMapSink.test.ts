// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { DefaultClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { startSandbox, type Sandbox } from 'kubevirt-sandbox';
import { dump, signedTrail, unguard } from '../../__testUtils__/signedTrail';
import { readAuditConfig } from '../readAuditConfig';
import { ConfigMapSink } from './ConfigMapSink';

jest.setTimeout(60_000);

const NAMESPACE = 'backstage-kubevirt-snapshots';
const NAME = 'kubevirt-snapshots-audit';
const REF = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: NAMESPACE,
  name: NAME,
};

describe('ConfigMapSink', () => {
  let sandbox: Sandbox;
  let service: DefaultClusterService;
  let folder: string;
  const manifest = (name: string) =>
    readFileSync(resolve(__dirname, '../../../../../deploy', name), 'utf8');
  const sink = (name = NAME) =>
    new ConfigMapSink({
      place: { cluster: 'east', namespace: NAMESPACE, name },
      cluster: service,
    });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-sink-'));
    sandbox = await startSandbox({ name: 'east', speed: 100 });
    await sandbox.applyManifests(manifest('kubevirt-snapshots-rbac.yaml'));
    const tokenFile = join(folder, 'token');
    writeFileSync(
      tokenFile,
      sandbox.serviceAccountToken(NAMESPACE, 'kubevirt-snapshots'),
    );
    service = DefaultClusterService.create({
      logger: mockServices.logger.mock(),
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: 'east',
              url: sandbox.url,
              serviceAccountTokenFile: tokenFile,
            },
          ],
        },
      }),
    });
  });
  afterEach(async () => {
    await service.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps checkpoints once, whoever writes, and may change no other ConfigMap', async () => {
    const bed = await signedTrail('SQLITE_3');
    for (let n = 1; n <= 3; n += 1) {
      await bed.act(`s${n}`);
      await bed.checkpoint();
    }
    const [one, two, three] = await bed.sink.all();
    // Without the manifest there is neither the right nor the place.
    await expect(sink().write([one])).rejects.toThrow(/may not get configmaps/);
    await sandbox.applyManifests(manifest('audit-checkpoints.yaml'));
    expect(await sink().last()).toBeUndefined();
    await sink().write([one, two]);
    await Promise.all([sink().write([three]), sink().write([two, three])]);
    expect(await sink().all()).toEqual([one, two, three]);
    expect(await sink().last()).toEqual(three);

    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other', namespace: NAMESPACE },
    });
    await expect(sink('other').write([one])).rejects.toThrow(/may not/);
    // Gone, and not made again by itself.
    sandbox.objects.remove(REF);
    await expect(sink().write([one])).rejects.toThrow(/It has to be made/);
    expect(await sink().all()).toEqual([]);
  });

  it('notices that the database was restored, and is no hindrance while the cluster is away', async () => {
    await sandbox.applyManifests(manifest('audit-checkpoints.yaml'));
    const bed = await signedTrail('SQLITE_3');
    const { knex, trail } = bed;
    const keep = () => bed.newKeeper([bed.sink, sink()]).tick();
    await bed.act('s1');
    await keep();
    const backup = await dump(knex);
    await bed.act('s2');
    await keep();
    expect((await sink().all()).map(one => one.checkpoint.number)).toEqual([
      1, 2,
    ]);
    sandbox.faults.add({ action: { type: 'drop' } });
    await bed.act('s3');
    const keeper = bed.newKeeper([bed.sink, sink()]);
    await keeper.tick();
    expect(trail.refusal).toBeUndefined();
    expect((await bed.sink.last())!.checkpoint.number).toBe(3);
    expect(Object.keys(keeper.failing)).toEqual([sink().name]);
    sandbox.faults.clear();
    await keeper.tick();
    expect(keeper.failing).toEqual({});
    expect((await sink().last())!.checkpoint.number).toBe(3);

    // The file went with the database's machine; the cluster still knows.
    await unguard(knex);
    await backup();
    writeFileSync(bed.file, '');
    await keep();
    expect(trail.refusal).toMatch(/checkpoint 3 \(row 9\)/);
  });

  it('is configured by name', () => {
    const bed = (place: object, more: object = {}) =>
      readAuditConfig(
        new ConfigReader({
          kubevirtSnapshots: {
            clusters: [{ name: 'east' }],
            audit: { checkpointConfigMap: place, ...more },
          },
        }),
      );
    const place = { cluster: 'east', namespace: 'a', name: 'b' };
    expect(() => bed(place)).toThrow(/needs a signing key/);
    expect(() => bed({ ...place, cluster: 'west' })).toThrow(/one of/);
    expect(() => bed({ ...place, name: '..' })).toThrow(/no ConfigMap/);
  });
});
