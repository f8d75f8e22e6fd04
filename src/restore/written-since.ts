import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { DATA } from '../model/sstable.js';
import type { TableRecord } from '../model/table-record.js';
import { namesIn } from '../system/files.js';
import type { TableJournal } from './journal.js';
import { removeCopy } from './safety-copy.js';
import { copyOfNow } from './set-aside.js';
import type { RestoreTools } from './tools.js';

/**
 * The names of the files of data that a table has, those included that wait for its indexes. What is written from now on comes into
 * other ones.
 */
export async function dataFilesOf(
  record: TableRecord,
  { engine }: Pick<RestoreTools, 'engine'>,
): Promise<ReadonlySet<string>> {
  const { path } = await engine.tableDirectory(record);
  const names = [...(await namesIn(path)), ...(await namesIn(join(path, 'staging')))];
  return new Set(names.filter((name) => name.endsWith(DATA)));
}

/**
 * Whether the table may have been written to since it had these files: what is in memory is flushed by a snapshot, so that it shows. A
 * compaction looks the same, and counts as a writing: it hides whether there was one. So does a table at which nobody can look.
 */
export async function isWrittenSince(
  record: TableRecord,
  files: ReadonlySet<string>,
  book: TableJournal,
  tools: RestoreTools,
): Promise<boolean> {
  try {
    const { staged } = await copyOfNow(record, book, tools);
    await removeCopy(staged.directory, tools);
    return staged.names.some((name) => name.endsWith(DATA) && !files.has(name));
  } catch (error) {
    tools.report.info(`Whether ${record.name} was written to cannot be told: ${messageOf(error)}`);
    return true;
  }
}
