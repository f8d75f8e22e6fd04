import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobTable } from '../model/job.js';
import { DATA } from '../model/sstable.js';
import type { TableRecord } from '../model/table-record.js';
import { namesIn } from '../system/files.js';
import { JournalTrouble, type TableJournal } from './journal.js';
import type { RestoreTools } from './tools.js';

type LoadedFiles = NonNullable<JobTable['loaded']>;

/** The files of data of a folder; none of one that is not there. */
export async function dataIn(directory: string): Promise<LoadedFiles> {
  const names = (await namesIn(directory)).filter((name) => name.endsWith(DATA));
  const found = await Promise.all(
    names.map((name) =>
      lstat(join(directory, name)).then(
        ({ ino: inode }) => [{ name, inode }],
        // The server has compacted it meanwhile.
        () => [],
      ),
    ),
  );
  return found.flat();
}

/** Of a table, those included that wait for its indexes. */
async function dataOf(record: TableRecord, { engine }: Pick<RestoreTools, 'engine'>): Promise<LoadedFiles> {
  const { path } = await engine.tableDirectory(record);
  return [...(await dataIn(path)), ...(await dataIn(join(path, 'staging')))];
}

/**
 * Loads what waits in a folder, and gives the table's files that came of it, for the journal: what has come beside them is people's,
 * and must not vanish when the table is emptied again. A load that fails may have brought a part, which is written down at once.
 */
export async function noteLoaded(
  record: TableRecord,
  waiting: string,
  book: TableJournal,
  tools: RestoreTools,
  load: () => Promise<void>,
): Promise<Pick<JobTable, 'loaded'>> {
  const before = await dataOf(record, tools);
  const ours = await dataIn(waiting);
  const loaded = async () => ({
    loaded: [...(book.entry.loaded ?? []), ...broughtBy(ours, before, await dataOf(record, tools))],
  });
  await load().catch(async (error: unknown) => {
    await loaded().then(
      (facts) => noteIfPossible(facts, book),
      () => {
        throw error;
      },
    );
    throw error;
  });
  return loaded();
}

/** Known from now on, be it to this run only: that a journal cannot be written is told by the next step that begins or ends. */
export async function noteIfPossible(facts: Partial<JobTable>, book: TableJournal): Promise<void> {
  await book.note(facts).catch((error: unknown) => {
    if (!(error instanceof JournalTrouble)) throw error;
  });
}

/**
 * A server that moves the files keeps their inodes: then everything else that came is of somebody who writes. One that makes files of
 * its own of them (it streams, or fills indexes by that) has made all that came meanwhile, for all that can be told.
 */
function broughtBy(waited: LoadedFiles, before: LoadedFiles, after: LoadedFiles): LoadedFiles {
  const waitedFor = inodesOf(waited);
  const there = inodesOf(before);
  const fresh = after.filter(({ inode }) => !there.has(inode));
  const now = inodesOf(after);
  const areMoved = waited.length > 0 && waited.every(({ inode }) => now.has(inode));
  return areMoved ? fresh.filter(({ inode }) => waitedFor.has(inode)) : fresh;
}

export const inodesOf = (files: LoadedFiles): ReadonlySet<number> => new Set(files.map(({ inode }) => inode));
