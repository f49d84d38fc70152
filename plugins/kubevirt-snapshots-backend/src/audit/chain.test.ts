// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { isCanonical } from './canonicalJson';
import { contentDigest, genesisHash, rowHash } from './chain';

const sha = (...parts: Buffer[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex');

/** What the documentation says, made in another way. */
it.each([1, 255, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])(
  'hashes row %d as it is documented',
  seq => {
    const salt = '0123456789abcdef0123456789abcdef';
    const body = '{"a":"ü€😀"}';
    const digest = contentDigest(salt, body);
    expect(digest).toBe(sha(Buffer.from(salt, 'hex'), Buffer.from(body)));
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(seq));
    const prev = genesisHash('log');
    expect(rowHash({ seq, prev, contentDigest: digest })).toBe(
      sha(
        Buffer.from([1]),
        number,
        Buffer.from(prev, 'hex'),
        Buffer.from(digest, 'hex'),
      ),
    );
  },
);

it('tells canonical texts from others that read the same', () => {
  const is = (text: string) => isCanonical(JSON.parse(text), text);
  expect(is('{"a":1,"b":[{"c":null,"d":"x"}]}')).toBe(true);
  expect(is('{"10":1,"9":2}')).toBe(true);
  expect(is('{"9":2,"10":1}')).toBe(false);
  expect(is('{"b":1,"a":2}')).toBe(false);
  expect(is('{"a":[{"d":1,"c":2}]}')).toBe(false);
  expect(is('{"a":1,"a":2}')).toBe(false);
  expect(is('{"a": 1}')).toBe(false);
  expect(is('{"a":1.0}')).toBe(false);
  expect(is('{"a":"\\u0061"}')).toBe(false);
});
