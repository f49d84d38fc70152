// SPDX-License-Identifier: Apache-2.0
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { InputError } from '@backstage/errors';

/** Short name of a public key: the start of the SHA-256 of its DER form. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** Public keys that signatures are checked with, by their ids. */
export class PublicKeys {
  readonly #keys = new Map<string, KeyObject>();

  /**
   * @param pems - PEM texts of Ed25519 keys; a private one gives its public half
   * @throws InputError for what is no Ed25519 key
   */
  static fromPem(pems: string[]): PublicKeys {
    const keys = new PublicKeys();
    for (const pem of pems) {
      keys.add(readKey(() => createPublicKey(pem)));
    }
    return keys;
  }

  add(key: KeyObject): void {
    this.#keys.set(keyIdOf(key), key);
  }

  get size(): number {
    return this.#keys.size;
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** Whether the signature is one of the named key on this text. */
  verify(keyId: string, text: string, signature: string): boolean {
    const key = this.#keys.get(keyId);
    if (!key || typeof signature !== 'string') {
      return false;
    }
    return verify(
      null,
      Buffer.from(text, 'utf8'),
      key,
      Buffer.from(signature, 'base64'),
    );
  }
}

/** Signs with the private key of the trail. */
export class Signer {
  readonly #privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly keyId: string;

  private constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.publicKey = createPublicKey(privateKey);
    this.keyId = keyIdOf(this.publicKey);
  }

  /**
   * @param pem - an Ed25519 private key as PEM (PKCS8)
   * @throws InputError for anything else
   */
  static fromPem(pem: string): Signer {
    return new Signer(readKey(() => createPrivateKey(pem)));
  }

  /** Ed25519 signature in Base64. */
  sign(text: string): string {
    return sign(null, Buffer.from(text, 'utf8'), this.#privateKey).toString(
      'base64',
    );
  }
}

function readKey(read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // Told below; the library's own words may quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new InputError(
      'A key of the audit trail has to be an Ed25519 key in PEM form. Make one with: openssl genpkey -algorithm ed25519',
    );
  }
  return key;
}
