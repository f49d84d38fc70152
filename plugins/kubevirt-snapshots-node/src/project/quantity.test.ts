// SPDX-License-Identifier: Apache-2.0
import { parseQuantity } from './quantity';

describe('parseQuantity', () => {
  it.each([
    ['30Gi', 32212254720],
    ['1.5Gi', 1610612736],
    ['1500M', 1500000000],
    ['1e9', 1e9],
    ['1E3', 1000],
    ['2E', 2e18],
    ['1500m', 2],
    ['0', 0],
    [1024, 1024],
    ['', undefined],
    ['-1Gi', undefined],
    ['1 Gi', undefined],
    ['Gi', undefined],
    ['1gi', undefined],
    [null, undefined],
    ['9'.repeat(100), undefined],
  ])('%j is %j', (text, wanted) => {
    expect(parseQuantity(text)).toBe(wanted);
  });
});
