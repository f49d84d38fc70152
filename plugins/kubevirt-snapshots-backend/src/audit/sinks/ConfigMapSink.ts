// SPDX-License-Identifier: Apache-2.0
import {
  ClusterError,
  type ClusterNotes,
  type NoteAddress,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { checkpointLine, type SignedCheckpoint } from '../signing/checkpoints';
import { latest, parseCheckpoints } from '../parseCheckpoints';
import type { CheckpointSink } from './CheckpointSink';

/** A line has some 400 bytes, and a ConfigMap holds 1 MiB. */
const KEPT = 500;

/** Two replicas may write at the same moment. */
const ATTEMPTS = 3;

/** Where checkpoints go in a cluster. */
export interface ConfigMapPlace {
  cluster: string;
  namespace: string;
  name: string;
}

/**
 * Keeps the newest checkpoints in a ConfigMap of a cluster, which the people
 * who run the database can't change. It has to be there: the account may change
 * this one and make none.
 */
export class ConfigMapSink implements CheckpointSink {
  readonly name: string;
  readonly #notes: () => ClusterNotes;
  readonly #address: NoteAddress;

  constructor(options: {
    place: ConfigMapPlace;
    cluster: { notes(cluster: string): ClusterNotes };
  }) {
    const { cluster, namespace, name } = options.place;
    this.name = `ConfigMap ${cluster}/${namespace}/${name}`;
    this.#notes = () => options.cluster.notes(cluster);
    this.#address = { namespace, name, key: 'checkpoints.ndjson' };
  }

  async write(checkpoints: SignedCheckpoint[]): Promise<void> {
    if (checkpoints.length === 0) {
      return;
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#notes().change(this.#address, text =>
          [...parseCheckpoints(text), ...checkpoints]
            .map(checkpointLine)
            .filter((line, i, all) => all.indexOf(line) === i)
            .slice(-KEPT)
            .map(line => `${line}\n`)
            .join(''),
        );
        return;
      } catch (error) {
        const again =
          error instanceof ClusterError &&
          error.code === 'conflict' &&
          attempt < ATTEMPTS;
        if (!again) {
          throw error;
        }
      }
    }
  }

  async last(): Promise<SignedCheckpoint | undefined> {
    return latest(await this.all());
  }

  async all(): Promise<SignedCheckpoint[]> {
    return parseCheckpoints((await this.#notes().read(this.#address)) ?? '');
  }
}
