import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../errors.js';
import { PRIVATE_FILE, reasonOf, syncDirectory } from '../../system/files.js';
import { expectRoom } from '../../system/room.js';
import { readArchive, type ReadArchiveOptions, type ReadEntryResult } from './read.js';

/** Writes every entry into an empty directory, synced, with our own mode and owner whatever the archive says. */
export async function unpackArchive(
  directory: string,
  options: Omit<ReadArchiveOptions, 'takeEntry'>,
): Promise<readonly ReadEntryResult[]> {
  const entries = await readArchive({
    ...options,
    async takeEntry(name, chunks, size) {
      // Without a manifest nobody knows before; and a data file system that is filled up stops the server.
      await expectRoom(directory, size, `unpacking ${name}`);
      const handle = await written(open(join(directory, name), 'wx', PRIVATE_FILE));
      try {
        for await (const chunk of chunks) await written(writeWhole(handle, chunk));
        await written(handle.sync());
      } finally {
        await handle.close();
      }
    },
  });
  await syncDirectory(directory);
  return entries;
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let from = 0;
  while (from < chunk.byteLength) from += (await handle.write(chunk, from)).bytesWritten;
}

/** What our own disk says is not the archive's fault. */
async function written<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // The documented words.
    throw new KnownError('files', `Failed to extract backup file: ${reasonOf(error)}`, { cause: error });
  }
}
