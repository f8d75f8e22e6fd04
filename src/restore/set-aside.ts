import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors.js';
import { hasBegun, hasEnded, type JobTable } from '../model/job.js';
import type { TableRecord } from '../model/table-record.js';
import { exists, removeIfEmpty, renameDurably } from '../system/files.js';
import type { TableJournal } from './journal.js';
import { dataIn, inodesOf } from './loaded-files.js';
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
  { when, why }: { readonly when: string; readonly why: string },
  { engine, report }: RestoreTools,
): Promise<string> {
  const folder = join(await engine.workDirectory(), SET_ASIDE, jobId);
  await makeWorkDirectory(folder);
  let place = join(folder, name);
  for (let number = 2; await exists(place); number += 1) place = join(folder, `${name}-${number}`);
  await renameDurably(staged.directory, place);
  await removeIfEmpty(dirname(staged.directory));
  report.warn(
    `${name} may have been written to ${when}, and ${why}. A copy of it with all that is in ${place}: ` +
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
  const place = { runId: jobId, number: 0, directory, forAMoment: true };
  return takeSafetyCopy(record, place, () => Promise.resolve('alternator'), tools);
}

/**
 * Before a table that was made or loaded by its restore is emptied or deleted: what people have written into it since is kept. Nothing
 * stays where nobody wrote. A run that goes back for a failure of its own is not kept from it where no copy can be made.
 */
export async function keepWritten(
  record: TableRecord,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  const { name } = record;
  const seen = await tools.engine.sample(name, { most: 1 }).catch(() => undefined);
  // Not loaded yet: as a rule there is nothing in it, and it may not even be ready for a snapshot.
  if (!book.loadedBefore && seen?.items === 0) return;
  if (book.touchedBefore) {
    await keepCopy(record, `after job ${book.jobId} was cut off`, book, tools);
    return;
  }
  if (seen === undefined && !hasBegun(book.entry, 'load')) return;
  await keepCopy(record, `while job ${book.jobId} restored it`, book, tools).catch((error: unknown) => {
    tools.report.warn(
      `Whether ${name} was written to while it was restored cannot be told, and what was is not kept: ${messageOf(error)}`,
    );
  });
}

async function keepCopy(
  record: TableRecord,
  when: string,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  const copy = await copyOfNow(record, book, tools);
  if (await isWrittenBeside(copy, book.entry))
    await setAside(copy, book.jobId, { when, why: 'goes back to what it was before' }, tools);
  else await removeCopy(copy.staged.directory, tools);
}

/** Any file of data that is none of those that were loaded, be it by a putting back. */
async function isWrittenBeside({ staged: { directory } }: SafetyCopy, entry: JobTable): Promise<boolean> {
  const waited = waitedIn(entry);
  const sources = [waited, entry.safetyCopy].filter((each) => each !== null);
  const moved = inodesOf((await Promise.all(sources.map(dataIn))).flat());
  const noted = new Map(entry.loaded?.map(({ inode, name }) => [inode, name]));
  const others = (await dataIn(directory)).filter(
    ({ inode, name }) => !moved.has(inode) && noted.get(inode) !== name,
  );
  if (entry.loaded !== null || !hasEnded(entry, 'load')) return others.length > 0;
  // A journal of an older release: what is as old as the load has to do.
  const loadedAt = Date.parse(entry.steps.findLast(({ step }) => step === 'load')?.endedAt ?? '');
  const times = await Promise.all(
    others.map(async ({ name }) => (await lstat(join(directory, name))).mtimeMs),
  );
  return times.some((time) => !(time <= loadedAt));
}
