import { areEqual, type IndexTotals, type ItemsRecord, type ItemTotals } from '../model/item-checksum.js';
import type { Judgement } from './read-back.js';

/**
 * Judges every item of a table by what was recorded when the backup was made. Items that are missing or not the same are a
 * failed load. More of them are a doubt only: somebody writes, and nobody can tell whether the recorded ones are among them.
 * Nor can anybody where items expire by themselves.
 */
export function judgeTable(expected: ItemTotals, seen: ItemTotals, expires: boolean): Judgement {
  if (areEqual(expected, seen)) return { verdict: 'good' };
  const counted = `${expected.count} items were backed up and ${seen.count} can be read`;
  if (seen.count > expected.count) return { verdict: 'doubtful', why: `${counted}: is somebody writing?` };
  if (expires && seen.count < expected.count)
    return { verdict: 'doubtful', why: `${counted}: some may have expired meanwhile` };
  return {
    verdict: 'bad',
    why:
      seen.count < expected.count
        ? counted
        : `${seen.count} items can be read, as many as were backed up, but they are not the same`,
  };
}

/**
 * Judges a table that was read twice because the first reading did not give what was recorded. Where the two differ from one another
 * somebody is writing, and nobody can tell what the load has brought; where they agree on something else, that is what is there.
 */
export function judgeTwice(
  expected: ItemTotals,
  [first, second]: readonly [ItemTotals, ItemTotals],
  expires: boolean,
): Judgement {
  const judgement = judgeTable(expected, second, expires);
  if (judgement.verdict !== 'bad' || areEqual(first, second)) return judgement;
  return { verdict: 'doubtful', why: `${judgement.why}, and two readings differ: somebody is writing` };
}

/** The items are proven when this is asked; what an index lacks can be made again from them, so that it is a doubt. */
export function judgeIndexes(expected: ItemsRecord, seen: readonly IndexTotals[]): Judgement {
  const problems = expected.indexes.flatMap((wanted) => {
    const found = seen.find(({ name }) => name === wanted.name);
    if (!found) return `index ${wanted.name} is not there`;
    if (areEqual(wanted, found)) return [];
    return wanted.count === found.count
      ? `index ${wanted.name} gives as many entries as at the backup (${found.count}), but not the same`
      : `index ${wanted.name} gave ${wanted.count} entries at the backup and gives ${found.count}`;
  });
  return problems.length === 0 ? { verdict: 'good' } : { verdict: 'doubtful', why: problems.join('; ') };
}
