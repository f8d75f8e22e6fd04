import type { ItemSample } from '../engine/engine.js';
import { readTotals } from '../engine/read-items-record.js';
import type { IndexTotals, ItemsRecord, ItemTotals } from '../model/item-checksum.js';
import type { Manifest } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';
import { askAgain } from './ask-again.js';
import { checkIndexes, type CheckTools } from './check-indexes.js';
import { judgeTable, judgeTwice } from './check-judgement.js';
import { judgeReadBack, type Judgement } from './read-back.js';
import { readItems } from './read-items.js';
import type { ItemCheck } from './request.js';

export interface ItemsWanted {
  readonly check: ItemCheck;
  /** What a full check must find; null or absent when nobody recorded it. */
  readonly expected?: ItemsRecord | null | undefined;
  /** What could be read while copying: judges a sample, and a full check without `expected`. */
  readonly sample?: Manifest['sample'] | undefined;
  /** SSTables that were loaded: a doubt where nothing can be read of them and no sample is known. */
  readonly sstables?: number;
  /** The table has a time to live: items may go by themselves. */
  readonly expires?: boolean;
  /** Whether anything may have been written into the table since it was loaded; asked where that decides. */
  readonly isWritten?: () => Promise<boolean>;
  /** What of a full check is made: the table's own items while its indexes are being filled, the indexes alone later. */
  readonly part?: 'all' | 'table' | 'indexes';
}

export interface CheckResult {
  readonly verdict: Judgement['verdict'];
  /** A whole sentence where the verdict is good; else a clause that says why not, to follow `users: `. */
  readonly sentence: string;
  /** What could be read of the table itself; undefined where it was not read. */
  readonly seen: ItemSample | undefined;
  /** What a full check of the whole has read. */
  readonly items: ItemsRecord | undefined;
}

/**
 * Judges a table by its items, as the API gives them. Rejects when they cannot be read. A full check reads the whole table
 * and each index; entries that an index still lacks are waited for a while.
 */
export async function checkItems(
  name: TableName,
  wanted: ItemsWanted,
  tools: CheckTools,
): Promise<CheckResult> {
  const { check, part = 'all' } = wanted;
  if (check === 'full') return checkAll(name, { ...wanted, part }, tools);
  if (check === 'none') return unread(`The items of ${name} were not read: --check none`);
  if (part === 'indexes') return unread(`The indexes of ${name} were not read: --check sample`);
  const seen = await readItems(name, tools);
  const judgement = judgeReadBack({ sstables: wanted.sstables ?? 0, sample: wanted.sample }, seen);
  const read = `Read back ${seen.complete ? 'all' : 'a sample of'} ${seen.items} items of ${name}`;
  return { ...verdictOf(judgement, read), seen, items: undefined };
}

const unread = (sentence: string): CheckResult => ({
  verdict: 'good',
  sentence,
  seen: undefined,
  items: undefined,
});

async function checkAll(
  name: TableName,
  wanted: ItemsWanted & { readonly part: 'all' | 'table' | 'indexes' },
  tools: CheckTools,
): Promise<CheckResult> {
  const { expected, part } = wanted;
  const { own, judgement: ownJudgement } =
    part === 'indexes' ? UNREAD : await readAndJudge(name, wanted, tools);
  const seen = own && { items: own.count, complete: true };
  if (ownJudgement.verdict !== 'good' || part === 'table')
    return { ...verdictOf(ownJudgement, told(name, own?.count, [], expected)), seen, items: undefined };

  const { judgement, totals } = await checkIndexes(name, expected, tools);
  const items = own && { ...own, indexes: totals };
  return { ...verdictOf(judgement, told(name, own?.count, totals, expected)), seen, items };
}

interface OwnItems {
  readonly own: ItemTotals | undefined;
  readonly judgement: Judgement;
}

const UNREAD: OwnItems = { own: undefined, judgement: { verdict: 'good' } };

/** Between two readings: whoever writes now and then should be seen. */
const PAUSE_MS = 2_000;

/**
 * Reads every item of the table itself. What is not as recorded is read once more before anything is taken away for it, and is only
 * a doubt where somebody may have written: as long as there is anything that could be theirs.
 */
async function readAndJudge(
  name: TableName,
  { expected, sample, sstables = 0, expires = false, isWritten }: ItemsWanted,
  tools: CheckTools,
): Promise<OwnItems> {
  const read = () => askAgain(name, () => readTotals({ name }, tools), tools);
  const first = await read();
  if (!expected) {
    const judgement = judgeReadBack({ sstables, sample }, { items: first.count, complete: true });
    return { own: first, judgement };
  }
  const judgement = judgeTable(expected, first, expires);
  if (judgement.verdict !== 'bad') return { own: first, judgement };
  tools.report.info(`Reading ${name} again: ${judgement.why}`);
  await tools.clock.sleep(PAUSE_MS);
  const second = await read();
  const twice = judgeTwice(expected, [first, second], expires);
  const isDoubt = twice.verdict === 'bad' && second.count > 0 && (await isWritten?.()) === true;
  return {
    own: second,
    judgement: isDoubt
      ? { verdict: 'doubtful', why: `${twice.why}: somebody may have written into it since it was loaded` }
      : twice,
  };
}

const verdictOf = (judgement: Judgement, good: string): Pick<CheckResult, 'verdict' | 'sentence'> => ({
  verdict: judgement.verdict,
  sentence: judgement.verdict === 'good' ? good : judgement.why,
});

function told(
  name: TableName,
  count: number | undefined,
  indexes: readonly IndexTotals[],
  expected: ItemsRecord | null | undefined,
): string {
  const parts = [
    ...(count === undefined ? [] : [`all ${count} items of ${name}`]),
    ...indexes.map((each) => `all ${each.count} entries of index ${each.name}`),
  ];
  const compared = expected
    ? 'the same as at the backup'
    : 'the backup has no checksum, so that there is nothing to compare with';
  return parts.length === 0 ? `${name} has no index to read` : `Read back ${parts.join(', ')}: ${compared}`;
}
