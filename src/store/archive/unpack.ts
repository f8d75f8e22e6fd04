import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PRIVATE_FILE, syncDirectory } from '../../system/files.js';
import { readArchive, type ReadArchiveOptions, type ReadEntryResult } from './read.js';

/** Writes every entry into an empty directory, synced, with our own mode and owner whatever the archive says. */
export async function unpackArchive(
  directory: string,
  options: Omit<ReadArchiveOptions, 'takeEntry'>,
): Promise<readonly ReadEntryResult[]> {
  const entries = await readArchive({
    ...options,
    async takeEntry(name, chunks) {
      const handle = await open(join(directory, name), 'wx', PRIVATE_FILE);
      try {
        for await (const chunk of chunks) await handle.write(chunk);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  });
  await syncDirectory(directory);
  return entries;
}
