// SPDX-License-Identifier: Apache-2.0
import { RESOURCES } from './resources';
import { Asked, statusError } from './statusError';

const asked: Asked = {
  cluster: 'prod',
  verb: 'create',
  resource: RESOURCES.snapshots,
  namespace: 'team-a',
};

function status(code: number, more: object) {
  return {
    httpStatus: code,
    body: JSON.stringify({ kind: 'Status', status: 'Failure', code, ...more }),
  };
}

const S = 'virtualmachinesnapshots.snapshot.kubevirt.io';

const cases: [string, ReturnType<typeof status>, string, RegExp][] = [
  [
    'missing rights',
    status(403, {
      reason: 'Forbidden',
      message: `${S} is forbidden: User "u" cannot create resource "virtualmachinesnapshots" in API group "snapshot.kubevirt.io" in the namespace "team-a"`,
      details: { kind: 'virtualmachinesnapshots' },
    }),
    'forbidden',
    /service account may not create virtualmachinesnapshots\.snapshot\.kubevirt\.io in namespace team-a of cluster prod\. Apply deploy\//,
  ],
  [
    'a quota',
    status(403, {
      reason: 'Forbidden',
      message: `${S} "s" is forbidden: exceeded quota: q`,
    }),
    'refused',
    /exceeded quota/,
  ],
  [
    'a bad token',
    status(401, { reason: 'Unauthorized', message: 'Unauthorized' }),
    'unauthorized',
    /serviceAccountTokenFile/,
  ],
  [
    'the gate being off',
    status(400, {
      message:
        'admission webhook "virtualmachinesnapshot-validator.snapshot.kubevirt.io" denied the request: snapshot feature gate not enabled',
    }),
    'feature-gate',
    /Enable the feature gate Snapshot/,
  ],
  [
    'missing CRDs',
    status(404, {
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
      details: {},
    }),
    'crds-missing',
    /Install KubeVirt/,
  ],
  [
    'missing CRDs in plain text',
    { httpStatus: 404, body: '404 page not found\n' },
    'crds-missing',
    /Install KubeVirt/,
  ],
  [
    'a missing object',
    status(404, {
      reason: 'NotFound',
      message: `${S} "x" not found`,
      details: { name: 'x', kind: 'virtualmachinesnapshots' },
    }),
    'not-found',
    /"x" not found/,
  ],
  [
    'a missing namespace',
    status(404, {
      reason: 'NotFound',
      message: 'namespaces "team-a" not found',
      details: { name: 'team-a', kind: 'namespaces' },
    }),
    'not-found',
    /namespaces "team-a" not found/,
  ],
  [
    'a name that is taken',
    status(409, {
      reason: 'AlreadyExists',
      message: `${S} "x" already exists`,
    }),
    'already-exists',
    /already exists/,
  ],
  [
    'a failed precondition',
    status(409, {
      reason: 'Conflict',
      message: 'Operation cannot be fulfilled',
    }),
    'conflict',
    /cannot be fulfilled/,
  ],
  [
    'a webhook refusal',
    status(422, {
      reason: 'Invalid',
      message: 'denied the request: invalid kind',
    }),
    'refused',
    /invalid kind/,
  ],
  [
    'overload',
    status(429, {
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 3 },
    }),
    'overloaded',
    /come back later/,
  ],
  [
    'a webhook that is down',
    status(500, { message: 'failed calling webhook' }),
    'server-error',
    /failed calling webhook/,
  ],
  [
    'a gateway',
    { httpStatus: 504, body: '<html>Gateway Timeout</html>' },
    'server-error',
    /Gateway Timeout/,
  ],
  ['a redirect', { httpStatus: 302, body: '' }, 'refused', /redirect/],
  ['no text', { httpStatus: 418, body: '' }, 'refused', /HTTP 418/],
];

describe('statusError', () => {
  it.each(cases)('explains %s', (_, answer, code, message) => {
    const error = statusError(asked, answer);
    expect(error).toMatchObject({ code, httpStatus: answer.httpStatus });
    expect(error.message).toMatch(message);
  });

  it('reads Retry-After, the header first, and bounds it', () => {
    const answer = status(429, { details: { retryAfterSeconds: 3 } });
    expect(statusError(asked, answer).retryAfterMs).toBe(3000);
    expect(
      statusError(asked, { ...answer, retryAfter: '7' }).retryAfterMs,
    ).toBe(7000);
    expect(
      statusError(asked, { ...answer, retryAfter: 'Wed, 21 Oct' }).retryAfterMs,
    ).toBeUndefined();
    expect(
      statusError(asked, { ...answer, retryAfter: '1e9' }).retryAfterMs,
    ).toBe(3_600_000);
  });

  it('tells which errors leave the fate of a write open', () => {
    expect(statusError(asked, status(500, {})).ambiguous).toBe(true);
    expect(statusError(asked, status(409, {})).ambiguous).toBe(false);
    expect(statusError(asked, status(429, {})).retryable).toBe(true);
  });

  it('caps what the cluster says', () => {
    const long = 'x'.repeat(300_000);
    for (const code of [400, 403, 422, 500]) {
      expect(
        statusError(asked, status(code, { message: long })).message.length,
      ).toBeLessThanOrEqual(2048);
    }
  });
});
