import { KnownError, messageOf } from '../errors.js';
import type { NodeIdentity } from '../engine/engine.js';
import { quoteName } from '../cql/quoting.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import { parseServerVersion } from '../model/server-version.js';
import { planCreation } from '../model/table-creation.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import { schemaOfTable } from '../model/schema-record.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { JournalTrouble, type TableJournal } from './journal.js';
import { loadFiles, placeFiles, waitForIndexes } from './load.js';
import { judgeReadBack } from './read-back.js';
import { readItems } from './read-items.js';
import type { PutBack } from './roll-back.js';
import { readSafetyCopy, type SafetyCopy } from './safety-copy.js';
import { putOptionsBack, putStreamOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';
import { touchedBy, type Touched } from './touched.js';

/**
 * Makes a table as it was before a job touched it, and proves it by reading the items. Everything that it needs stands in the
 * journal, so that another run can do it as well; and it can be done again where it was cut off. Rejects with the first thing
 * that stands in the way.
 */
export async function putBack(book: TableJournal, tools: RestoreTools): Promise<PutBack> {
  const { engine } = tools;
  const { entry } = book;
  // What failed may have been the server itself.
  await engine.untilServing();
  const name = parseTableName(entry.name);
  const touched = touchedBy(entry);
  const safety = entry.safetyCopy === null ? undefined : await readSafetyCopy(entry.safetyCopy);
  const present = await engine.describe(name);
  if (safety && present.kind === 'table' && present.record.id === safety.record.id)
    return touched.emptied ? fillAgain(present.record, safety, touched, tools) : stillThere(safety, touched);

  if (!safety && entry.liveId !== null) {
    if (present.kind === 'table' && present.record.id === entry.liveId && !touched.emptied)
      return { told: `The table '${name}' that was there before still is.`, copyKept: false };
    throw new KnownError('database', 'no copy of it was kept (--no-safety-copy)');
  }
  await removeOwn(name, touched, tools);
  if (!safety) return { told: `There is no table '${name}', as before.`, copyKept: false };
  return makeAgain(name, safety, book, tools);
}

function stillThere({ record: { name }, staged }: SafetyCopy, { removalUnanswered }: Touched): PutBack {
  return removalUnanswered
    ? {
        told: `The table '${name}' that was there before still is. Its removal was asked for without an answer, and may come yet: its copy is kept in ${staged.directory}.`,
        copyKept: true,
      }
    : {
        told: `The table '${name}' that was there before still is: it was not removed.`,
        copyKept: false,
      };
}

/** The table was kept and emptied: its own files go in again, after those of the backup, if any came, are out. */
async function fillAgain(
  record: TableRecord,
  safety: SafetyCopy,
  { loading }: Touched,
  tools: RestoreTools,
): Promise<PutBack> {
  const { engine, report } = tools;
  const { name } = record;
  report.info(`Putting back the items of ${name} that were there before`);
  if (loading) {
    // A load that a dead run began may still be under way: it is waited for, since it would go on after the truncation.
    await engine.refresh(record, { stream: false });
    await engine.truncate(record);
  }
  const node = await engine.identify();
  await loadCopy(record, safety, node, tools);
  const doubt = await doubtOf(name, safety, tools);
  if (doubt !== undefined) {
    return {
      told: `The items of '${name}' that were there before are loaded again, but ${doubt}. Their copy is kept in ${safety.staged.directory}.`,
      copyKept: true,
    };
  }
  return {
    told: isWhole(safety, node)
      ? `The table '${name}' is as it was before, with all its items.`
      : `The table '${name}' is as it was before, with the items that this node had of it; those of other nodes are gone.`,
    copyKept: false,
  };
}

const isWhole = ({ record }: SafetyCopy, { topology }: NodeIdentity): boolean =>
  nodeHoldsWholeTable(record.replication, topology);

/** Only what this job made goes; or what may be that, and holds nothing that could be lost. */
async function removeOwn(
  name: TableName,
  { madeId, removed, unsure }: Touched,
  { engine, report }: RestoreTools,
): Promise<void> {
  const present = await engine.describe(name);
  if (present.kind === 'missing') return;
  const isOwn = present.kind === 'table' && present.record.id === madeId;
  const isNobodys = async () =>
    (unsure || (removed && madeId === undefined)) && (await engine.sample(name, { most: 1 })).items === 0;
  if (!isOwn && !(await isNobodys())) {
    throw new KnownError('database', `a table '${name}' is there that this restore did not make`);
  }
  report.info(`Removing what the failed restore made of ${name}`);
  await engine.deleteTable(name);
}

/** The table was removed: a new one is made like it, under a new id. */
async function makeAgain(
  name: TableName,
  safety: SafetyCopy,
  book: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const { record, staged } = safety;
  const { engine, report } = tools;
  report.info(`Putting back the table ${name} that was there before`);
  const node = await engine.identify();
  const target = { server: parseServerVersion(node.engine, node.version), tablets: record.tablets };
  if (safety.way === 'cql') await createByCql(record, tools);
  else await noteMade((await engine.createTable(planCreation(record.schema, name, target))).id, book, tools);
  // Indexes complete themselves, and may take as long as a node is away.
  const again = await engine.untilReady(name, 'later');
  await noteMade(again.id, book, tools);
  await putOptionsBack(schemaOfTable(record), again, tools);
  await loadCopy(again, safety, node, tools);
  if (safety.way === 'cql') await createViews(record, tools);
  await setLateSettings(name, record.schema, target, tools);
  await putStreamOptionsBack(schemaOfTable(record), name, tools);
  await giveGrantsBack(name, { grants: record.grants, newKeyspace: false }, tools);

  const doubt = await doubtOf(name, safety, tools);
  if (doubt !== undefined) {
    return {
      told: `The table '${name}' that was there before is back under a new id, but ${doubt}. Its copy is kept in ${staged.directory}.`,
      copyKept: true,
    };
  }
  return {
    told: isWhole(safety, node)
      ? `The table '${name}' that was there before is back, with all its items, under a new id.`
      : `The table '${name}' that was there before is back under a new id, with the items that this node had of it; those of other nodes are gone.`,
    copyKept: false,
  };
}

/** So that whoever goes on after a cut knows it for the job's own. */
async function noteMade(madeId: string, book: TableJournal, { report }: RestoreTools): Promise<void> {
  await book.note({ madeId }).catch((error: unknown) => {
    if (!(error instanceof JournalTrouble)) throw error;
    report.warn(error.message);
  });
}

async function loadCopy(
  table: TableRecord,
  { record, staged }: SafetyCopy,
  { nodeCount }: NodeIdentity,
  tools: RestoreTools,
): Promise<void> {
  await placeFiles(await tools.engine.tableDirectory(table), staged, tools);
  await loadFiles(table, nodeCount > 1 || record.tablets === true, tools);
  await waitForIndexes(table, tools);
}

/** The reason to doubt the result, if there is one. Rejects where nothing is back. */
async function doubtOf(
  name: TableName,
  { staged, sample }: SafetyCopy,
  tools: RestoreTools,
): Promise<string | undefined> {
  const seen = await readItems(name, tools);
  const judgement = judgeReadBack({ sstables: staged.sstables, sample }, seen);
  if (judgement.verdict === 'bad') throw new KnownError('database', judgement.why);
  if (judgement.verdict === 'doubtful') return judgement.why;
  tools.report.info(`Table ${name} is as it was before: ${seen.items} items read`);
  return undefined;
}

/** As its own description says. The keyspace may be left of what failed; nothing is in it, for the table is gone. */
async function createByCql(record: TableRecord, { engine }: RestoreTools): Promise<void> {
  const others = await engine.neighbours(record.name);
  if (others.length > 0) throw new KnownError('database', `the keyspace holds ${others.join(', ')}, too`);
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(record.keyspace)}`);
  await engine.execute(record.keyspaceStatement);
  // The row of a stream log is of type table, too; the server makes the log with its table.
  for (const { type, name, statement } of record.statements)
    if (type === 'table' && name === record.name) await engine.execute(statement);
}

/** Of a table that CQL has made again; one that cannot be made is a warning, for the data is there. */
async function createViews(record: TableRecord, { engine, report }: RestoreTools): Promise<void> {
  for (const { type, name, statement } of record.statements) {
    if (type === 'table') continue;
    await engine.execute(statement).catch((error: unknown) => {
      report.warn(`${name} could not be made again: ${messageOf(error)}`);
    });
  }
}
