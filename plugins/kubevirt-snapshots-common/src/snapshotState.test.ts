// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import {
  isUnfinished,
  readIndications,
  SNAPSHOT_STATES,
  snapshotConsistency,
  snapshotState,
  type SnapshotFacts,
} from './snapshotState';

const progressing = (status: string, reason: string) => [
  { type: 'Progressing', status, reason },
];

const anyFacts: fc.Arbitrary<SnapshotFacts> = fc.record(
  {
    deletionTimestamp: fc.constant('2026-01-01T00:00:00Z'),
    phase: fc.constantFrom(
      '',
      'InProgress',
      'Succeeded',
      'Failed',
      'Deleting',
      'Unknown',
      'Tomorrow',
    ),
    readyToUse: fc.boolean(),
    errorMessage: fc.string({ minLength: 1 }),
    conditions: fc.constantFrom(
      progressing('True', 'Source locked and operation in progress'),
      progressing('False', 'Source not locked'),
      [],
    ),
    indications: fc.subarray([
      'Online',
      'GuestAgent',
      'NoGuestAgent',
      'Paused',
      'QuiesceTimeout',
      'PartialSnapshot',
      'SomethingNew',
    ]),
    includedVolumes: fc.subarray(['root', 'data']),
  },
  { requiredKeys: [] },
);

describe('snapshotState', () => {
  it.each<[string, SnapshotFacts, string]>([
    ['without a status', {}, 'waiting'],
    [
      'before the lock',
      {
        phase: 'InProgress',
        readyToUse: false,
        conditions: progressing('False', 'Source not locked'),
      },
      'waiting',
    ],
    [
      'locked',
      {
        phase: 'InProgress',
        conditions: progressing(
          'True',
          'Source locked and operation in progress',
        ),
      },
      'creating',
    ],
    [
      'in trouble while cutting',
      {
        phase: 'InProgress',
        errorMessage: 'VolumeSnapshot x error: y',
        conditions: progressing('False', 'In error state'),
      },
      'creating',
    ],
    ['cut, storage busy', { phase: 'Succeeded', readyToUse: false }, 'taken'],
    ['ready', { phase: 'Succeeded', readyToUse: true }, 'ready'],
    [
      'a volume snapshot vanished',
      {
        phase: 'Succeeded',
        readyToUse: false,
        errorMessage: 'VolumeSnapshots (a) missing',
      },
      'broken',
    ],
    ['deadline', { phase: 'Failed', readyToUse: false }, 'failed'],
    [
      'being stopped',
      { phase: 'InProgress', deletionTimestamp: '2026-01-01T00:00:00Z' },
      'stopping',
    ],
    [
      'being deleted when finished',
      { phase: 'Succeeded', deletionTimestamp: '2026-01-01T00:00:00Z' },
      'deleting',
    ],
    ['a phase of tomorrow', { phase: 'Paused' }, 'unknown'],
  ])('%s', (_, facts, state) => {
    expect(snapshotState(facts)).toBe(state);
  });

  it('always answers with a known state, and ready only for what can be restored', () => {
    fc.assert(
      fc.property(anyFacts, facts => {
        const state = snapshotState(facts);
        expect(SNAPSHOT_STATES).toContain(state);
        expect(state === 'ready').toBe(
          facts.phase === 'Succeeded' &&
            facts.readyToUse === true &&
            !facts.deletionTimestamp,
        );
        const finished =
          facts.phase === 'Succeeded' || facts.phase === 'Failed';
        expect(finished && isUnfinished(state)).toBe(false);
      }),
    );
  });
});

describe('snapshotConsistency', () => {
  const of = (indications: string[], more?: Partial<SnapshotFacts>) =>
    snapshotConsistency({
      phase: 'Succeeded',
      includedVolumes: ['root'],
      indications,
      ...more,
    });

  it.each<[string[], string]>([
    [['GuestAgent', 'Online'], 'application'],
    [['NoGuestAgent', 'Online'], 'crash'],
    [['Online', 'Paused'], 'paused'],
    [['GuestAgent', 'Online', 'QuiesceTimeout'], 'quiesce-timeout'],
    [['QuiesceFailed', 'Online'], 'quiesce-timeout'],
    [['GuestAgent', 'NoGuestAgent', 'Online'], 'mixed'],
    [['Online'], 'crash'],
    [[], 'offline'],
    [['SomethingNew'], 'offline'],
  ])('%j is %s', (indications, level) => {
    expect(of(indications)).toEqual({ level, partial: false });
  });

  it('tells partial apart from the level', () => {
    expect(of(['GuestAgent', 'Online', 'PartialSnapshot'])).toEqual({
      level: 'application',
      partial: true,
    });
  });

  it('says that only the configuration is in it', () => {
    expect(of([], { includedVolumes: [] }).level).toBe('configuration');
  });

  it('claims nothing before success', () => {
    for (const phase of [undefined, 'InProgress', 'Failed', 'Deleting']) {
      expect(
        snapshotConsistency({ phase, indications: ['GuestAgent', 'Online'] })
          .level,
      ).toBe('unknown');
    }
  });

  it('never calls application-consistent what lacks the agent or timed out', () => {
    fc.assert(
      fc.property(anyFacts, facts => {
        const has = (name: string) => facts.indications?.includes(name);
        const deserved =
          facts.phase === 'Succeeded' &&
          has('GuestAgent') &&
          !has('NoGuestAgent') &&
          !has('Paused') &&
          !has('QuiesceTimeout');
        const { level } = snapshotConsistency(facts);
        expect(level === 'application' && !deserved).toBe(false);
      }),
    );
  });
});

describe('readIndications', () => {
  it('joins the present list with the deprecated one', () => {
    expect(
      readIndications({
        sourceIndications: [{ indication: 'Online' }, {}],
        indications: ['Online', 'GuestAgent', ''],
      }),
    ).toEqual(['GuestAgent', 'Online']);
    expect(readIndications({})).toEqual([]);
  });
});
