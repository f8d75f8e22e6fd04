import { kindOf, KnownError, messageOf } from '../errors.js';
import type { NodeIdentity, TableDirectory } from '../engine/engine.js';
import { hasBegun, hasEnded, type JobTable } from '../model/job.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import { namesIn } from '../system/files.js';
import { judgePutBack, readAgain } from './judge-put-back.js';
import type { TableJournal } from './journal.js';
import { expectNoForeignFiles, loadFiles, placeFiles, settleIndexes, waitForIndexes } from './load.js';
import { noteIfPossible, noteLoaded } from './loaded-files.js';
import { makeAgain } from './make-again.js';
import type { PutBack } from './roll-back.js';
import { readSafetyCopy, type SafetyCopy } from './safety-copy.js';
import { keepWritten } from './set-aside.js';
import { stillWithoutCopy } from './still-without-copy.js';
import type { RestoreTools } from './tools.js';
import { takeOut, waitedIn } from './take-out.js';
import { touchedBy, type Touched } from './touched.js';

/**
 * Makes a table as it was before a job touched it, and proves it by reading the items. Everything that it needs stands in the
 * journal, so that another run can do it as well; and it can be done again where it was cut off. Rejects with the first thing
 * that stands in the way.
 */
export async function putBack(book: TableJournal, tools: RestoreTools): Promise<PutBack> {
  const { engine, report } = tools;
  const { entry } = book;
  // What failed may have been the server itself.
  await engine.untilServing();
  const name = parseTableName(entry.name);
  const touched = touchedBy(entry);
  const safety = entry.safetyCopy === null ? undefined : await readSafetyCopy(entry.safetyCopy);
  const present = await engine.describe(name);
  const before = present.kind === 'table' && isFromBefore(present.record, entry) ? present.record : undefined;
  if (safety && before)
    return touched.emptied
      ? fillAgain(before, safety, book, tools)
      : stillThere(safety, touched, book, tools);

  if (!safety && entry.liveId !== null) {
    if (before) return stillWithoutCopy(name, book, tools);
    throw new KnownError('database', 'no copy of it was kept (--no-safety-copy)');
  }
  await removeOwn(name, touched, book, tools);
  if (!safety) return { told: `There is no table '${name}', as before.`, isDoubtful: false };
  report.info(`Putting back the table ${name} that was there before`);
  const { record, node, ofTheMaker } = await makeAgain(name, safety, book, tools, (...made) =>
    loadCopy(book, ...made),
  );
  return judgePutBack(
    {
      jobId: book.jobId,
      safety,
      node,
      ofTheMaker,
      whole: `The table '${record.name}' that was there before is back, with all its items, under a new id`,
      share: `The table '${record.name}' that was there before is back under a new id, with the items that this node had of it; those of other nodes are gone`,
      doubtful: `The table '${record.name}' that was there before is back under a new id`,
    },
    tools,
  );
}

/**
 * Whether it is the table that was there before. A new one may have got the same id (CREATE TABLE … WITH ID): once the old one was
 * removed and a new one asked for, it is the new one.
 */
function isFromBefore({ id }: TableRecord, entry: JobTable): boolean {
  const isOurs = entry.madeId === id || (hasEnded(entry, 'remove') && hasBegun(entry, 'create'));
  return id === entry.liveId && !isOurs;
}

/** Its items are read all the same: the copy goes afterwards. */
async function stillThere(
  safety: SafetyCopy,
  { removed, removalUnanswered }: Touched,
  { jobId }: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const { record, staged } = safety;
  const still = `The table '${record.name}' that was there before still is`;
  const kept = `its copy is kept in ${staged.directory}, and alternator-backup undo ${jobId} loads it`;
  if (removalUnanswered)
    return {
      told: `${still}. Its removal was asked for without an answer, and may come yet: ${kept}.`,
      isDoubtful: true,
    };
  if (removed)
    return {
      told: `${still}, though the server has said that it was removed, so that it may go yet: ${kept}.`,
      isDoubtful: true,
    };
  const { doubt } = await readAgain(record.name, safety, tools).catch((error: unknown) => ({
    doubt: messageOf(error),
  }));
  return doubt === undefined
    ? { told: `${still}: it was not removed.`, isDoubtful: false }
    : { told: `${still}: it was not removed, but ${doubt}; ${kept}.`, isDoubtful: true };
}

/** The table was kept and emptied: its own files go in again, after those of the backup, if any came, are out. */
async function fillAgain(
  record: TableRecord,
  safety: SafetyCopy,
  book: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const { engine, report } = tools;
  const { entry } = book;
  const { name } = record;
  const { loading, emptyingUnanswered } = touchedBy(entry);
  const directory = await engine.tableDirectory(record);
  if (loading) {
    await expectOnlyOurs(directory, entry, safety);
    await keepWritten(record, book, tools);
  }
  report.info(`Putting back the items of ${name} that were there before`);
  if (loading) {
    // A load that a dead run began may still be under way: it is waited for, since it would go on after the truncation. That
    // the server does not take these files is perhaps why we are here.
    await engine.refresh(record, { stream: false }).catch((error: unknown) => {
      report.info(`What was being loaded into ${name} is taken out again: ${messageOf(error)}`);
    });
  }
  await takeOut(directory, entry);
  if (loading) {
    await settleIndexes(record, tools);
    await emptyAgain(record, book, tools);
  }
  const node = await engine.identify();
  await loadCopy(book, record, safety, node, tools);
  return judgePutBack(
    {
      jobId: book.jobId,
      safety,
      node,
      ofTheMaker: [],
      whole: `The table '${name}' is as it was before, with all its items`,
      share: `The table '${name}' is as it was before, with the items that this node had of it; those of other nodes are gone`,
      doubtful: `The items of '${name}' that were there before are loaded again`,
      ...(emptyingUnanswered && {
        doubt: 'its truncation was asked for without an answer, and may come yet',
      }),
    },
    tools,
  );
}

/** Whoever goes on after a cut, or without an answer, must know that it was asked for. Once there is a doubt, it stays. */
async function emptyAgain(
  record: TableRecord,
  book: TableJournal,
  { engine }: Pick<RestoreTools, 'engine'>,
): Promise<void> {
  const { emptying } = book.entry;
  await noteIfPossible({ emptying: true }, book);
  await engine.truncate(record).catch(async (error: unknown) => {
    if (kindOf(error) === 'database') await noteIfPossible({ emptying }, book);
    throw error;
  });
  await noteIfPossible({ emptying }, book);
}

/** Files of somebody else in `upload/` would be loaded by what follows, and then be emptied out with the rest. */
async function expectOnlyOurs(
  directory: TableDirectory,
  entry: JobTable,
  { staged }: SafetyCopy,
): Promise<void> {
  const waited = waitedIn(entry);
  const source = waited === null ? [] : [{ directory: waited, names: await namesIn(waited) }];
  await expectNoForeignFiles(directory, staged, ...source);
}

/** Only what this job made goes; or what may be that, and holds nothing that could be lost. */
async function removeOwn(
  name: TableName,
  { madeId, removed, unsure }: Touched,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  const { engine, report } = tools;
  const present = await engine.describe(name);
  if (present.kind === 'missing') return;
  const isOwn = present.kind === 'table' && present.record.id === madeId;
  const isNobodys = async () =>
    (unsure || (removed && madeId === undefined)) && (await engine.sample(name, { most: 1 })).items === 0;
  if (!isOwn && !(await isNobodys())) {
    throw new KnownError('database', `a table '${name}' is there that this restore did not make`);
  }
  if (present.kind === 'table') await keepWritten(present.record, book, tools);
  report.info(`Removing what the failed restore made of ${name}`);
  await engine.deleteTable(name);
}

async function loadCopy(
  book: TableJournal,
  table: TableRecord,
  { record, staged }: SafetyCopy,
  { nodeCount }: NodeIdentity,
  tools: RestoreTools,
): Promise<void> {
  await placeFiles(await tools.engine.tableDirectory(table), staged, tools);
  const stream = nodeCount > 1 || record.tablets === true;
  const loaded = await noteLoaded(table, staged.directory, book, tools, () =>
    loadFiles(table, stream, tools),
  );
  // So that whoever goes on after a cut knows them for the job's own.
  await noteIfPossible(loaded, book);
  await waitForIndexes(table, tools);
}
