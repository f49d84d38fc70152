// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import {
  checkParameterName,
  checkTemplateName,
  checkVmName,
  normaliseMacAddress,
  suggestFreeName,
} from './newNames';
import { MAX_TEMPLATE_NAME_LENGTH } from './templates';

describe('names of what is made', () => {
  it('are labels, shorter ones for templates', () => {
    expect(checkVmName('a'.repeat(63))).toBeUndefined();
    expect(checkVmName('a'.repeat(64))).toBe('too-long');
    expect(checkVmName('a.b')).toBe('bad-character');
    expect(checkVmName('')).toBe('empty');
    expect(checkVmName('A')).toBe('upper-case');
    expect(checkVmName('-a')).toBe('bad-edge');
    expect(checkTemplateName('a'.repeat(50))).toBeUndefined();
    expect(checkTemplateName('a'.repeat(51))).toBe('too-long');
  });

  it('are proposed free and valid, whatever the VM is called', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.integer({ min: 0, max: 30 }),
        (base, taken) => {
          let asked = 0;
          const name = suggestFreeName({
            base,
            suffix: 'copy',
            maxLength: MAX_TEMPLATE_NAME_LENGTH,
            isTaken: () => {
              asked += 1;
              return asked <= taken;
            },
          });
          expect(checkTemplateName(name)).toBeUndefined();
        },
      ),
    );
    expect(
      suggestFreeName({
        base: 'web-01',
        suffix: 'copy',
        maxLength: 63,
        isTaken: name => name !== 'web-01-copy-3',
      }),
    ).toBe('web-01-copy-3');
  });
});

describe('checkParameterName', () => {
  it.each([
    ['MEMORY', undefined],
    ['A_1', undefined],
    ['', 'empty'],
    ['NAME', 'reserved'],
    ['memory', 'bad-character'],
    ['1A', 'bad-character'],
    ['A}', 'bad-character'],
    ['A'.repeat(64), 'too-long'],
  ])('%s is %s', (name, problem) => {
    expect(checkParameterName(name)).toBe(problem);
  });
});

describe('normaliseMacAddress', () => {
  it.each([
    ['02:00:00:AA:bb:01', '02-00-00-aa-bb-01'],
    ['02-00-00-aa-bb-01', '02-00-00-aa-bb-01'],
    [' 02:00:00:00:00:01 ', '02-00-00-00-00-01'],
    ['02:00-00:00:00:01', undefined],
    ['0200.0000.0001', undefined],
    ['01:00:00:00:00:01', undefined],
    ['00:00:00:00:00:00', undefined],
    ['02:00:00:00:00', undefined],
    ['02:00:00:00:00:0g', undefined],
    ['', undefined],
  ])('%s becomes %s', (text, wanted) => {
    expect(normaliseMacAddress(text)).toBe(wanted);
  });
});
