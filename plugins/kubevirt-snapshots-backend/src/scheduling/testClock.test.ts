// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import { testClockOffset } from './testClock';

describe('the clock of tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-clock-'));
  const file = join(folder, 'offset');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const offsetOn = (clusterUrls: string[], path: string | undefined = file) =>
    testClockOffset({
      config: new ConfigReader({
        kubevirtSnapshots: { testing: { clockOffsetFile: path } },
      }),
      clusterUrls,
      logger: mockServices.logger.mock(),
    });

  it('follows the file', () => {
    writeFileSync(file, '3600000\n');
    expect(offsetOn(['http://127.0.0.1:8001'])!()).toBe(3_600_000);
  });

  it.each([
    [['https://kube.example.com']],
    [['http://127.0.0.1:8001', 'https://10.0.0.1']],
    [['https://127.0.0.1.example.com']],
    [[]],
  ])('is refused with clusters at %j', urls => {
    expect(() => offsetOn(urls)).toThrow(/for tests/);
  });

  it('is that of the database where nothing is configured', () => {
    expect(
      testClockOffset({
        config: new ConfigReader({}),
        clusterUrls: ['https://kube.example.com'],
        logger: mockServices.logger.mock(),
      }),
    ).toBeUndefined();
  });
});
