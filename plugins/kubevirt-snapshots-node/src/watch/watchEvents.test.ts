// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { WatchEvent, watchEvents } from './watchEvents';

async function read(chunks: Buffer[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(Readable.from(chunks))) {
    events.push(event);
  }
  return events;
}

const events = [
  {
    type: 'ADDED',
    object: { metadata: { name: 'a', text: 'gr\u00fcn \ud83d\ude00' } },
  },
  { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } },
];
const bytes = Buffer.from(events.map(e => `${JSON.stringify(e)}\n`).join(''));

describe('watchEvents', () => {
  it('reads events however the bytes are cut', async () => {
    for (const size of [1, 2, 3, 7, 50, 1000]) {
      const chunks: Buffer[] = [];
      for (let i = 0; i < bytes.length; i += size) {
        chunks.push(bytes.subarray(i, i + size));
      }
      expect(await read(chunks)).toEqual(events);
    }
  });

  it('ignores blank lines and a line that never ended', async () => {
    expect(
      await read([Buffer.from('\n\r\n'), bytes, Buffer.from('{"type":"AD')]),
    ).toEqual(events);
  });

  it('takes no junk for an event', async () => {
    await expect(read([Buffer.from('<html>\n')])).rejects.toThrow(SyntaxError);
    expect(await read([Buffer.from('null\n{"type":"ADDED"}\n')])).toEqual([
      { type: 'undefined', object: {} },
      { type: 'ADDED', object: {} },
    ]);
  });

  it('gives up on a line that does not end', async () => {
    const chunk = Buffer.alloc(5 * 1024 * 1024, 'x');
    await expect(read([chunk, chunk, chunk, chunk])).rejects.toThrow(
      RangeError,
    );
  });
});
