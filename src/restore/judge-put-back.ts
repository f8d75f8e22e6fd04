import type { NodeIdentity } from '../engine/engine.js';
import { KnownError, messageOf } from '../errors.js';
import { grantsWithout, type Grant } from '../model/grant.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable } from '../model/schema-record.js';
import type { TableName } from '../model/table-name.js';
import { judgeReadBack } from './read-back.js';
import { readItems } from './read-items.js';
import type { PutBack } from './roll-back.js';
import type { SafetyCopy } from './safety-copy.js';
import type { RestoreTools } from './tools.js';

/** What was put back, and how to say so. */
export interface PutBackToJudge {
  readonly jobId: string;
  readonly safety: SafetyCopy;
  readonly node: NodeIdentity;
  /** Grants that the server gave to the role that made the table: no difference. */
  readonly ofTheMaker: readonly Grant[];
  /** Sentences without their full stop: where all is as before, where one node's share is, where there is a doubt. */
  readonly whole: string;
  readonly share: string;
  readonly doubtful: string;
  /** What leaves a doubt whatever can be read, as a clause. */
  readonly doubt?: string;
}

/**
 * Reads the items and compares the schema: each difference is a warning of its own, and the copy is kept while there is one.
 * Rejects where no item is back.
 */
export async function judgePutBack(put: PutBackToJudge, tools: RestoreTools): Promise<PutBack> {
  const { safety, node } = put;
  const { name, replication } = safety.record;
  const { items, doubt } = await readAgain(name, safety, tools);
  const isLike = await compareWithCopy(put, tools);
  const doubts = [
    ...(put.doubt === undefined ? [] : [put.doubt]),
    ...(doubt === undefined ? [] : [doubt]),
    ...(isLike ? [] : ['its schema is not proven to be as before (the warnings say why)']),
  ];
  if (doubts.length > 0) {
    return {
      told: `${put.doubtful}, but ${doubts.join(', and ')}. Its copy is kept in ${safety.staged.directory}, and alternator-backup undo ${put.jobId} loads it once more.`,
      isDoubtful: true,
    };
  }
  tools.report.info(`Table ${name} is as it was before: ${items} items read`);
  const isWhole = nodeHoldsWholeTable(replication, node.topology);
  return { told: `${isWhole ? put.whole : put.share}.`, isDoubtful: false };
}

/** How many items are there, and the reason to doubt them, if there is one. Rejects where nothing is back. */
export async function readAgain(
  name: TableName,
  { staged, sample }: SafetyCopy,
  tools: RestoreTools,
): Promise<{ readonly items: number; readonly doubt: string | undefined }> {
  const seen = await readItems(name, tools).catch((error: unknown) => {
    // Whoever could not read them before cannot read them now.
    if (sample !== null) throw error;
    return messageOf(error);
  });
  if (typeof seen === 'string') return { items: 0, doubt: `its items cannot be read: ${seen}` };
  const judgement = judgeReadBack({ sstables: staged.sstables, sample }, seen);
  if (judgement.verdict === 'bad') throw new KnownError('database', judgement.why);
  return { items: seen.items, doubt: judgement.verdict === 'doubtful' ? judgement.why : undefined };
}

/** Whether the live schema is proven to be that of the copy. */
async function compareWithCopy(
  { safety: { record }, ofTheMaker }: PutBackToJudge,
  { engine, report }: RestoreTools,
): Promise<boolean> {
  const { name } = record;
  try {
    const described = await engine.describe(name);
    if (described.kind !== 'table') throw new KnownError('database', `it is ${described.kind}`);
    const now = schemaOfTable(described.record);
    const live = { ...now, grants: now.grants && grantsWithout(now.grants, ofTheMaker) };
    const saved = schemaOfTable(record);
    const differences = schemaDrift(saved, live);
    const untold = notCompared(saved, live);
    for (const line of differences) report.warn(`not as before: ${name}: ${line}`);
    if (untold.length > 0)
      report.warn(`${name}: not compared with before, since the server does not tell: ${untold.join('; ')}`);
    return differences.length + untold.length === 0;
  } catch (error) {
    report.warn(`The schema of ${name} could not be compared with that of before: ${messageOf(error)}`);
    return false;
  }
}
