// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/no-conditional-expect, jest/no-standalone-expect -- cases are data */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { databases } from '../../__testUtils__/databases';
import {
  dump,
  makeKey,
  rehash,
  rewrite,
  signedTrail,
  unguard,
} from '../../__testUtils__/signedTrail';
import { signCheckpoint } from '../signing/checkpoints';
import { verifyDatabase } from './verifyDatabase';

jest.setTimeout(120_000);

type Bed = Awaited<ReturnType<typeof signedTrail>>;

/**
 * Twelve rows with checkpoints at 3, 6 and 9 (the last three not anchored), and
 * no triggers any more: what follows is done by the database's owner.
 */
async function begin(id: any): Promise<Bed> {
  const bed = await signedTrail(id);
  for (let n = 1; n <= 3; n += 1) {
    await bed.act(`s${n}`);
    await bed.checkpoint();
  }
  await bed.act('s4');
  expect(await bed.verify()).toMatchObject({
    status: 'ok',
    rows: 12,
    notAnchored: 3,
    checkpoint: { number: 3, seq: 9 },
    message: 'ok to checkpoint 3 (row 9), 3 newer rows not anchored',
  });
  await unguard(bed.knex);
  return bed;
}

/** What was done, and the number of the first bad row, or a range it lies in. */
const TAMPERING: [string, (bed: Bed) => Promise<unknown>, number, number?][] = [
  [
    'two rows swapped',
    async ({ knex }) => {
      await knex('audit_events').where({ seq: 4 }).update({ seq: 100 });
      await knex('audit_events').where({ seq: 5 }).update({ seq: 4 });
      await knex('audit_events').where({ seq: 100 }).update({ seq: 5 });
    },
    4,
  ],
  [
    'two rows swapped by their content, hashes made anew',
    async ({ knex }) => {
      const [a, b] = await knex('audit_events')
        .whereIn('seq', [3, 6])
        .orderBy('seq')
        .select('body', 'salt');
      await knex('audit_events').where({ seq: 3 }).update(b);
      await knex('audit_events').where({ seq: 6 }).update(a);
      await rehash(knex, 3);
    },
    3,
  ],
  [
    'a row deleted in the middle',
    ({ knex }) => knex('audit_events').where({ seq: 5 }).delete(),
    5,
  ],
  [
    'a row deleted in the middle, the later ones moved up and hashed anew',
    async ({ knex }) => {
      await knex('audit_events').where({ seq: 6 }).delete();
      for (let seq = 7; seq <= 12; seq += 1) {
        await knex('audit_events')
          .where({ seq })
          .update({ seq: seq - 1 });
        await rewrite(knex, seq - 1, row => {
          row.seq = seq - 1;
        });
      }
      await rehash(knex, 6);
    },
    4,
    6,
  ],
  [
    'the first row deleted',
    ({ knex }) => knex('audit_events').where({ seq: 1 }).delete(),
    1,
  ],
  [
    'the tail cut',
    ({ knex }) => knex('audit_events').where('seq', '>', 10).delete(),
    11,
  ],
  [
    'the tail cut and the head put back',
    async ({ knex }) => {
      await knex('audit_events').where('seq', '>', 7).delete();
      await rehash(knex, 7);
    },
    8,
  ],
  [
    'the tail cut, the head put back, the checkpoints deleted',
    async ({ knex }) => {
      await knex('audit_events').where('seq', '>', 7).delete();
      await knex('audit_checkpoints').where('seq', '>', 7).delete();
      await rehash(knex, 7);
    },
    8,
  ],
  [
    'only checkpoints deleted',
    ({ knex }) => knex('audit_checkpoints').where({ number: 2 }).delete(),
    6,
  ],
  [
    'everything deleted, the head put back',
    async ({ knex }) => {
      await knex('audit_events').delete();
      await knex('audit_head').update({
        seq: 0,
        at: 0,
        hash: knex.ref('base_hash'),
      });
    },
    1,
  ],
  ['everything deleted', ({ knex }) => knex('audit_events').delete(), 1],
  [
    'a beginning deleted as if it had been pruned',
    async ({ knex }) => {
      const row = await knex('audit_events').where({ seq: 3 }).first();
      await knex('audit_events').where('seq', '<=', 3).delete();
      await knex('audit_head').update({ base_seq: 3, base_hash: row.row_hash });
    },
    1,
  ],
  [
    'a row inserted at the end, past the head',
    async ({ knex }) => {
      const row = await knex('audit_events').where({ seq: 12 }).first();
      await knex('audit_events').insert({ ...row, seq: 13 });
    },
    13,
  ],
  [
    'a row inserted before the beginning',
    async ({ knex }) => {
      const row = await knex('audit_events').where({ seq: 12 }).first();
      await knex('audit_events').insert({ ...row, seq: 0 });
    },
    0,
  ],
  [
    'a row inserted in the middle, hashes made anew',
    async ({ knex }) => {
      for (let seq = 12; seq >= 6; seq -= 1) {
        await knex('audit_events')
          .where({ seq })
          .update({ seq: seq + 1 });
        await rewrite(knex, seq + 1, row => {
          row.seq = seq + 1;
        });
      }
      const row = await knex('audit_events').where({ seq: 3 }).first();
      await knex('audit_events').insert({ ...row, seq: 6 });
      await rewrite(knex, 6, content => {
        content.seq = 6;
        content.at = Number(row.at) + 1;
      });
      await rehash(knex, 6);
    },
    6,
  ],
  [
    'an edit with everything hashed anew',
    async ({ knex }) => {
      await rewrite(knex, 5, row => {
        row.actor = 'user:default/nobody';
      });
      await rehash(knex, 5);
    },
    4,
    6,
  ],
  [
    'an edit with everything hashed anew, and checkpoints of another key',
    async ({ knex }) => {
      await rewrite(knex, 2, row => {
        row.actor = 'user:default/nobody';
      });
      await rehash(knex, 2);
      const { signer } = makeKey();
      for (const { seq, row_hash: hash } of await knex('audit_events').whereIn(
        'seq',
        [3, 6, 9],
      )) {
        const { body } = await knex('audit_checkpoints').where({ seq }).first();
        const signed = signCheckpoint({ ...JSON.parse(body), hash }, signer);
        await knex('audit_checkpoints')
          .where({ seq })
          .update({
            body: JSON.stringify(signed.checkpoint),
            signature: signed.signature,
          });
      }
    },
    1,
    3,
  ],
  [
    'an old checkpoint put in place of a newer one',
    async ({ knex }) => {
      const old = await knex('audit_checkpoints').where({ number: 1 }).first();
      await knex('audit_checkpoints')
        .where({ number: 3 })
        .update({ body: old.body, signature: old.signature });
    },
    9,
  ],
  [
    'an old checkpoint repeated under a new number',
    async ({ knex }) => {
      const old = await knex('audit_checkpoints').where({ number: 1 }).first();
      await knex('audit_checkpoints').insert({ ...old, number: 4, seq: 12 });
    },
    12,
  ],
  [
    'two checkpoints at one row',
    async ({ knex, signer, file }) => {
      const { body } = await knex('audit_checkpoints')
        .where({ number: 3 })
        .first();
      const signed = signCheckpoint(
        { ...JSON.parse(body), hash: 'ab'.repeat(32) },
        signer,
      );
      appendFileSync(file, `${JSON.stringify(signed)}\n`);
    },
    9,
  ],
  [
    'the head set to another hash',
    ({ knex }) => knex('audit_head').update({ hash: 'cd'.repeat(32) }),
    12,
  ],
  [
    'the trail given another name',
    ({ knex }) =>
      knex('audit_head').update({
        log_id: '00000000-0000-4000-8000-000000000000',
      }),
    1,
  ],
  [
    'the keys of a row reordered, its hashes made anew',
    async ({ knex }) => {
      const { body } = await knex('audit_events').where({ seq: 11 }).first();
      const reversed = JSON.stringify(
        Object.fromEntries(Object.entries(JSON.parse(body)).reverse()),
      );
      await knex('audit_events').where({ seq: 11 }).update({ body: reversed });
      await rehash(knex, 11);
    },
    11,
  ],
  [
    'a second settlement, hashes made anew',
    async ({ knex }) => {
      const { body } = await knex('audit_events').where({ seq: 8 }).first();
      await rewrite(knex, 12, row => {
        const seq = row.seq;
        const at = row.at;
        Object.assign(row, JSON.parse(body), { seq, at });
        row.operationId = 'other';
      });
      await rehash(knex, 12);
    },
    12,
  ],
  [
    'time turned back, hashes made anew',
    async ({ knex }) => {
      await rewrite(knex, 11, row => {
        row.at -= 3_600_000;
      });
      await rehash(knex, 11);
    },
    11,
  ],
  [
    'a forged pruning, hashes made anew',
    async ({ knex }) => {
      await rewrite(knex, 12, row => {
        row.statement = {
          content: {
            type: 'prune',
            logId: 'x',
            head: { seq: 11, hash: 'aa' },
            through: { seq: 3, hash: 'aa' },
            checkpoint: 'x',
            count: 3,
            lost: [],
          },
          keyId: 'x',
          signature: 'AAAA',
        };
      });
      await rehash(knex, 12);
    },
    12,
  ],
  [
    'a body that is no JSON',
    ({ knex }) =>
      knex('audit_events').where({ seq: 5 }).update({ body: '{"seq":5' }),
    5,
  ],
  [
    'a body that is JSON of something else, hashes made anew',
    async ({ knex }) => {
      await knex('audit_events').where({ seq: 11 }).update({ body: 'null' });
      await rehash(knex, 11);
    },
    11,
  ],
];

describe.each(databases.eachSupportedId())('tampering on %s', id => {
  let bed: Bed;
  let putBack: () => Promise<void>;
  let outside: string;

  beforeAll(async () => {
    bed = await begin(id);
    putBack = await dump(bed.knex);
    outside = readFileSync(bed.file, 'utf8');
  });
  afterEach(async () => {
    await putBack();
    writeFileSync(bed.file, outside);
    // Whatever a case did, the next one starts from a trail that is whole.
    expect((await bed.verify()).status).toBe('ok');
  });

  it.each(
    TAMPERING.map(([what, tamper, seq, toSeq]) => ({
      what,
      tamper,
      seq,
      toSeq,
    })),
  )('finds $what', async ({ tamper, seq, toSeq }) => {
    await tamper(bed);
    const result = await bed.verify();
    expect(result.status).toBe('broken');
    const { problem } = result;
    expect(problem!.message).toMatch(new RegExp(`^Row ${problem!.seq}\\b`));
    expect(problem!.seq).toBe(seq);
    if (toSeq) {
      expect(problem!.toSeq).toBe(toSeq);
    }
  });

  it('finds an edit of any field of a row, and of any column', async () => {
    const { knex } = bed;
    const rows = await knex('audit_events').orderBy('seq');
    const missed: string[] = [];
    let tried = 0;
    const check = async (seq: number, what: string, change: object) => {
      const row = rows.find(r => Number(r.seq) === seq)!;
      await knex('audit_events').where({ seq }).update(change);
      const { problem } = await bed.verify();
      tried += 1;
      if (problem?.seq !== seq) {
        missed.push(`${what} of row ${seq}: ${problem?.message}`);
      }
      await knex('audit_events').where({ seq }).update(row);
    };
    // An intent, a settlement and a refusal, anchored or not.
    for (const seq of [4, 5, 12]) {
      const row = rows.find(r => Number(r.seq) === seq)!;
      const content = JSON.parse(row.body);
      const edits: [string, () => string][] = [];
      const edit = (target: any, path: string[]) => {
        for (const key of Object.keys(target)) {
          const value = target[key];
          if (typeof value === 'object') {
            edit(value, [...path, key]);
          } else {
            edits.push([
              [...path, key].join('.'),
              () => {
                target[key] =
                  typeof value === 'number' ? value + 1 : `${value}x`;
                const body = JSON.stringify(content);
                target[key] = value;
                return body;
              },
            ]);
          }
        }
      };
      edit(content, []);
      expect(edits.length).toBeGreaterThan(8);
      for (const [path, make] of edits) {
        await check(seq, path, { body: make() });
      }
      for (const column of Object.keys(row)) {
        if (column === 'seq') {
          continue;
        }
        const value = row[column];
        const numeric = ['at', 'act_seq'].includes(column);
        const other = numeric
          ? Number(value) + 1
          : // Short enough for every column, and well-formed JSON for `owners`.
            {
              owners: '["user:default/eve"]',
              salt: '00'.repeat(16),
              content_digest: '00'.repeat(32),
              row_hash: '00'.repeat(32),
            }[column] ?? `${value === null ? '' : String(value).slice(0, 10)}x`;
        await check(seq, `column ${column}`, { [column]: other });
        if (value !== null && !['body', 'salt'].includes(column)) {
          const nullable = ['outcome', 'vm_uid', 'owners', 'snapshot_name'];
          if (nullable.includes(column)) {
            await check(seq, `column ${column} emptied`, { [column]: null });
          }
        }
      }
    }
    expect(missed).toEqual([]);
    expect(tried).toBeGreaterThan(90);
  });

  it('finds a flipped bit wherever it is, and never crashes', async () => {
    const { knex } = bed;
    const row = await knex('audit_events').where({ seq: 7 }).first();
    for (let i = 0; i < row.body.length; i += 7) {
      const code = row.body.charCodeAt(i);
      const flipped =
        row.body.slice(0, i) +
        String.fromCharCode(code ^ (1 << i % 6)) +
        row.body.slice(i + 1);
      if (flipped.includes('\u0000')) {
        continue;
      }
      await knex('audit_events').where({ seq: 7 }).update({ body: flipped });
      const { status, problem } = await bed.verify();
      expect([i, status, problem?.seq]).toEqual([i, 'broken', 7]);
    }
  });

  it('finds that an old backup was restored, also when it grew again', async () => {
    const { knex, trail } = bed;
    await knex('audit_events').where('seq', '>', 4).delete();
    await knex('audit_checkpoints').where('number', '>', 1).delete();
    await rehash(knex, 4);
    expect((await bed.verify()).problem).toMatchObject({
      code: 'tail-missing',
      seq: 5,
    });
    for (let n = 0; n < 9; n += 1) {
      await trail.write('denied', {
        action: 'snapshot.take',
        actor: 'user:default/ada',
        origin: 'portal',
      });
    }
    expect((await bed.verify()).problem).toMatchObject({ seq: 4, toSeq: 6 });
  });

  it('says of a trail without rows that there are none', async () => {
    const empty = await signedTrail(id);
    expect(await empty.verify()).toMatchObject({
      status: 'unsigned',
      rows: 0,
      message: 'ok: there is no row yet',
    });
  });

  it('says unsigned, never ok, where nothing signed vouches for the rows', async () => {
    const { knex } = bed;
    await rewrite(knex, 5, row => {
      row.actor = 'user:default/nobody';
    });
    await rehash(knex, 5);
    await knex('audit_checkpoints').delete();
    const { keys } = makeKey();
    for (const result of [
      await verifyDatabase({ knex, keys: bed.keys }),
      await verifyDatabase({ knex, keys }),
    ]) {
      expect(result.status).toBe('unsigned');
      expect(result.message).toMatch(/^ok but unsigned/);
    }
    expect((await bed.verify()).status).toBe('broken');
  });

  it('is told by the file outside even when every line of it is garbled', async () => {
    writeFileSync(bed.file, outside.replace(/"hash":"../g, '"hash":"00'));
    expect((await bed.verify()).problem?.code).toBe('outside-forged');
  });
});
