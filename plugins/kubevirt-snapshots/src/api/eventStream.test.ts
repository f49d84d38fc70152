// SPDX-License-Identifier: Apache-2.0
import { EventStreamParser, parseStreamMessage } from './eventStream';

function parse(...chunks: string[]) {
  const events: string[] = [];
  const parser = new EventStreamParser(data => events.push(data));
  chunks.forEach(chunk => parser.push(chunk));
  return events;
}

describe('EventStreamParser', () => {
  it('reads events, whatever their line ends', () => {
    expect(parse('data: a\n\ndata: b\r\n\r\ndata:c\r\r')).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('reads an event that arrives one character at a time', () => {
    expect(parse(...'data: {"a":1}\n\ndata: 2\n\n')).toEqual(['{"a":1}', '2']);
  });

  it('joins the data lines of an event and passes over other fields', () => {
    expect(parse('event: x\nid: 1\ndata: a\ndata: b\n\n')).toEqual(['a\nb']);
  });

  it('takes a comment as no event', () => {
    expect(parse(': heartbeat\n\n', ':\n\n')).toEqual([]);
  });

  it('keeps what has no end yet', () => {
    expect(parse('data: a\n')).toEqual([]);
  });

  it('gives up on an endless event', () => {
    expect(() => parse('x'.repeat(1_000_001))).toThrow('too long');
  });
});

describe('parseStreamMessage', () => {
  it.each([
    ['{"type":"hello","revision":3}', { type: 'hello', revision: 3 }],
    ['{"type":"changed","revision":4}', { type: 'changed', revision: 4 }],
    ['{"type":"bye","reason":"expired"}', { type: 'bye', reason: 'expired' }],
    ['{"type":"changed"}', { type: 'changed', revision: 0 }],
    ['{"type":"freshness"}', undefined],
    ['{"type":"of-tomorrow"}', undefined],
    ['null', undefined],
    ['{', undefined],
  ])('reads %s', (data, message) => {
    expect(parseStreamMessage(data)).toEqual(message);
  });
});
