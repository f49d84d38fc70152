// SPDX-License-Identifier: Apache-2.0
import {
  isBoundToOneObject,
  isLabelKey,
  isLabelValue,
  isReservedKey,
} from './reservedKeys';

describe('keys', () => {
  it.each([
    ['kubevirt.io/vm', true, false],
    ['vm.kubevirt.io/os', true, false],
    ['kubevirt-snapshots/owner', true, true],
    ['backstage.io/owner', true, false],
    ['argocd.argoproj.io/tracking-id', true, true],
    ['kustomize.toolkit.fluxcd.io/name', true, true],
    ['meta.helm.sh/release-name', true, true],
    ['helm.sh/chart', true, true],
    ['app.kubernetes.io/instance', true, true],
    ['app.kubernetes.io/name', true, false],
    ['kubectl.kubernetes.io/last-applied-configuration', true, true],
    ['KubeVirt.io/x', true, false],
    ['tier', false, false],
    ['example.com/tier', false, false],
    ['notkubevirt.io/x', false, false],
  ])('%s: reserved %s, stays behind %s', (key, reserved, stays) => {
    expect(isReservedKey(key)).toBe(reserved);
    expect(isBoundToOneObject(key)).toBe(stays);
  });

  it('are checked as Kubernetes does', () => {
    expect(['tier', 'a.b/c_d', 'A', 'x'.repeat(63)].every(isLabelKey)).toBe(
      true,
    );
    expect(
      ['', '-a', 'a/', '/a', 'a/b/c', 'A.b/c', 'a~1b', 'x'.repeat(64)].filter(
        isLabelKey,
      ),
    ).toEqual([]);
    expect(['', 'a', 'a_b.C-1'].every(isLabelValue)).toBe(true);
    expect(
      ['a b', '-', 'a:b', 'é', 'x'.repeat(64)].filter(isLabelValue),
    ).toEqual([]);
  });
});
