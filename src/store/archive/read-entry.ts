import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { KnownError, messageOf } from '../../errors.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { entryContent, OTHER_SEGMENT, type SegmentedEntry } from './entry-content.js';
import { blocksAhead } from './pack.js';
import { permits, type Permits } from './permits.js';

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
  for await (const { compressed, data } of entryContent(handle, entry, shared)) {
    signal.throwIfAborted();
    compressedHash.update(compressed);
    onBytes?.(compressed.byteLength);
    counter.add(data);
    if (data.byteLength > 0) yield data;
  }
  const digests = counter.finish();
  if (compressedHash.digest('hex') !== entry.segment.sha256) throw new Error(OTHER_SEGMENT);
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
