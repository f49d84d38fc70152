// SPDX-License-Identifier: Apache-2.0
import { refusal } from '../__testUtils__/fixtures';
import { apiFailure, revokesView } from './apiFailure';

describe('apiFailure', () => {
  it('reads status, code, field, holder, owners and words', () => {
    const error = refusal(
      409,
      {
        code: 'vm-busy',
        field: 'name',
        holder: 'snapshot a',
        owners: ['group:default/a'],
      },
      'It is busy',
    );
    expect(apiFailure(error)).toEqual({
      status: 409,
      code: 'vm-busy',
      field: 'name',
      holder: 'snapshot a',
      owners: ['group:default/a'],
      message: 'It is busy',
    });
  });

  it.each([
    [new TypeError('Failed to fetch'), 'Failed to fetch'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [{ statusCode: '403', body: 'no', message: 'm' }, 'm'],
    [{ body: { error: { details: { owners: 'x', code: 7 } } } }, ''],
  ])('survives %p', (error, message) => {
    expect(apiFailure(error)).toMatchObject({
      status: undefined,
      code: undefined,
      owners: [],
      message: expect.stringContaining(message),
    });
  });
});

describe('revokesView', () => {
  it.each([
    [401, true],
    [403, true],
    [404, true],
    [409, false],
    [500, false],
    [503, false],
  ])('answers %d with %p', (status, answer) => {
    expect(revokesView(refusal(status))).toBe(answer);
  });

  it('keeps the view when no answer came', () => {
    expect(revokesView(new TypeError('Failed to fetch'))).toBe(false);
  });
});
