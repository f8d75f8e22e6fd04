import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { asError, messageOf } from '../../errors.js';
import type { Segment } from '../../model/manifest.js';
import { sameTime, type ReusablePart } from '../../model/reuse.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { errorCode, reasonOf } from '../../system/files.js';
import { BLOCK, type BufferPool } from './buffer-pool.js';
import { entryContent, OTHER_SEGMENT } from './entry-content.js';
import { ENDS_BEFORE } from './read-members.js';
import { openSource, readFully } from './open-source.js';
import type { OutputFile } from './output-file.js';
import type { Pace } from './pace.js';
import type { Permits } from './permits.js';
import type { FileToPack } from './read-blocks.js';

export interface Copying {
  readonly directory: string;
  readonly file: FileToPack;
  readonly reusable: ReusablePart;
  /** The older archive. */
  readonly from: FileHandle;
  readonly output: OutputFile;
  readonly buffers: BufferPool;
  /** How many blocks of the older archive are held at once. */
  readonly shared: Permits;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Bytes of the file so far. */
  readonly onBytes: (bytes: number) => void;
}

export interface CopiedEntry extends Digests {
  readonly name: string;
  readonly mtimeMs: number;
  readonly segment: Segment & { readonly opened: true };
}

/** Why it was not copied: the file is another one now, or the older archive has not the bytes that it should have. */
export type NotCopied = { readonly kind: 'changed' } | { readonly kind: 'damaged'; readonly problem: string };

/**
 * Appends an entry as the compressed bytes that an older archive has of it. The file itself is read from its first byte to its
 * last and must be what the entry was made of; the compressed bytes must have the SHA-256 that they were written with. Those
 * that nobody ever decompressed must give back the file as well (of a Data.db by its CRC-32 too), since a segment that was
 * compressed or recorded wrong would be copied for ever. Else the output is as it was before. The older manifest is trusted to say
 * which those are: whoever may write it may write the archive as well, and `verify` finds what they did.
 */
export async function copyEntry(copying: Copying): Promise<CopiedEntry | NotCopied> {
  const { file, reusable, output } = copying;
  const { entry } = reusable;
  const mark = output.mark();
  // Of a Data.db both are long: side by side. Others are looked at first, since some do change.
  const early = reusable.crc32 === undefined ? await readSource(copying) : undefined;
  if (early && !isSame(early, reusable)) return { kind: 'changed' };
  const copy = entry.segment.opened === true ? copyOpened : copyUnopened;
  const [source, copied] = await Promise.allSettled([early ?? readSource(copying), copy(copying)]);
  if (source.status === 'rejected') throw asError(source.reason);
  if (copied.status === 'rejected') throw asError(copied.reason);
  if (!isSame(source.value, reusable)) {
    await output.takeBack(mark);
    return { kind: 'changed' };
  }
  if (copied.value !== undefined) {
    await output.takeBack(mark);
    return { kind: 'damaged', problem: copied.value };
  }
  const { mtimeMs, crc32: crc } = source.value;
  const { length, sha256 } = entry.segment;
  const segment = { offset: mark.size, length, sha256, opened: true as const };
  return { name: file.name, size: file.size, sha256: entry.sha256, crc32: crc, mtimeMs, segment };
}

interface Source {
  readonly mtimeMs: number;
  readonly crc32: number;
  /** Not counted of a `Data.db`. */
  readonly sha256: string | undefined;
}

/** What the file is now; undefined where it is not as it was when the snapshot was looked at. */
async function readSource({
  directory,
  file,
  reusable,
  buffers,
  pace,
  signal,
  onBytes,
}: Copying): Promise<Source | undefined> {
  const handle = await openSource(join(directory, file.name));
  const buffer = buffers.take(Math.min(BLOCK, file.size));
  try {
    const before = await handle.stat();
    if (!before.isFile() || before.size !== file.size) return undefined;
    const counter = reusable.crc32 === undefined ? new DigestCounter() : undefined;
    let crc = 0;
    for (let done = 0; done < file.size;) {
      signal.throwIfAborted();
      const part = buffer.subarray(0, Math.min(BLOCK, file.size - done));
      if (!(await readFully(handle, part, done))) return undefined;
      if (counter) counter.add(part);
      else crc = crc32(part, crc);
      done += part.byteLength;
      await pace(part.byteLength, signal);
      onBytes(done);
    }
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) return undefined;
    const digests = counter?.finish();
    return { mtimeMs: before.mtimeMs, crc32: digests?.crc32 ?? crc, sha256: digests?.sha256 };
  } finally {
    buffers.give(buffer);
    await handle.close();
  }
}

/** The tar header is copied as well: it says the time in seconds. */
function isSame(source: Source | undefined, { entry, crc32: expected }: ReusablePart): source is Source {
  if (!source || !sameTime(source.mtimeMs, entry.mtimeMs)) return false;
  return expected === undefined ? source.sha256 === entry.sha256 : source.crc32 === expected;
}

/** A clause that says what is wrong with the older archive; undefined when all of the segment was copied. */
async function copyOpened({
  from,
  reusable: { entry },
  output,
  buffers,
  signal,
}: Copying): Promise<string | undefined> {
  const { offset, length, sha256 } = entry.segment;
  const hash = createHash('sha256');
  for (let done = 0; done < length;) {
    signal.throwIfAborted();
    const buffer = buffers.take(Math.min(BLOCK, length - done));
    const part = buffer.subarray(0, Math.min(BLOCK, length - done));
    // Only what reading rejects with is about the older archive.
    const isRead = await readFully(from, part, offset + done).catch(clauseOf);
    if (isRead !== true) {
      buffers.give(buffer);
      return isRead === false ? ENDS_BEFORE : isRead;
    }
    hash.update(part);
    await output.write([part], () => {
      buffers.give(buffer);
    });
    done += part.byteLength;
  }
  return hash.digest('hex') === sha256 ? undefined : OTHER_SEGMENT;
}

/** Likewise, decompressed on the way, side by side: undefined when it gives back the file as well. */
async function copyUnopened({
  from,
  reusable: { entry, crc32: expected },
  output,
  shared,
  signal,
}: Copying): Promise<string | undefined> {
  const hash = createHash('sha256');
  const content = createHash('sha256');
  let crc = 0;
  const parts = entryContent(from, entry, shared)[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal.throwIfAborted();
      // Only what reading rejects with is about the older archive.
      const part = await parts.next().catch(clauseOf);
      if (typeof part === 'string') return part;
      if (part.done === true) break;
      const { compressed, data } = part.value;
      hash.update(compressed);
      content.update(data);
      if (expected !== undefined) crc = crc32(data, crc);
      await output.write([compressed], () => undefined);
    }
  } finally {
    await parts.return();
  }
  if (hash.digest('hex') !== entry.segment.sha256) return OTHER_SEGMENT;
  // The record as well: with a wrong one every copy of a right segment would be found invalid.
  const isSame = content.digest('hex') === entry.sha256 && (expected === undefined || crc === expected);
  return isSame ? undefined : 'what comes out of the archive are not the bytes that were archived';
}

const clauseOf = (error: unknown): string =>
  errorCode(error) === undefined ? messageOf(error) : `it cannot be read: ${reasonOf(error)}`;
