// SPDX-License-Identifier: Apache-2.0
import { projectRestore } from '../project/projectRestore';
import { projectClone } from '../project/projectUse';
import { volumeSnapshotNames } from '../project/projectContent';
import { contentNameOf } from '../project/projectSnapshot';
import { at, object, Raw, textAt } from '../project/raw';
import { Interner } from '../text/Interner';
import { RESOURCES } from '../transport/resources';
import type { KubeClient } from './KubeClient';
import type { SnapshotRecord } from './types';

function nameOf(raw: Raw): string {
  return textAt(raw, ['metadata', 'name']) ?? '';
}

/** Whether a claim is to be filled from one of the VolumeSnapshots. */
function isFilledFrom(claim: Raw, isOurs: (name: unknown) => boolean): boolean {
  return ['dataSource', 'dataSourceRef'].some(key => {
    const source = object(at(claim, 'spec', key));
    return source.kind === 'VolumeSnapshot' && isOurs(source.name);
  });
}

/**
 * Asks the cluster who still needs a snapshot. KubeVirt itself would let it be
 * deleted under all of them.
 *
 * - a restore or clone that names it and has not ended;
 * - a DataVolume that is being filled from one of its VolumeSnapshots;
 * - a claim that is not bound and is to be filled from one: with
 *   WaitForFirstConsumer storage that is so long after the restore says it is
 *   complete, and the disk could never be filled without the snapshot.
 *
 * @returns sentences, none when nobody does
 */
export async function findBlockers(
  client: KubeClient,
  record: Pick<
    SnapshotRecord,
    'cluster' | 'namespace' | 'name' | 'uid' | 'contentName'
  >,
): Promise<string[]> {
  const { cluster, namespace, name } = record;
  const [restores, clones, content, dataVolumes, claims] = await Promise.all([
    client.list(RESOURCES.restores, namespace),
    client.list(RESOURCES.clones, namespace, { optional: true }),
    client.get(RESOURCES.contents, namespace, contentNameOf(record)),
    client.list(RESOURCES.dataVolumes, namespace, { optional: true }),
    client.list(RESOURCES.claims, namespace),
  ]);
  const names = new Set<unknown>(content ? volumeSnapshotNames(content) : []);
  // KubeVirt makes the names from the snapshot's UID, so they are known even
  // where the content is gone.
  const prefix = `vmsnapshot-${record.uid}-volume-`;
  const isOurs = (candidate: unknown) =>
    names.has(candidate) ||
    (typeof candidate === 'string' && candidate.startsWith(prefix));

  const interner = new Interner();
  const sentences: string[] = [];
  for (const raw of restores) {
    const use = projectRestore(cluster, raw, interner);
    if (use?.snapshotName === name && use.state === 'running') {
      sentences.push(
        `Restore ${use.name} is bringing VM ${use.targetVm} back to it`,
      );
    }
  }
  for (const raw of clones) {
    const use = projectClone(cluster, raw, interner);
    if (use?.snapshotName === name && use.state === 'running') {
      sentences.push(`Clone ${use.name} is making VM ${use.targetVm} from it`);
    }
  }
  for (const raw of dataVolumes) {
    const source = object(at(raw, 'spec', 'source', 'snapshot'));
    const ours =
      isOurs(source.name) && (source.namespace ?? namespace) === namespace;
    if (ours && at(raw, 'status', 'phase') !== 'Succeeded') {
      sentences.push(`DataVolume ${nameOf(raw)} is still being filled from it`);
    }
  }
  for (const raw of claims) {
    if (isFilledFrom(raw, isOurs) && at(raw, 'status', 'phase') !== 'Bound') {
      sentences.push(
        `Volume claim ${nameOf(
          raw,
        )} is not bound yet and is to be filled from it`,
      );
    }
  }
  return sentences;
}
