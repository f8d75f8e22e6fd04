import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { asError } from '../../errors.js';
import { sameTime, type ReusablePart } from '../../model/reuse.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { reasonOf } from '../../system/files.js';
import { BLOCK, type BufferPool } from './buffer-pool.js';
import { openSource, readFully } from './open-source.js';
import type { OutputFile } from './output-file.js';
import type { Pace } from './pace.js';
import type { FileToPack } from './read-blocks.js';

export interface Copying {
  readonly directory: string;
  readonly file: FileToPack;
  readonly reusable: ReusablePart;
  /** The older archive. */
  readonly from: FileHandle;
  readonly output: OutputFile;
  readonly buffers: BufferPool;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Bytes of the file so far. */
  readonly onBytes: (bytes: number) => void;
}

export interface CopiedEntry extends Digests {
  readonly name: string;
  readonly mtimeMs: number;
  readonly segment: { readonly offset: number; readonly length: number; readonly sha256: string };
}

/** Why it was not copied: the file is another one now, or the older archive has not the bytes that it should have. */
export type NotCopied = { readonly kind: 'changed' } | { readonly kind: 'damaged'; readonly problem: string };

/**
 * Appends an entry as the compressed bytes that an older archive has of it. The file itself is read from its first byte to its
 * last and must be what the entry was made of; the compressed bytes must have the SHA-256 that they were written with. Else the
 * output is as it was before.
 */
export async function copyEntry(copying: Copying): Promise<CopiedEntry | NotCopied> {
  const { file, reusable, output } = copying;
  const { entry } = reusable;
  const mark = output.mark();
  // Of a Data.db both are long: side by side. Others are looked at first, since some do change.
  const early = reusable.crc32 === undefined ? await readSource(copying) : undefined;
  if (early && !isSame(early, reusable)) return { kind: 'changed' };
  const [source, copied] = await Promise.allSettled([early ?? readSource(copying), copySegment(copying)]);
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
  const segment = { offset: mark.size, length, sha256 };
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

/** A clause that says what is wrong with the older archive; undefined when all of it was copied. */
async function copySegment({
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
    const problem = await readFully(from, part, offset + done).then(
      (isThere) => (isThere ? undefined : 'the archive ends before it does'),
      (error: unknown) => `it cannot be read: ${reasonOf(error)}`,
    );
    if (problem !== undefined) return problem;
    hash.update(part);
    done += part.byteLength;
    await output.write([part], () => {
      buffers.give(buffer);
    });
  }
  if (hash.digest('hex') === sha256) return undefined;
  return 'its bytes in the archive are not those that were written (sha-256 of the segment differs)';
}
