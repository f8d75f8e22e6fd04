import { readTotals } from '../engine/read-items-record.js';
import { KnownError } from '../errors.js';
import { indexFacts } from '../model/index-facts.js';
import { areEqual, type IndexTotals, type ItemsRecord } from '../model/item-checksum.js';
import type { TableName } from '../model/table-name.js';
import { askAgain } from './ask-again.js';
import { judgeIndexes } from './check-judgement.js';
import type { Judgement } from './read-back.js';
import type { RestoreTools } from './tools.js';

export type CheckTools = Pick<RestoreTools, 'engine' | 'report' | 'clock' | 'signal'>;

export interface CheckedIndexes {
  readonly judgement: Judgement;
  readonly totals: readonly IndexTotals[];
}

/**
 * Reads every entry of every index that the table has now, and judges them where it is known what they must be. Entries that
 * are lacking are waited for a while. Rejects when an index cannot be read.
 */
export async function checkIndexes(
  name: TableName,
  expected: ItemsRecord | null | undefined,
  tools: CheckTools,
): Promise<CheckedIndexes> {
  const described = await tools.engine.describe(name);
  if (described.kind !== 'table') throw new KnownError('missing', `Table '${name}' is ${described.kind}`);
  const totals = new Map<string, IndexTotals>();
  const readOne = async (index: string) => {
    const read = await askAgain(name, () => readTotals({ name, index }, tools), tools);
    totals.set(index, { name: index, ...read });
  };
  for (const index of indexFacts(described.record.schema.describe).keys()) await readOne(index);
  if (!expected) return { judgement: { verdict: 'good' }, totals: [...totals.values()] };
  await whileLacking(expected, totals, readOne, tools);
  return { judgement: judgeIndexes(expected, [...totals.values()]), totals: [...totals.values()] };
}

/** Entries of indexes are written behind those of the table, also when nothing waits in its staging folder any more. */
const FILLING = { deadlineMs: 60_000, firstMs: 500, mostMs: 10_000 };

/** Reads again what lacks entries. What is still lacking at the deadline is judged as it is. */
async function whileLacking(
  { indexes }: ItemsRecord,
  totals: ReadonlyMap<string, IndexTotals>,
  readOne: (index: string) => Promise<void>,
  { clock, signal }: CheckTools,
): Promise<void> {
  const lacking = () =>
    indexes.filter((wanted) => {
      const found = totals.get(wanted.name);
      return found !== undefined && !areEqual(wanted, found) && found.count < wanted.count;
    });
  const deadline = clock.now().getTime() + FILLING.deadlineMs;
  let pause = FILLING.firstMs;
  while (lacking().length > 0 && clock.now().getTime() < deadline) {
    await clock.sleep(pause, signal);
    for (const { name } of lacking()) await readOne(name);
    pause = Math.min(2 * pause, FILLING.mostMs);
  }
}
