// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { databases } from '../__testUtils__/databases';
import {
  dump,
  rehash,
  signedTrail,
  unguard,
} from '../__testUtils__/signedTrail';
import { readHead } from './head';
import { prune } from './prune';
import { recover } from './recover';

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('checkpoints on %s', id => {
  it('are signed once per row, whoever signs, and reach the file outside', async () => {
    const bed = await signedTrail(id);
    for (let n = 1; n <= 3; n += 1) {
      await bed.act(`s${n}`);
      await Promise.all(
        Array.from({ length: 4 }, () => bed.newKeeper().tick()),
      );
    }
    const stored = await bed.knex('audit_checkpoints').orderBy('number');
    expect(stored.map(row => [Number(row.number), Number(row.seq)])).toEqual([
      [1, 3],
      [2, 6],
      [3, 9],
    ]);
    const outside = await bed.sink.all();
    expect(new Set(outside.map(one => one.checkpoint.number))).toEqual(
      new Set([1, 2, 3]),
    );
    expect(bed.logger.info).toHaveBeenCalledTimes(0);
    expect((await bed.verify()).status).toBe('ok');
    // Nothing is new, so nothing is signed.
    await bed.checkpoint();
    expect(await bed.knex('audit_checkpoints')).toHaveLength(3);
  });

  it('go on after a line that was cut off', async () => {
    const bed = await signedTrail(id);
    await bed.act('s1');
    await bed.checkpoint();
    writeFileSync(bed.file, `${readFileSync(bed.file, 'utf8')}{"checkpo`);
    await bed.act('s2');
    await bed.checkpoint();
    const outside = await bed.sink.all();
    expect(outside.map(one => one.checkpoint.number)).toEqual([1, 2]);
  });

  it('an older trail than the file outside refuses acts until an operator has declared it', async () => {
    const bed = await signedTrail(id);
    const { knex, trail } = bed;
    await bed.act('s1');
    await bed.checkpoint();
    await bed.act('s2');
    const backup = await dump(knex);
    await bed.act('s3');
    await bed.checkpoint();
    await unguard(knex);
    await backup();
    expect(trail.refusal).toBeUndefined();
    await bed.checkpoint();
    expect(trail.refusal).toMatch(/checkpoint 2 \(row 9\)/);
    await expect(bed.act('s4')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
    // Nothing is signed on top of a history that contradicts.
    await trail.write('denied', {
      action: 'snapshot.take',
      actor: 'user:default/eve',
      origin: 'portal',
    });
    await bed.checkpoint();
    expect(await knex('audit_checkpoints')).toHaveLength(1);
    expect((await bed.verify()).status).toBe('broken');
    // A replica that can't read that file is told by the others.
    trail.health.clear('anchor');
    const [away] = [bed.file];
    const told = readFileSync(away, 'utf8');
    writeFileSync(away, '');
    await bed.checkpoint();
    expect(trail.refusal).toBeDefined();
    writeFileSync(away, told);

    await recover({
      ...bed,
      outside: await bed.sink.all(),
      actor: 'operator:pam',
      reason: 'restored the backup of Sunday',
      now: Date.now(),
    });
    await bed.checkpoint();
    expect(trail.refusal).toBeUndefined();
    await bed.act('s4');
    await bed.checkpoint();
    const result = await bed.verify();
    expect(result).toMatchObject({
      status: 'ok',
      notes: [expect.stringMatching(/^Row 8: an operator declared/)],
    });
    expect(result.checkpoint!.number).toBe(4);
    await expect(
      recover({
        ...bed,
        outside: await bed.sink.all(),
        actor: 'operator:pam',
        reason: 'again',
        now: Date.now(),
      }),
    ).rejects.toThrow(/nothing to recover/);
  });

  it('a trail of another name is refused like an older one', async () => {
    const bed = await signedTrail(id);
    await bed.act('s1');
    await bed.checkpoint();
    const fresh = await signedTrail(id, { key: bed, file: bed.file });
    await fresh.checkpoint();
    expect(fresh.trail.refusal).toBeDefined();
  });

  it('prunes up to a checkpoint, says so in a row and verifies from there', async () => {
    const bed = await signedTrail(id);
    const { knex } = bed;
    for (let n = 1; n <= 3; n += 1) {
      await bed.act(`s${n}`);
      await bed.checkpoint();
    }
    const operator = {
      ...bed,
      actor: 'operator:pam',
      reason: 'kept for a year',
    };
    await expect(prune({ ...operator, throughSeq: 2 })).rejects.toThrow(
      /no signed checkpoint/,
    );
    expect(await prune({ ...operator, throughSeq: 8 })).toEqual({
      through: 6,
      count: 6,
    });
    expect(await readHead(knex)).toMatchObject({ base: { seq: 6 }, seq: 10 });
    expect(await bed.verify()).toMatchObject({ status: 'ok', from: 7, to: 10 });
    // The guards are back.
    await expect(knex('audit_events').delete()).rejects.toThrow(/append-only/);
    await expect(knex('audit_head').update({ base_seq: 9 })).rejects.toThrow(
      /append-only/,
    );
    await bed.act('s4');
    await bed.checkpoint();
    await prune({ ...operator, before: Date.now() + 60_000 });
    const result = await bed.verify();
    expect([result.status, result.message]).toEqual([
      'ok',
      'ok to checkpoint 4 (row 13), 1 newer rows not anchored',
    ]);
    // Without the signed row it would look like a cut.
    await unguard(knex);
    await knex('audit_events').where({ seq: 14 }).delete();
    await knex('audit_head').update({ seq: 13, hash: knex.ref('base_hash') });
    expect((await bed.verify()).problem?.code).toBe('beginning-missing');
  });

  it('prunes nothing from a trail that is not whole', async () => {
    const bed = await signedTrail(id);
    await bed.act('s1');
    await bed.checkpoint();
    await unguard(bed.knex);
    await bed.knex('audit_events').where({ seq: 2 }).update({ actor: 'x' });
    await rehash(bed.knex, 1);
    await expect(
      prune({ ...bed, actor: 'operator:pam', reason: 'x', throughSeq: 3 }),
    ).rejects.toThrow(/Nothing was pruned. Row 2/);
    expect(await bed.knex('audit_events')).toHaveLength(3);
  });
});
