// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Checks the base URL of an API server and cuts the slash off its end. A path
 * is fine, as Rancher has it.
 *
 * Plain http is for loopback only: a token over it is a token given away.
 *
 * @param at - the key to name in an error
 * @throws InputError that names the key and what to do
 */
export function checkClusterUrl(text: string, at: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new InputError(
      `${at} is not a URL. Write the address of the API server, such as https://10.0.0.1:6443.`,
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new InputError(`${at} begins with ${url.protocol}, use https:.`);
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new InputError(
      `${at} is plain http to another machine, over which the token could be read. Use https.`,
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new InputError(
      `${at} holds a user, a password, a query or a fragment. Leave them out; the token comes from serviceAccountTokenFile.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
