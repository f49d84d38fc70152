// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from './objectApi';
import { RbacAuthorizer } from './rbac';
import { badRequest } from './status';

/** Node joins repeated headers with a comma. */
function values(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap(text => text.split(','))
    .map(text => text.trim())
    .filter(text => text.length > 0);
}

/**
 * The user that a request acts as. Each asked-for part needs the verb `impersonate`.
 * @throws ApiError 403, or 400 for groups without a user
 */
export function impersonate(
  user: UserInfo,
  headers: IncomingHttpHeaders,
  rbac: RbacAuthorizer,
): UserInfo {
  const name = values(headers['impersonate-user'])[0];
  const groups = values(headers['impersonate-group']);
  const others = Object.keys(headers).filter(
    header =>
      header === 'impersonate-uid' || header.startsWith('impersonate-extra-'),
  );
  if (!name) {
    if (groups.length > 0 || others.length > 0) {
      throw badRequest('requested impersonation without impersonating a user');
    }
    return user;
  }
  const account = name.match(/^system:serviceaccount:([^:]+):([^:]+)$/);
  rbac.require(
    user,
    account
      ? {
          verb: 'impersonate',
          group: '',
          resource: 'serviceaccounts',
          namespace: account[1],
          name: account[2],
        }
      : { verb: 'impersonate', group: '', resource: 'users', name },
  );
  for (const group of groups) {
    rbac.require(user, {
      verb: 'impersonate',
      group: '',
      resource: 'groups',
      name: group,
    });
  }
  for (const header of others) {
    const uid = header === 'impersonate-uid';
    rbac.require(user, {
      verb: 'impersonate',
      group: 'authentication.k8s.io',
      resource: uid ? 'uids' : `userextras/${header.slice(18)}`,
      name: values(headers[header])[0],
    });
  }
  const own = account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
    : [];
  return {
    name,
    groups: [
      ...new Set([
        ...(groups.length > 0 ? groups : own),
        'system:authenticated',
      ]),
    ],
  };
}
