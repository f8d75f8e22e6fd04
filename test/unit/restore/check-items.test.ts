import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import type { ItemsRecord, ItemTotals } from '../../../src/model/item-checksum.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { checkItems, type CheckResult, type ItemsWanted } from '../../../src/restore/check-items.js';
import { memoryEngine } from '../../support/memory-engine.js';
import { simpleTable } from '../../support/memory-schema.js';
import { recordedReport } from '../../support/recorded-report.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { fastClock } from '../../support/workbench.js';

const users = parseTableName('users');
const totals = (count: number, digit = 'a'): ItemTotals => ({ count, sha256: digit.repeat(64) });
const record = (own: ItemTotals, index = own): ItemsRecord => ({
  ...own,
  indexes: [{ name: 'by-colour', ...index }],
});

interface Seen {
  readonly table: ItemTotals;
  /** What later readings of the table give. */
  readonly later?: ItemTotals;
  /** What each reading of the index gives; the last one for ever. */
  readonly index?: readonly ItemTotals[];
  readonly unavailable?: number;
}

/** A check of a table of which the engine says this. */
async function check(wanted: ItemsWanted, { table, later = table, index = [table], unavailable = 0 }: Seen) {
  const engine = memoryEngine({ root: await temporaryDirectory() });
  const colour = { AttributeName: 'colour', KeyType: 'HASH' } as const;
  await engine.createTable(
    simpleTable('users', {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'colour', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        { IndexName: 'by-colour', KeySchema: [colour], Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  );
  const readings: string[] = [];
  const left = [...index];
  let failing = unavailable;
  const { report } = recordedReport();
  const result: CheckResult | Error = await checkItems(users, wanted, {
    engine: {
      ...engine,
      checksum: async (_, reading) => {
        failing -= 1;
        if (failing >= 0) throw new KnownError('unavailable', 'no answer in time');
        readings.push(reading?.index ?? 'table');
        if (reading?.index === undefined)
          return readings.filter((each) => each === 'table').length === 1 ? table : later;
        return (left.length > 1 ? left.shift() : left[0]) ?? table;
      },
      sample: async () => {
        readings.push('sample');
        return { items: table.count, complete: true };
      },
    },
    report,
    clock: fastClock,
    signal: new AbortController().signal,
  }).catch((error: unknown) => error as Error);
  return { result, readings };
}

const full = (expected: ItemsRecord | null, more: Partial<ItemsWanted> = {}): ItemsWanted => ({
  check: 'full',
  expected,
  ...more,
});

describe('A full check', () => {
  it('finds everything as it was: the table, and each index', async () => {
    const { result, readings } = await check(full(record(totals(5))), { table: totals(5) });
    expect(result).toMatchObject({
      verdict: 'good',
      sentence: 'Read back all 5 items of users, all 5 entries of index by-colour: the same as at the backup',
      seen: { items: 5, complete: true },
      items: record(totals(5)),
    });
    expect(readings).toEqual(['table', 'by-colour']);
  });

  it.each([
    ['items are missing', totals(4), 'bad', '5 items were backed up and 4 can be read'],
    ['all items are missing', totals(0, '0'), 'bad', '5 items were backed up and 0 can be read'],
    [
      'an item is not the same',
      totals(5, 'b'),
      'bad',
      '5 items can be read, as many as were backed up, but they are not the same',
    ],
    [
      'there are more items',
      totals(6, 'b'),
      'doubtful',
      '5 items were backed up and 6 can be read: is somebody writing?',
    ],
  ])('tells when %s', async (_, table, verdict, sentence) => {
    const { result } = await check(full(record(totals(5))), { table });
    expect(result).toMatchObject({ verdict, sentence });
  });

  it.each<[string, ItemTotals, string, string, boolean?]>([
    ['two readings differ', totals(5, 'c'), 'doubtful', 'and two readings differ: somebody is writing'],
    ['the second one has fewer items', totals(4, 'c'), 'doubtful', 'somebody is writing'],
    ['the second one is as recorded', totals(5), 'good', 'the same as at the backup'],
    ['both agree, and nobody wrote', totals(5, 'b'), 'bad', 'but they are not the same', false],
    [
      'both agree, and somebody may have written',
      totals(5, 'b'),
      'doubtful',
      'somebody may have written',
      true,
    ],
  ])('reads again what is not as recorded: %s', async (_, later, verdict, sentence, wrote) => {
    const isWritten = wrote === undefined ? {} : { isWritten: () => Promise.resolve(wrote) };
    const { result, readings } = await check(full(record(totals(5)), isWritten), {
      table: totals(5, 'b'),
      later,
      index: [totals(5)],
    });
    expect(result).toMatchObject({ verdict });
    expect((result as CheckResult).sentence).toContain(sentence);
    expect(readings.slice(0, 2)).toEqual(['table', 'table']);
  });

  it('says that nothing came, whoever may have written', async () => {
    const wanted = full(record(totals(5)), { isWritten: () => Promise.resolve(true) });
    expect((await check(wanted, { table: totals(0, '0') })).result).toMatchObject({ verdict: 'bad' });
  });

  it('takes items that are gone for expired ones where there is a time to live, but not other ones', async () => {
    const expiring = full(record(totals(5)), { expires: true });
    expect((await check(expiring, { table: totals(4) })).result).toMatchObject({ verdict: 'doubtful' });
    expect((await check(expiring, { table: totals(5, 'b') })).result).toMatchObject({ verdict: 'bad' });
  });

  it('waits for entries of an index that come after the items (an index that fills seconds after refresh)', async () => {
    const index = [totals(0, '0'), totals(3, 'c'), totals(5)];
    const { result, readings } = await check(full(record(totals(5))), { table: totals(5), index });
    expect(result).toMatchObject({ verdict: 'good', items: record(totals(5)) });
    expect(readings).toEqual(['table', 'by-colour', 'by-colour', 'by-colour']);
  });

  it('doubts an index that stays behind, whose entries are not the same, or that is not there', async () => {
    const behind = await check(full(record(totals(5))), { table: totals(5), index: [totals(3, 'c')] });
    expect(behind.result).toMatchObject({
      verdict: 'doubtful',
      sentence: 'index by-colour gave 5 entries at the backup and gives 3',
    });
    const others = await check(full(record(totals(5))), { table: totals(5), index: [totals(5, 'c')] });
    expect(others.result).toMatchObject({ verdict: 'doubtful' });
    expect(others.readings).toHaveLength(2);
    const gone = { ...totals(5), indexes: [{ name: 'by-size', ...totals(5) }] };
    expect((await check(full(gone), { table: totals(5) })).result).toMatchObject({
      verdict: 'doubtful',
      sentence: 'index by-size is not there',
    });
  });

  it('without a checksum in the backup says how many there are, and judges by the sample', async () => {
    const sample = { items: 3, complete: false };
    expect((await check(full(null, { sample }), { table: totals(5) })).result).toMatchObject({
      verdict: 'good',
      sentence:
        'Read back all 5 items of users, all 5 entries of index by-colour: the backup has no checksum, so that there is nothing to compare with',
    });
    expect((await check(full(null, { sample }), { table: totals(0) })).result).toMatchObject({
      verdict: 'bad',
    });
    expect((await check(full(null, { sample }), { table: totals(2) })).result).toMatchObject({
      verdict: 'doubtful',
    });
  });

  it('can be made in two parts, each of which reads its own', async () => {
    const seen = { table: totals(5), index: [totals(2, 'c'), totals(5)] };
    const table = await check(full(record(totals(5)), { part: 'table' }), seen);
    expect(table).toMatchObject({ result: { verdict: 'good' }, readings: ['table'] });
    const indexes = await check(full(record(totals(5)), { part: 'indexes' }), seen);
    expect(indexes).toMatchObject({
      result: {
        verdict: 'good',
        sentence: 'Read back all 5 entries of index by-colour: the same as at the backup',
      },
      readings: ['by-colour', 'by-colour'],
    });
  });

  it('asks again when the server does not answer for a moment, and gives up in the end', async () => {
    const { result } = await check(full(record(totals(5))), { table: totals(5), unavailable: 2 });
    expect(result).toMatchObject({ verdict: 'good' });
    const { result: error } = await check(full(record(totals(5))), { table: totals(5), unavailable: 9 });
    expect(error).toMatchObject({ kind: 'unavailable' });
  });
});

describe('A check of a sample', () => {
  it('reads no more than that, and judges as ever', async () => {
    const sample = { items: 5, complete: true };
    const { result, readings } = await check({ check: 'sample', sample }, { table: totals(5) });
    expect(result).toMatchObject({ verdict: 'good', sentence: 'Read back all 5 items of users' });
    expect(readings).toEqual(['sample']);
    expect((await check({ check: 'sample', sample }, { table: totals(0) })).result).toMatchObject({
      verdict: 'bad',
      sentence: 'no item can be read, though 5 could while copying',
    });
    expect((await check({ check: 'sample', sstables: 1 }, { table: totals(0) })).result).toMatchObject({
      verdict: 'doubtful',
    });
  });
});

it('No check reads nothing', async () => {
  const { result, readings } = await check({ check: 'none' }, { table: totals(0) });
  expect(result).toMatchObject({ verdict: 'good', seen: undefined });
  expect(readings).toEqual([]);
});
