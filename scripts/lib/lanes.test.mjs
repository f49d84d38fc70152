// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runLanes } from './lanes.mjs';

describe('lanes', () => {
  it('run beside each other, what is in one after the other', async () => {
    const events = [];
    let goOn;
    const held = new Promise(resolve => {
      goOn = resolve;
    });
    await runLanes(
      [
        ['a1', 'a2'],
        ['b1', 'b2'],
      ],
      async name => {
        events.push(`${name} begins`);
        // The first of one lane waits for the last of the other.
        if (name === 'a1') {
          await held;
        }
        if (name === 'b2') {
          goOn();
        }
        events.push(`${name} ends`);
      },
    );
    const lane = letter => events.filter(event => event.startsWith(letter));
    for (const letter of ['a', 'b']) {
      assert.deepEqual(lane(letter), [
        `${letter}1 begins`,
        `${letter}1 ends`,
        `${letter}2 begins`,
        `${letter}2 ends`,
      ]);
    }
  });

  it('keep their output apart unless one is alone', async () => {
    const outputs = async lanes => {
      const all = [];
      await runLanes(lanes, async (name, output) => all.push([name, output]));
      return all;
    };
    assert.deepEqual(await outputs([['a'], ['b']]), [
      ['a', []],
      ['b', []],
    ]);
    assert.deepEqual(await outputs([['a'], []]), [['a', undefined]]);
    assert.deepEqual(await outputs([[], []]), []);
  });

  it('fail with what failed', async () => {
    await assert.rejects(
      runLanes([['a'], ['b']], async name => {
        if (name === 'b') {
          throw new Error('b broke');
        }
      }),
      /b broke/,
    );
  });
});
