// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import type { DirectClusterConfig } from '../config/types';
import { StubCluster, StubRequest } from '../testing/StubCluster';
import { until } from '../testing/until';
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
import { BypassCheck } from './BypassCheck';

describe('BypassCheck', () => {
  let stub: StubCluster;
  let check: BypassCheck;
  const logger = mockServices.logger.mock();

  function begin(more: {
    kubernetesPlugin?: DirectClusterConfig['kubernetesPlugin'];
    accepted?: boolean;
    namespaces?: string[];
  }) {
    check = BypassCheck.create({
      cluster: {
        name: 'prod',
        transport: 'direct',
        url: stub.url,
        serviceAccountTokenFile: '/none',
        namespaces: more.namespaces,
        kubernetesPlugin:
          'kubernetesPlugin' in more
            ? more.kubernetesPlugin
            : { authProvider: 'serviceAccount', serviceAccountToken: 'theirs' },
      },
      transport: ClusterTransport.create({
        name: 'prod',
        credentials: ServiceAccountCredentials.create(
          { name: 'prod', url: stub.url },
          { value: 'ours' },
        ),
      }),
      accepted: more.accepted ?? false,
      logger,
      onChange: () => {},
    });
    check.start();
  }

  /** Answers access reviews. */
  function allow(may: (attributes: any) => boolean) {
    stub.hook = (request: StubRequest) => ({
      status: 201,
      body: {
        kind: 'SelfSubjectAccessReview',
        status: { allowed: may(request.body.spec.resourceAttributes) },
      },
    });
  }

  beforeEach(async () => {
    jest.clearAllMocks();
    stub = await StubCluster.create();
  });

  afterEach(async () => {
    await check.stop();
    await stub.stop();
  });

  it('is safe when the account can write nothing', async () => {
    allow(() => false);
    begin({ namespaces: ['team-a'] });
    expect(check.verdict).toMatchObject({
      allowed: false,
      code: 'mutations-off',
      reason: expect.stringMatching(/until it has said/),
    });
    await until(() => check.state === 'safe');
    expect(check.verdict).toEqual({ allowed: true });
    expect(
      stub.requests.map(r => {
        const { verb, resource, namespace } = r.body.spec.resourceAttributes;
        expect(r.headers.authorization).toBe('Bearer theirs');
        return [verb, resource, namespace].filter(Boolean).join(' ');
      }),
    ).toEqual(
      expect.arrayContaining([
        'create virtualmachinesnapshots',
        'delete virtualmachinesnapshots',
        'create virtualmachinerestores',
        'delete virtualmachinerestores',
        'create virtualmachinesnapshots team-a',
      ]),
    );
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('is open when it can write anything of it, and says what to do', async () => {
    allow(a => a.resource === 'virtualmachinerestores' && a.verb === 'create');
    begin({});
    await until(() => check.state === 'open');
    expect(check.verdict).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(/could write snapshots or restores/),
    });
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringMatching(/backstage-kubernetes-rbac\.yaml/),
    );
  });

  it('lets the operator accept it', async () => {
    allow(() => true);
    begin({ accepted: true });
    await until(() => check.state === 'accepted');
    expect(check.verdict).toEqual({ allowed: true });
    expect(logger.warn).toHaveBeenCalledWith(expect.stringMatching(/accept/));
  });

  it.each([
    undefined,
    { authProvider: 'oidc' },
    // Not in a cluster, and no token given.
    { authProvider: 'serviceAccount' },
  ])('has nobody to ask about with %j', async kubernetesPlugin => {
    begin({ kubernetesPlugin });
    await until(() => check.verdict.allowed);
    expect(check.state).toBe('unchecked');
    expect(stub.requests).toEqual([]);
  });

  it('takes a token that the cluster refuses for harmless', async () => {
    stub.hook = () => ({ status: 401, body: { kind: 'Status', code: 401 } });
    begin({});
    await until(() => check.state === 'safe');
    expect(check.verdict).toEqual({ allowed: true });
  });

  it('keeps changes off while the cluster does not say', async () => {
    stub.hook = () => ({ status: 500, body: { kind: 'Status', code: 500 } });
    begin({});
    await until(() => stub.requests.length === 4);
    await new Promise(r => setTimeout(r, 30));
    expect(check.state).toBe('unchecked');
    expect(check.verdict).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(/HTTP 500/),
    });
  });
});
