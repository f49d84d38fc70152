// SPDX-License-Identifier: Apache-2.0
import { MemoryDumpRequest, MemoryDumps } from './memoryDumps';
import { ObjectStore } from '../storage/objectStore';
import { claim, machine } from '../testing/machines';
import type { KubeObject } from '../types';
import p from '../golden/p.json';
import { R } from './resources';
import { ApiError } from './status';

const NS = 'dumps';

type Situation = {
  request?: Partial<MemoryDumpRequest>;
  vmi?: object | null;
  claim?: object;
  gates?: object;
};

/** virt-api alone: no controller moves on what is there. */
function virtApi(situation: Situation = {}): MemoryDumps {
  const store = new ObjectStore();
  const put = (resource: string, object: KubeObject) =>
    store.put(resource, {
      ...object,
      metadata: { ...object.metadata, uid: object.metadata.name },
    });
  put(R.kubevirt, {
    apiVersion: 'kubevirt.io/v1',
    kind: 'KubeVirt',
    metadata: { name: 'kubevirt', namespace: 'kubevirt' },
    spec: { configuration: { developerConfiguration: situation.gates ?? {} } },
  });
  const vm = machine(NS, 'web-01');
  put(R.vm, {
    ...vm,
    status: { memoryDumpRequest: situation.request },
  });
  if (situation.vmi !== null) {
    put(R.vmi, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      metadata: { name: 'web-01', namespace: NS },
      spec: vm.spec.template.spec,
      status: { phase: 'Running' },
      ...situation.vmi,
    });
  }
  const object = claim(NS, 'a');
  put(R.pvc, { ...object, spec: { ...object.spec, ...situation.claim } });
  return new MemoryDumps({ store });
}

function refusal(ask: () => unknown) {
  try {
    return ask();
  } catch (error) {
    const { code, reason, message, details } = (error as ApiError).status;
    return { code, reason, message, details };
  }
}

const conflict = (kind: string, name: string, text: string) => ({
  code: 409,
  reason: 'Conflict',
  message: `Operation cannot be fulfilled on ${kind}.kubevirt.io "${name}": ${text}`,
  details: { name, group: 'kubevirt.io', kind },
});

const notFound = (kind: string, name: string) => ({
  code: 404,
  reason: 'NotFound',
  message: `${kind}.kubevirt.io "${name}" not found`,
  details: { name, group: 'kubevirt.io', kind },
});

const size = (storage: string) => ({ resources: { requests: { storage } } });

const memory = (request: string) => ({
  spec: { domain: { resources: { requests: { memory: request } } } },
});

const associated = (phase: MemoryDumpRequest['phase']): Situation => ({
  request: {
    claimName: 'a',
    phase,
    ...(phase === 'Dissociating' && { remove: true }),
  },
});

const DUMPS: [string, Situation, object, object][] = [
  [
    'a gate that is off',
    { gates: { disabledFeatureGates: ['DeclarativeHotplugVolumes'] } },
    { claimName: 'a' },
    {
      code: 400,
      reason: 'BadRequest',
      message:
        'Enable DeclarativeHotplugVolumes or HotplugVolumes feature gate to use this API.',
    },
  ],
  [
    'another claim, before it asks for the machine',
    { ...associated('Completed'), vmi: null },
    { claimName: 'b' },
    conflict(
      'virtualmachine',
      'web-01',
      "can't request memory dump for pvc [b] while pvc [a] is still associated as the memory dump pvc",
    ),
  ],
  [
    'a machine that is off',
    { vmi: null },
    { claimName: 'a' },
    notFound('virtualmachineinstance', 'web-01'),
  ],
  [
    'a machine that starts',
    { vmi: { status: { phase: 'Scheduled' } } },
    { claimName: 'a' },
    conflict('virtualmachineinstance', 'web-01', 'VMI is not running'),
  ],
  [
    'an unknown claim',
    {},
    { claimName: 'x' },
    notFound('persistentvolumeclaim', 'x'),
  ],
  [
    'a block device',
    { claim: { volumeMode: 'Block' } },
    { claimName: 'a' },
    conflict('persistentvolumeclaim', 'a', 'pvc should be filesystem pvc'),
  ],
  [
    'a claim that is read only',
    { claim: { accessModes: ['ReadOnlyMany'] } },
    { claimName: 'a' },
    conflict(
      'persistentvolumeclaim',
      'a',
      "pvc access mode can't be read only",
    ),
  ],
  [
    'a claim below the overhead',
    { claim: size('100Mi') },
    { claimName: 'a' },
    conflict(
      'persistentvolumeclaim',
      'a',
      'pvc size [104858k] should be bigger then [106Mi]',
    ),
  ],
  [
    'a claim too small for what is requested',
    { claim: size('4G'), vmi: memory('4Gi') },
    { claimName: 'a' },
    conflict(
      'persistentvolumeclaim',
      'a',
      'pvc size [4G] should be bigger then [4427Mi]',
    ),
  ],
  [
    'a dump that is under way',
    associated('InProgress'),
    {},
    conflict(
      'virtualmachine',
      'web-01',
      'memory dump request for pvc [a] already in progress',
    ),
  ],
  [
    'a dump that is being forgotten',
    associated('Dissociating'),
    { claimName: 'a' },
    conflict(
      'virtualmachine',
      'web-01',
      "can't dump memory for pvc [a] a remove memory dump request is in progress",
    ),
  ],
];

describe('what virt-api says of memory dumps', () => {
  it.each(DUMPS)('refuses %s', (_what, situation, body, wanted) => {
    expect(
      refusal(() => virtApi(situation).request(NS, 'web-01', body)),
    ).toEqual({ details: undefined, ...wanted });
  });

  it('refuses an unknown machine', () => {
    const wanted = notFound('virtualmachine', 'x');
    const api = virtApi();
    expect(refusal(() => api.request(NS, 'x', { claimName: 'a' }))).toEqual(
      wanted,
    );
    expect(refusal(() => api.removal(NS, 'x'))).toEqual(wanted);
  });

  it.each([
    ['a first time', {}, { claimName: 'a' }],
    [
      'by the older gate',
      {
        gates: {
          disabledFeatureGates: ['DeclarativeHotplugVolumes'],
          featureGates: ['HotplugVolumes'],
        },
      },
      { claimName: 'a' },
    ],
    ['again', associated('Completed'), {}],
    ['after a failure', associated('Failed'), {}],
    // hollow: the memory of the guest is not looked at
    [
      'into a claim smaller than the guest',
      { claim: size('112Mi') },
      { claimName: 'a' },
    ],
    [
      'into a claim that just suffices',
      { claim: size('4427Mi'), vmi: { ...memory('4Gi') } },
      { claimName: 'a' },
    ],
  ] as [string, Situation, object][])(
    'takes it %s',
    (_what, situation, body) => {
      expect(virtApi(situation).request(NS, 'web-01', body)).toEqual({
        claimName: 'a',
        phase: 'Associating',
      });
    },
  );

  it('forgets, once', () => {
    for (const phase of ['Associating', 'InProgress', 'Completed'] as const) {
      expect(virtApi(associated(phase)).removal(NS, 'web-01')).toEqual({
        claimName: 'a',
        phase: 'Dissociating',
        remove: true,
      });
    }
    const recorded = p.requests.filter(
      ({ action, status }) => action === 'removememorydump' && status === 409,
    );
    const again = { claimName: 'dump-2', phase: 'Dissociating', remove: true };
    const got = [{ request: again } as Situation, {}].map(situation =>
      refusal(() => virtApi(situation).removal(NS, 'web-01')),
    );
    expect(got).toEqual(recorded.map(({ answer }) => answer));
  });
});
