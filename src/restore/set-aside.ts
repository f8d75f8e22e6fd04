import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasEnded, type JobTable } from '../model/job.js';
import { DATA } from '../model/sstable.js';
import type { TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import { exists, namesIn, removeIfEmpty, renameDurably } from '../system/files.js';
import type { TableJournal } from './journal.js';
import { removeCopy, SAFETY, takeSafetyCopy, type SafetyCopy } from './safety-copy.js';
import { waitedIn } from './take-out.js';
import type { RestoreTools } from './tools.js';
import { makeWorkDirectory } from './work-directory.js';

/** Behind the name of a table: no table has one with a tilde. */
export const WRITTEN = '~written';

/** Copies that no job goes back to. Nothing but people removes them. */
export const SET_ASIDE = 'set-aside';

/** Keeps a copy for people, who alone know what of it they need. That is a warning. Gives where it is. */
export async function setAside(
  { record: { name, keyspace }, staged }: SafetyCopy,
  jobId: string,
  why: string,
  { engine, report }: RestoreTools,
): Promise<string> {
  const folder = join(await engine.workDirectory(), SET_ASIDE, jobId);
  await makeWorkDirectory(folder);
  let place = join(folder, name);
  for (let number = 2; await exists(place); number += 1) place = join(folder, `${name}-${number}`);
  await renameDurably(staged.directory, place);
  await removeIfEmpty(dirname(staged.directory));
  report.warn(
    `${name} may have been written to after job ${jobId} was cut off, and ${why}. A copy of it with all that is in ${place}: ` +
      `cp -p ${place}/*-*-* into upload/ of the table and nodetool refresh -- ${keyspace} ${name} add it again. ` +
      'Remove it when nobody needs it: nothing else does.',
  );
  return place;
}

/** What is in a table now, as a copy for a moment: whoever asked for it removes it, or sets it aside. */
export async function copyOfNow(
  record: TableRecord,
  { entry, jobId }: Pick<TableJournal, 'entry' | 'jobId'>,
  tools: RestoreTools,
): Promise<SafetyCopy> {
  const directory = join(await tools.engine.workDirectory(), SAFETY, jobId, `${entry.name}${WRITTEN}`);
  const place = { runId: jobId, number: 0, directory };
  return takeSafetyCopy(record, place, () => Promise.resolve('alternator'), tools);
}

/**
 * Before a table that a dead run had made, or loaded, is emptied or deleted: what people have written into it since is kept. Nothing
 * stays where nobody wrote.
 */
export async function keepWritten(
  record: TableRecord,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  if (!book.touchedBefore) return;
  // Not loaded yet: as a rule there is nothing in it, and it may not even be ready for a snapshot.
  if (!book.loadedBefore && (await isEmpty(record.name, tools))) return;
  const copy = await copyOfNow(record, book, tools);
  if (await isWrittenBeside(copy, book.entry))
    await setAside(copy, book.jobId, 'goes back to what it was before', tools);
  else await removeCopy(copy.staged.directory, tools);
}

/** What cannot be read is not empty. */
const isEmpty = (name: TableName, { engine }: RestoreTools): Promise<boolean> =>
  engine.sample(name, { most: 1 }).then(
    ({ items }) => items === 0,
    () => false,
  );

/**
 * Any file of data that is neither one of those that were loaded, be it by a putting back, nor as old as the load. Where the load was
 * cut off, what the server has made of them cannot be told from what people wrote.
 */
async function isWrittenBeside({ staged }: SafetyCopy, entry: JobTable): Promise<boolean> {
  const loadedAt = hasEnded(entry, 'load')
    ? Date.parse(entry.steps.findLast(({ step }) => step === 'load')?.endedAt ?? '')
    : Number.NEGATIVE_INFINITY;
  const loaded = [...(await dataInodes(waitedIn(entry))), ...(await dataInodes(entry.safetyCopy))];
  for (const name of staged.names.filter((each) => each.endsWith(DATA))) {
    const { ino, mtimeMs } = await lstat(join(staged.directory, name));
    if (!loaded.includes(ino) && !(mtimeMs <= loadedAt)) return true;
  }
  return false;
}

async function dataInodes(directory: string | null): Promise<readonly number[]> {
  const names = directory === null ? [] : await namesIn(directory);
  const found = names.filter((name) => name.endsWith(DATA));
  return Promise.all(found.map(async (name) => (await lstat(join(directory ?? '', name))).ino));
}
