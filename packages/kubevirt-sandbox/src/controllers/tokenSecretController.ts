// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { Tokens } from '../api/tokens';
import type { KubeObject } from '../types';
import { Controller, ControllerContext } from './controller';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const TEN_YEARS_S = 10 * 365 * 24 * 3600;

/** Fills secrets of type service-account-token, the way to a long-lived token that manifests can ask for. */
export class TokenSecretController extends Controller {
  protected readonly resource = R.secret;
  readonly #tokens: Tokens;

  constructor(context: ControllerContext, options: { tokens: Tokens }) {
    super(context);
    this.#tokens = options.tokens;
  }

  protected reconcile(secret: KubeObject): number | undefined {
    const account = secret.metadata.annotations?.[NAME];
    if (secret.type !== TYPE || !account || secret.data?.token) {
      return undefined;
    }
    const { namespace } = secret.metadata;
    const found = this.store.get(R.serviceAccount, namespace, account);
    const issued = this.#tokens.issue(namespace!, account, TEN_YEARS_S);
    if (!found || !issued) {
      return 1000;
    }
    const encode = (text: string) => Buffer.from(text).toString('base64');
    this.client.change(R.secret, secret, copy => {
      copy.metadata.annotations![UID] = found.metadata.uid!;
      copy.data = {
        ...copy.data,
        'ca.crt': encode(''),
        namespace: encode(namespace!),
        token: encode(issued.token),
      };
    });
    return undefined;
  }
}
