import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasEnded, type JobTable } from '../model/job.js';
import { DATA } from '../model/sstable.js';
import type { TableRecord } from '../model/table-record.js';
import { exists, removeIfEmpty, renameDurably } from '../system/files.js';
import type { TableJournal } from './journal.js';
import { removeCopy, SAFETY, takeSafetyCopy, type SafetyCopy } from './safety-copy.js';
import type { RestoreTools } from './tools.js';
import { makeWorkDirectory } from './work-directory.js';

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
    `${name} was written to after job ${jobId} was cut off, and ${why}. A copy of it with all that is in ${place}: ` +
      `cp -p ${place}/*-*-* into upload/ of the table and nodetool refresh -- ${keyspace} ${name} add it again. ` +
      'Remove it when nobody needs it: nothing else does.',
  );
  return place;
}

/**
 * Before a table that a dead run had loaded is emptied or deleted: what people have written into it since is kept. Nothing stays
 * where nobody wrote.
 */
export async function keepWritten(
  record: TableRecord,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  if (!book.loadedBefore) return;
  const { entry, jobId } = book;
  const directory = join(await tools.engine.workDirectory(), SAFETY, jobId, `${entry.name}~written`);
  const place = { runId: jobId, number: 0, directory };
  const copy = await takeSafetyCopy(record, place, () => Promise.resolve('alternator'), tools);
  if (await isWrittenSince(copy, entry))
    await setAside(copy, jobId, 'goes back to what it was before', tools);
  else await removeCopy(directory, tools);
}

/** Any file of data that is neither one of those that were loaded, nor as old as the load. */
async function isWrittenSince({ staged }: SafetyCopy, entry: JobTable): Promise<boolean> {
  if (!hasEnded(entry, 'load')) return false;
  const loadedAt = Date.parse(entry.steps.findLast(({ step }) => step === 'load')?.endedAt ?? '');
  const waited = entry.source.kind === 'copy' ? entry.source.directory : entry.staged;
  for (const name of staged.names.filter((each) => each.endsWith(DATA))) {
    const { ino, mtimeMs } = await lstat(join(staged.directory, name));
    const loaded = waited === null ? undefined : await lstat(join(waited, name)).catch(() => undefined);
    if (loaded?.ino !== ino && !(mtimeMs <= loadedAt)) return true;
  }
  return false;
}
