// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/no-conditional-expect -- what holds depends on the line */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { databases } from '../../__testUtils__/databases';
import { makeKey, signedTrail } from '../../__testUtils__/signedTrail';
import { auditCli } from '../cli/main';
import { exportCsv, exportNdjson } from '../reading/exportTrail';
import { PublicKeys } from '../signing/keys';
import { verifyExport } from './verifyExport';

jest.setTimeout(60_000);

async function* each(lines: string[]) {
  yield* lines;
}

async function begin(id: any = 'SQLITE_3') {
  const bed = await signedTrail(id);
  for (let n = 1; n <= 3; n += 1) {
    await bed.act(`s${n}`, n === 2 ? { name: 'web-02' } : {});
    await bed.checkpoint();
  }
  await bed.act('=cmd|x');
  const take = async (more: object = {}) => {
    let text = '';
    for await (const chunk of exportNdjson({
      ...bed,
      scope: 'everything',
      filters: {},
      ...more,
    })) {
      text += chunk;
    }
    return text.split('\n').filter(Boolean);
  };
  const verify = async (lines: string[], more: object = {}) =>
    verifyExport(each(lines), { keys: bed.keys, ...more });
  return { bed, take, verify };
}

describe.each(databases.eachSupportedId())('exports on %s', id => {
  it('verify without the database, whole, filtered, in parts', async () => {
    const { bed, take, verify } = await begin(id);
    const outside = await bed.sink.all();
    expect(await verify(await take(), { outside })).toMatchObject({
      status: 'ok',
      rows: 12,
      stubs: 0,
      checkpoint: { seq: 9 },
      notAnchored: 3,
    });
    const filtered = await take({ filters: { vm: 'east/shop/web-02' } });
    expect(filtered.join('\n')).not.toContain('why s1');
    expect(filtered.join('\n')).toContain('why s2');
    expect(await verify(filtered)).toMatchObject({
      status: 'ok',
      rows: 3,
      stubs: 9,
    });
    const owners = await take({
      scope: {
        criteria: { key: 'owner', values: ['group:default/team-z'] },
      },
    });
    expect(await verify(owners)).toMatchObject({ rows: 0, stubs: 12 });
    const failures = await take({ filters: { outcomes: ['failure'] } });
    expect(await verify(failures)).toMatchObject({ rows: 8, stubs: 4 });

    // Broken off in the middle of row 5, and taken up again.
    const whole = await take();
    const cut = whole.findIndex(line => line.includes('"seq":5'));
    const part = whole.slice(0, cut);
    expect((await verify(part)).problem).toMatchObject({
      code: 'tail-missing',
      seq: 5,
    });
    const rest = await take({ after: 4 });
    expect(await verify([...part, ...rest])).toMatchObject({
      status: 'ok',
      rows: 12,
    });
    expect(await verify(rest)).toMatchObject({ status: 'ok', from: 5 });
    expect(
      (await verify([...part, ...(await take({ after: 5 }))])).problem,
    ).toMatchObject({ seq: 5 });
  });

  it('as CSV hold no formulas and one line an act', async () => {
    const { bed } = await begin(id);
    await bed.trail.write('system', {
      action: 'audit.read',
      actor: '=HYPERLINK("http://x")',
      origin: 'portal',
      reason: '+1\n"quoted"',
    });
    let text = '';
    for await (const chunk of exportCsv({
      ...bed,
      scope: 'everything',
      filters: {},
    })) {
      text += chunk;
    }
    const lines = text.split('\r\n').filter(Boolean);
    expect(lines).toHaveLength(1 + 8 + 1);
    expect(lines[0]).toMatch(/^seq,time,actor/);
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(text).toContain(`"'+1\n""quoted"""`);
    expect(text).toContain(`"'=cmd|x"`);
    expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
  });
});

describe('a changed export', () => {
  it('is never ok and never crashes, whichever bit is flipped', async () => {
    const { take, verify } = await begin();
    const text = (await take()).join('\n');
    // Field names and the end's counts don't vouch for anything.
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.integer({ min: 0, max: 6 }),
        async (at, bit) => {
          const changed =
            text.slice(0, at) +
            String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) +
            text.slice(at + 1);
          const result = await verify(changed.split('\n').filter(Boolean));
          const line = text.slice(0, at).split('\n').length - 1;
          const what = JSON.parse(text.split('\n')[line]);
          if ('body' in what) {
            expect(result.status).toBe('broken');
            expect(result.problem!.seq).toBe(what.seq);
          } else if (result.status !== 'broken') {
            // The time of the export and the counts are for people.
            expect('exportedAt' in what || 'rows' in what).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('names the row', async () => {
    const { bed, take, verify } = await begin();
    const whole = await take();
    const at = (seq: number) =>
      whole.findIndex(line => line.includes(`{"seq":${seq},`));
    const without = (i: number) => whole.filter((_, n) => n !== i);
    const swapped = [...whole];
    [swapped[at(4)], swapped[at(5)]] = [whole[at(5)], whole[at(4)]];
    for (const [lines, seq] of [
      [without(at(6)), 6],
      [swapped, 4],
      [without(whole.length - 1), 13],
      [without(at(12)), 12],
      [[...whole.slice(0, at(3)), whole[at(2)], ...whole.slice(at(3))], 3],
      [[...whole, whole[at(12)]], 13],
      [whole.map((l, i) => (i === at(7) ? l.slice(0, -9) : l)), 7],
      [whole.map((l, i) => (i === at(7) ? '"x"' : l)), 7],
      [[], 1],
      [['{}'], 1],
    ] as [string[], number][]) {
      expect((await verify(lines)).problem?.seq).toBe(seq);
    }
    // The tail cut and the end made to fit: the checkpoints outside tell.
    const { rowHash } = {
      rowHash: await bed.knex('audit_events').where({ seq: 8 }).first(),
    };
    const short = [
      ...whole.slice(0, at(9)).filter(line => !line.includes('"seq":9,')),
      JSON.stringify({
        end: { seq: 8, hash: rowHash.row_hash },
        rows: 8,
        stubs: 0,
      }),
    ];
    expect(
      (await verify(short, { outside: await bed.sink.all() })).problem,
    ).toMatchObject({ code: 'tail-missing', seq: 9 });
  });

  it('is unsigned without a key, and of no use with another one', async () => {
    const { take, verify } = await begin();
    const whole = await take();
    expect(await verify(whole, { keys: PublicKeys.fromPem([]) })).toMatchObject(
      { status: 'unsigned' },
    );
    expect(await verify(whole, { keys: makeKey().keys })).toMatchObject({
      status: 'broken',
      problem: { code: 'checkpoint-forged' },
    });
  });
});

it('has a command with exit codes', async () => {
  const { bed, take } = await begin();
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-audit-'));
  const file = join(folder, 'export.ndjson');
  const key = join(folder, 'key.pem');
  const publicKey = join(folder, 'public.pem');
  writeFileSync(file, `${(await take()).join('\n')}\n`);
  writeFileSync(key, bed.pem);
  writeFileSync(
    publicKey,
    bed.signer.publicKey.export({ type: 'spki', format: 'pem' }),
  );
  let out = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      out += text;
    },
  };
  const run = async (...args: string[]) => {
    out = '';
    return auditCli(args, io);
  };
  expect(
    await run(
      'verify-file',
      file,
      '--public-key',
      publicKey,
      '--checkpoints',
      bed.file,
    ),
  ).toBe(0);
  expect(out).toMatch(
    /^ok to checkpoint 3 \(row 9\), 3 newer rows not anchored\n/,
  );
  expect(await run('verify-file', file)).toBe(3);
  writeFileSync(file, readFileSync(file, 'utf8').replace('why s2', 'why s9'));
  expect(await run('verify-file', file, '--public-key', publicKey)).toBe(1);
  expect(out).toMatch(/^Row 4:/);
  expect(
    await run('verify-file', join(folder, 'absent'), '--public-key', publicKey),
  ).toBe(2);
  expect(await run('verify', '--database', join(folder, 'absent'))).toBe(2);
  expect(await run('frobnicate')).toBe(2);
  expect(await run('verify', '--wrong')).toBe(2);
  expect(await run('--help')).toBe(0);
  expect(await run('prune', '--database', 'x', '--through', '1')).toBe(2);
});
