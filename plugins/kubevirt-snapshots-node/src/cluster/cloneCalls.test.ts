// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { vmObject } from '../testing/objects';
import { cloneBody, patchText } from './cloneCalls';
import { CommittedIntent } from './CommittedIntent';
import type { CreateCloneInput } from './copyTypes';

const intent = CommittedIntent.fromCommittedRow({
  actor: 'user:default/ada',
  operationId: 'op-1',
  sequence: 1,
});

const annotations = (own: Record<string, string>) => ({
  'kubevirt.io/latest-observed-api-version': 'v1',
  ...own,
});

const live: any = vmObject('web-01', {
  metadata: {
    labels: { tier: 'prod', 'app.kubernetes.io/instance': 'web' },
    annotations: annotations({
      'kubevirt-snapshots/owner': 'group:default/team-a',
      'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
    }),
  },
});

const input: CreateCloneInput = {
  name: 'clone-web-02',
  snapshot: { uid: 's', name: 'snap-1' },
  source: { cluster: 'prod', namespace: 'vms', name: 'web-01' },
  sourceUid: live.metadata.uid,
  target: 'web-02',
  macAddresses: {},
  labels: {},
  keepAnnotations: true,
  keepInstanceLabels: false,
};

/** As KubeVirt's webhook does up to now: it splits the text. */
function isTakenByKubeVirt(patch: string): boolean {
  return patch
    .replace(/^\{|\}$/g, '')
    .split(',')
    .every(fragment => fragment.split(':').length === 2);
}

describe('patchText', () => {
  it('is JSON that a parser which only splits takes too', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: fc.constantFrom(':', ',', '{', '}', '"', '\\') }),
        ),
        value => {
          const text = patchText('add', '/metadata/annotations/a~1b', value);
          expect(isTakenByKubeVirt(text)).toBe(true);
          expect(JSON.parse(text)).toEqual({
            op: 'add',
            path: '/metadata/annotations/a~1b',
            value,
          });
          expect(text).toContain('"path":"/metadata/annotations/');
        },
      ),
    );
  });
});

describe('cloneBody', () => {
  const captured = (labels?: object, own: Record<string, string> = {}) =>
    vmObject('web-01', {
      metadata: { labels, annotations: annotations(own) },
    });
  const body = (
    change: Partial<CreateCloneInput> = {},
    from = captured({ app: 'web' }),
  ) => cloneBody(intent, { ...input, ...change }, from, live) as any;
  const patches = (...args: Parameters<typeof body>) =>
    body(...args).spec.patches.map((text: string) => JSON.parse(text));

  it('takes labels and owner from the VM as it is now', () => {
    expect(
      patches(
        { labels: { extra: 'yes', tier: 'dev' } },
        captured({
          app: 'web',
          tier: 'test',
          'kubevirt-snapshots/vm-uid': 'x',
          'argocd.argoproj.io/instance': 'web',
        }),
      ),
    ).toEqual([
      { op: 'remove', path: '/metadata/labels/app' },
      { op: 'remove', path: '/metadata/labels/argocd.argoproj.io~1instance' },
      { op: 'add', path: '/metadata/labels/extra', value: 'yes' },
      { op: 'add', path: '/metadata/labels/tier', value: 'prod' },
      {
        op: 'add',
        path: '/metadata/annotations/kubevirt-snapshots~1owner',
        value: 'group:default/team-a',
      },
    ]);
  });

  it('lets no key of ours, and none by which a tool knows its own, travel', () => {
    const own = {
      private: 'x',
      description: 'of the old one',
      'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    };
    const removed = (change: Partial<CreateCloneInput>) =>
      patches(change, captured({ app: 'web' }, own))
        .filter((patch: any) => patch.op === 'remove')
        .map((patch: any) => patch.path);
    expect(removed({})).toEqual([
      '/metadata/labels/app',
      '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
      '/metadata/annotations/description',
    ]);
    // The filter takes them away then, and a patch for what is gone fails.
    expect(removed({ keepAnnotations: false })).toEqual([
      '/metadata/labels/app',
    ]);
    const filters = ['*', '!kubevirt-snapshots/*'];
    expect(body().spec).toMatchObject({
      labelFilters: filters,
      annotationFilters: filters,
      template: {
        labelFilters: ['kubevirt.io/*', '!kubevirt-snapshots/*'],
        annotationFilters: filters,
      },
    });
    expect(
      body({ keepInstanceLabels: true, keepAnnotations: false }).spec,
    ).toMatchObject({
      annotationFilters: ['kubevirt.io/*', '!kubevirt-snapshots/*'],
      template: { labelFilters: filters },
    });
  });

  it('refuses what would hang', () => {
    expect(() => body({}, captured(undefined))).toThrow(
      /The captured VM had no labels, so those .*\(tier\)/,
    );
    expect(() => body({ sourceUid: 'another' })).toThrow(/Another VM/);
    expect(() => body({ target: '../x' })).toThrow(/no name/);
  });

  it('never asks for names made of the VM, nor for the captured identity', () => {
    const { spec } = body({ macAddresses: { default: '02-00-00-00-00-01' } });
    expect(spec.volumeNamePolicy).toBeUndefined();
    expect(spec.newMacAddresses).toEqual({ default: '02-00-00-00-00-01' });
    expect(spec.newSMBiosSerial).toBeUndefined();
    expect(spec.target).toEqual({
      apiGroup: 'kubevirt.io',
      kind: 'VirtualMachine',
      name: 'web-02',
    });
  });
});
