import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBegun, hasEnded, type JobTable } from '../model/job.js';
import { DATA } from '../model/sstable.js';
import { parseTableName } from '../model/table-name.js';
import type { SchemaWay } from './request.js';
import { exists } from '../system/files.js';
import type { TableJournal } from './journal.js';
import { removeCopy, SAFETY, takeSafetyCopy, type CopyPlace, type SafetyCopy } from './safety-copy.js';
import { setAside, WRITTEN } from './set-aside.js';
import type { RestoreTools } from './tools.js';

/**
 * Copies a table once more that a dead run was about to give up, as long as it is there: it has been written to since. Gives the
 * copy that shows the table as it was before. Where the server may have emptied it that is the older one, and the newer one, if
 * anything is in it, is set aside.
 */
export async function takeAgain(
  older: SafetyCopy,
  book: TableJournal,
  place: CopyPlace,
  judge: (copy: Pick<SafetyCopy, 'record' | 'staged'>) => Promise<SchemaWay>,
  tools: RestoreTools,
): Promise<SafetyCopy> {
  const { entry } = book;
  if (!mayBeWhole(entry)) return older;
  const present = await tools.engine.describe(parseTableName(entry.name));
  if (present.kind !== 'table' || present.record.id !== entry.liveId) return older;

  const places = await placesOf(entry.name, place.runId, tools);
  const directory = places.find((each) => each !== older.staged.directory);
  if (directory === undefined) throw new Error('there are two places');
  const copy = await book.step(
    'safety copy',
    async () => {
      const newer = await takeSafetyCopy(present.record, { ...place, directory }, judge, tools);
      if (!hasBegun(entry, 'truncate') || (await holdsAll(newer, older))) return newer;
      if (newer.staged.sstables === 0) await removeCopy(directory, tools);
      else await setAside(newer, book.jobId, aside(book), tools);
      return older;
    },
    ({ staged }) => ({ safetyCopy: staged.directory }),
  );
  if (copy !== older) await removeCopy(older.staged.directory, tools);
  return copy;
}

const aside = ({ jobId }: TableJournal) => ({
  when: `after job ${jobId} was cut off`,
  why: 'the table may have been emptied before',
});

/** Its truncation or removal was written down, and no more than that. */
const mayBeWhole = (entry: JobTable): boolean =>
  entry.liveId !== null &&
  !hasEnded(entry, 'truncate') &&
  !hasEnded(entry, 'remove') &&
  !hasBegun(entry, 'create') &&
  !hasBegun(entry, 'load') &&
  !hasBegun(entry, 'roll back');

/**
 * Every file of data that was there then still is: nothing was emptied, not even a part. After a compaction that cannot be told, and
 * the older copy is kept.
 */
async function holdsAll(newer: SafetyCopy, older: SafetyCopy): Promise<boolean> {
  const there = new Set(await inodesOf(newer));
  return (await inodesOf(older)).every((inode) => there.has(inode));
}

const inodesOf = ({ staged: { directory, names } }: SafetyCopy): Promise<readonly number[]> =>
  Promise.all(
    names.filter((name) => name.endsWith(DATA)).map(async (name) => (await lstat(join(directory, name))).ino),
  );

/** Where the copy of a job's table may lie: one place is free while another copy is taken. No table has a name with a tilde. */
async function placesOf(
  table: string,
  jobId: string,
  { engine }: Pick<RestoreTools, 'engine'>,
): Promise<readonly string[]> {
  const safety = join(await engine.workDirectory(), SAFETY);
  return [join(safety, jobId, table), join(safety, jobId, `${table}~again`)];
}

/** What a run that was cut off while it took another copy, or looked what was written, has left: the journal does not name it. */
export async function removeSpare({ entry, jobId }: TableJournal, tools: RestoreTools): Promise<void> {
  const written = join(await tools.engine.workDirectory(), SAFETY, jobId, `${entry.name}${WRITTEN}`);
  for (const place of [...(await placesOf(entry.name, jobId, tools)), written])
    if (place !== entry.safetyCopy && (await exists(place))) await removeCopy(place, tools);
}
