// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  isRfc1123Label,
  isRfc1123Subdomain,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { PublicKeys, Signer } from './signing/keys';
import type { ConfigMapPlace } from './sinks/ConfigMapSink';

const ROOT = 'kubevirtSnapshots.audit';

/** Configuration of the trail, read and checked. */
export interface AuditConfig {
  /** Absent: nothing is signed. */
  signer?: Signer;
  /** The present key's public half and those of former keys. */
  keys: PublicKeys;
  /** A checkpoint is made when so many rows are new ... */
  checkpointRows: number;
  /** ... or when the first new row is so old, ms. */
  checkpointMs: number;
  /** File outside the database that checkpoints are appended to. */
  checkpointFile?: string;
  /** ConfigMap of a cluster that they go to. */
  checkpointConfigMap?: ConfigMapPlace;
}

function readPem(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(
      `${ROOT}.${key}: ${path} can't be read (${(error as Error).message})`,
    );
  }
}

function readSigner(config: Config): Signer | undefined {
  const file = config.getOptionalString(`${ROOT}.signingKeyFile`);
  const pem =
    config.getOptionalString(`${ROOT}.signingKey`) ??
    (file === undefined ? undefined : readPem(file, 'signingKeyFile'));
  return pem === undefined ? undefined : Signer.fromPem(pem);
}

function positive(config: Config, key: string, fallback: number): number {
  const value = config.getOptionalNumber(`${ROOT}.${key}`) ?? fallback;
  if (!(value > 0)) {
    throw new InputError(`${ROOT}.${key} is ${value}. It has to be above 0.`);
  }
  return value;
}

function readConfigMap(config: Config): ConfigMapPlace | undefined {
  const key = `${ROOT}.checkpointConfigMap`;
  const place = config.getOptionalConfig(key);
  if (!place) {
    return undefined;
  }
  const [cluster, namespace, name] = ['cluster', 'namespace', 'name'].map(k =>
    place.getString(k),
  );
  const known = config
    .getOptionalConfigArray('kubevirtSnapshots.clusters')
    ?.some(one => one.getString('name') === cluster);
  if (!known) {
    throw new InputError(
      `${key}.cluster is ${cluster}. It has to be one of kubevirtSnapshots.clusters.`,
    );
  }
  if (!isRfc1123Label(namespace) || !isRfc1123Subdomain(name)) {
    throw new InputError(`${key} names no ConfigMap that Kubernetes can have`);
  }
  return { cluster, namespace, name };
}

/**
 * Reads `kubevirtSnapshots.audit`.
 *
 * @throws InputError that names the key and what to do
 */
export function readAuditConfig(config: Config): AuditConfig {
  const signer = readSigner(config);
  const former = config.getOptionalStringArray(`${ROOT}.publicKeyFiles`) ?? [];
  const keys = PublicKeys.fromPem(
    former.map(path => readPem(path, 'publicKeyFiles')),
  );
  if (signer) {
    keys.add(signer.publicKey);
  }
  const checkpointFile = config.getOptionalString(`${ROOT}.checkpointFile`);
  const checkpointConfigMap = readConfigMap(config);
  if ((checkpointFile || checkpointConfigMap) && !signer) {
    throw new InputError(
      `${ROOT}.${
        checkpointFile ? 'checkpointFile' : 'checkpointConfigMap'
      } needs a signing key. Set ${ROOT}.signingKeyFile.`,
    );
  }
  return {
    signer,
    keys,
    checkpointRows: positive(config, 'checkpointEvery.rows', 100),
    checkpointMs: positive(config, 'checkpointEvery.minutes', 1) * 60_000,
    checkpointFile,
    checkpointConfigMap,
  };
}
