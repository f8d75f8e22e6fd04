import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../errors.js';
import type { Manifest } from '../../model/manifest.js';
import { PRIVATE_FILE, reasonOf, syncDirectory } from '../../system/files.js';
import { expectRoom } from '../../system/room.js';
import { differences } from './compare.js';
import { readArchive, type ReadArchiveOptions, type ReadEntryResult } from './read.js';
import { readSegments } from './read-segments.js';
import { segmentsOf } from './segments.js';

export interface UnpackOptions extends Omit<ReadArchiveOptions, 'takeEntry'> {
  /** What the manifest says; absent for folders without one. */
  readonly record?: Manifest['archive'];
  /** How many blocks are decompressed side by side; 1 if nobody says. */
  readonly jobs?: number;
}

/** Files that are being written out to the disk while the next ones are unpacked. */
const MOST_SYNCING = 8;

/**
 * Writes every entry into an empty directory, synced, with our own mode and owner whatever the archive says; each byte is proven
 * on the way as far as the record allows. Rejects with `damaged`, naming the file.
 */
export async function unpackArchive(
  directory: string,
  { record, jobs = 1, ...options }: UnpackOptions,
): Promise<readonly ReadEntryResult[]> {
  const syncing = new Set<Promise<void>>();
  const takeEntry: ReadArchiveOptions['takeEntry'] = async (name, chunks, size) => {
    // Without a manifest nobody knows before; and a data file system that is filled up stops the server.
    await expectRoom(directory, size, `unpacking ${name}`);
    const handle = await written(open(join(directory, name), 'wx', PRIVATE_FILE));
    try {
      for await (const chunk of chunks) await written(writeWhole(handle, chunk));
    } catch (error) {
      await handle.close();
      throw error;
    }
    const sync = written(handle.sync()).finally(() => handle.close());
    syncing.add(sync);
    // Its failure is looked at below; it must not count as unhandled until then.
    sync.then(
      () => syncing.delete(sync),
      () => undefined,
    );
    if (syncing.size >= MOST_SYNCING) await Promise.race(syncing);
  };
  try {
    const entries = await readAll({ ...options, takeEntry }, record, jobs);
    await Promise.all(syncing);
    await syncDirectory(directory);
    return entries;
  } finally {
    await Promise.allSettled(syncing);
  }
}

async function readAll(
  options: ReadArchiveOptions,
  record: Manifest['archive'] | undefined,
  jobs: number,
): Promise<readonly ReadEntryResult[]> {
  const segments = record && segmentsOf(record);
  if (record && segments) return readSegments({ ...options, record, segments, jobs });
  const entries = await readArchive(options);
  const wrong = record ? differences(record.entries, entries) : [];
  if (wrong.length > 0) throw new KnownError('damaged', `${options.archive}: ${wrong.join('; ')}`);
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
    throw new KnownError('files', `Failed to extract backup file: ${reasonOf(error)}`, {
      cause: error,
      hint: 'See that the file system of the data directory has room and can be written, then restore again.',
    });
  }
}
