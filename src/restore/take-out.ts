import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableDirectory } from '../engine/engine.js';
import type { JobTable } from '../model/job.js';
import { namesIn, syncDirectory } from '../system/files.js';

/** Where the files of a job's source wait, or null once they are cleared away. */
export const waitedIn = ({ staged, source }: Pick<JobTable, 'staged' | 'source'>): string | null =>
  source.kind === 'copy' ? source.directory : staged;

/**
 * Takes the files of a job's source out of `upload/` again, where the server has not taken them: they would be loaded along with
 * what is put back. Only what is the very file that waited for this job (its inode tells) is ours.
 */
export async function takeOut(
  { path }: TableDirectory,
  entry: Pick<JobTable, 'staged' | 'source'>,
): Promise<void> {
  const waited = waitedIn(entry);
  if (waited === null) return;
  const upload = join(path, 'upload');
  let removed = 0;
  for (const name of await namesIn(upload)) {
    if (!(await isSameFile(join(upload, name), join(waited, name)))) continue;
    await rm(join(upload, name));
    removed += 1;
  }
  if (removed > 0) await syncDirectory(upload);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
