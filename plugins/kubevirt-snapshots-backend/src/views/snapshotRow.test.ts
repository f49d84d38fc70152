// SPDX-License-Identifier: Apache-2.0
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { rowOfRecord } from './snapshotRow';

describe('what a snapshot that is not locked waits for', () => {
  function problemOf(reason: string, keepsState?: true) {
    const cluster = new FakeCluster();
    const vm = { ...cluster.addVm(), keepsState };
    const record = cluster.addSnapshot('s1', {
      facts: {
        phase: 'InProgress',
        conditions: [{ type: 'Progressing', status: 'False', reason }],
      },
    });
    return rowOfRecord({ record, vm, operations: [] }).item.problem;
  }

  it('is told in the words of KubeVirt', () => {
    const reason = 'Source not locked snapshot "other" in progress';
    expect(problemOf(reason)).toBe(reason);
    expect(problemOf(reason, true)).toBe(reason);
  });

  it('is nothing in the first moment', () => {
    expect(problemOf('Source not locked')).toBeUndefined();
  });

  it('is told of a VM that keeps TPM or EFI state, of which KubeVirt says nothing', () => {
    expect(problemOf('Source not locked', true)).toMatch(/start the VM once/);
  });
});
