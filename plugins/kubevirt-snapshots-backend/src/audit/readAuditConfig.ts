// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { PublicKeys, Signer } from './signing/keys';

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
  if (checkpointFile && !signer) {
    throw new InputError(
      `${ROOT}.checkpointFile needs a signing key. Set ${ROOT}.signingKeyFile.`,
    );
  }
  return {
    signer,
    keys,
    checkpointRows: positive(config, 'checkpointEvery.rows', 100),
    checkpointMs: positive(config, 'checkpointEvery.minutes', 1) * 60_000,
    checkpointFile,
  };
}
