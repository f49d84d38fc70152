// SPDX-License-Identifier: Apache-2.0
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { Clock } from '../clock';
import type { ObjectStore } from '../storage/objectStore';
import type { UserInfo } from './objectApi';
import { R } from './resources';
import { unauthorized } from './status';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const AUTHENTICATED = 'system:authenticated';

/** What must be kept so that tokens survive a restart. */
export type TokenState = { adminToken: string; signingKey: string };

export const ANONYMOUS: UserInfo = {
  name: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

export const ADMIN: UserInfo = {
  name: 'admin',
  groups: ['system:masters', AUTHENTICATED],
};

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Issues and checks bearer tokens: one for the admin, signed ones for service accounts. */
export class Tokens {
  readonly state: TokenState;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #verified = new Map<string, any>();

  constructor(options: {
    store: ObjectStore;
    clock: Clock;
    state?: TokenState;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.state = options.state ?? {
      adminToken: randomBytes(24).toString('base64url'),
      signingKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    };
    this.#key = createPrivateKey(this.state.signingKey);
    this.#publicKey = createPublicKey(this.#key);
  }

  /** @param seconds - life of the token */
  issue(
    namespace: string,
    name: string,
    seconds: number,
    audiences: string[] = [ISSUER],
  ): { token: string; expires: number } | undefined {
    const account = this.#store.get(R.serviceAccount, namespace, name);
    if (!account) {
      return undefined;
    }
    const now = Math.floor(this.#clock.now() / 1000);
    const payload = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        serviceaccount: { name, uid: account.metadata.uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const text = `${encode({ alg: 'ES256', kid: 'sandbox' })}.${encode(
      payload,
    )}`;
    const signature = sign('sha256', Buffer.from(text), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    }).toString('base64url');
    return {
      token: `${text}.${signature}`,
      expires: (now + seconds) * 1000,
    };
  }

  /** @throws ApiError 401 for anything but a good token; no header at all is the anonymous user. */
  authenticate(header: string | undefined): UserInfo {
    if (header === undefined) {
      return ANONYMOUS;
    }
    const token = header.match(/^Bearer\s+(\S+)\s*$/i)?.[1];
    if (!token) {
      throw unauthorized();
    }
    if (this.#isAdmin(token)) {
      return ADMIN;
    }
    const payload = this.#payload(token);
    const now = this.#clock.now() / 1000;
    if (!payload || payload.exp < now || payload.nbf > now + 10) {
      throw unauthorized();
    }
    const { namespace, serviceaccount } = payload['kubernetes.io'];
    const account = this.#store.get(
      R.serviceAccount,
      namespace,
      serviceaccount.name,
    );
    if (account?.metadata.uid !== serviceaccount.uid) {
      throw unauthorized();
    }
    return {
      name: payload.sub,
      uid: serviceaccount.uid,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        AUTHENTICATED,
      ],
    };
  }

  #isAdmin(token: string): boolean {
    const given = Buffer.from(token);
    const wanted = Buffer.from(this.state.adminToken);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #payload(token: string): any {
    const known = this.#verified.get(token);
    if (known) {
      return known;
    }
    const [header, body, signature, ...rest] = token.split('.');
    if (!header || !body || !signature || rest.length > 0) {
      return undefined;
    }
    try {
      const good = verify(
        'sha256',
        Buffer.from(`${header}.${body}`),
        { key: this.#publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
      if (!good) {
        return undefined;
      }
      const payload = JSON.parse(Buffer.from(body, 'base64url').toString());
      if (this.#verified.size > 1000) {
        this.#verified.clear();
      }
      this.#verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }
}
