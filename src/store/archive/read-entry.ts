import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { KnownError, messageOf } from '../../errors.js';
import type { ArchiveEntry } from '../../model/manifest.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { blocksAhead } from './pack.js';
import { permits, type Permits } from './permits.js';
import { readMembers } from './read-members.js';
import { paddingAfter, readTarHeader } from './tar-header.js';

/** An entry whose place in the archive is known. */
export type SegmentedEntry = ArchiveEntry & { readonly segment: NonNullable<ArchiveEntry['segment']> };

export const hasSegment = (entry: ArchiveEntry): entry is SegmentedEntry => entry.segment !== null;

export interface ReadingEntry {
  readonly handle: FileHandle;
  readonly entry: SegmentedEntry;
  readonly shared: Permits;
  readonly signal: AbortSignal;
  readonly onBytes?: (compressed: number) => void;
  /** Told when the last byte was found right; the bytes given before are no promise. */
  readonly onProven?: (digests: Digests) => void;
}

/**
 * The bytes of one entry, from its own byte range of the archive, nothing else read. Ends normally only when all is right: the
 * CRC-32 and length of every member, the segment's SHA-256, the tar header, the size and SHA-256 of the content. Never gives
 * more bytes than the manifest says. Rejects with `damaged`, naming the entry.
 */
export async function* entryBytes(reading: ReadingEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const { entry } = reading;
  try {
    yield* checkedBytes(reading);
  } catch (error) {
    reading.signal.throwIfAborted();
    throw new KnownError('damaged', `${entry.name}: ${messageOf(error)}`, { cause: error });
  }
}

async function* checkedBytes({
  handle,
  entry,
  shared,
  signal,
  onBytes,
  onProven,
}: ReadingEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const compressedHash = createHash('sha256');
  const counter = new DigestCounter();
  let left: number | undefined;
  let padding = paddingAfter(entry.size);
  for await (const { compressed, content } of readMembers(handle, entry.segment, shared)) {
    signal.throwIfAborted();
    compressedHash.update(compressed);
    onBytes?.(compressed.byteLength);
    let from = 0;
    if (left === undefined) {
      const header = readTarHeader(content, entry);
      if (typeof header === 'string') throw new Error(header);
      from = header;
      left = entry.size;
    }
    const data = content.subarray(from, from + left);
    left -= data.byteLength;
    padding -= content.byteLength - from - data.byteLength;
    if (padding < 0) throw new Error('more comes out of the archive than its size says');
    counter.add(data);
    if (data.byteLength > 0) yield data;
  }
  if (left !== 0 || padding !== 0) throw new Error('less comes out of the archive than its size says');
  const digests = counter.finish();
  if (compressedHash.digest('hex') !== entry.segment.sha256)
    throw new Error(
      'its bytes in the archive are not those that were written (sha-256 of the segment differs)',
    );
  if (digests.sha256 !== entry.sha256) throw new Error('has other bytes than it had (sha-256 differs)');
  onProven?.(digests);
}

/** One file of an archive alone, as `entryBytes` promises. */
export async function* readEntry(
  archive: string,
  entry: SegmentedEntry,
  { jobs, signal }: { readonly jobs: number; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(archive, 'r');
  try {
    yield* entryBytes({ handle, entry, shared: permits(blocksAhead(jobs)), signal });
  } finally {
    await handle.close();
  }
}
