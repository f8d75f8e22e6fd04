import { createHash } from 'node:crypto';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import type { Segment } from '../../model/manifest.js';
import type { ReusablePart } from '../../model/reuse.js';
import type { Digests } from '../../system/digests.js';
import { PRIVATE_FILE, reasonOf } from '../../system/files.js';
import { bufferPool, type BufferPool } from './buffer-pool.js';
import { compressBlock, USUAL_LEVEL } from './compress-block.js';
import { copyEntry } from './copy-entry.js';
import { END_OF_ARCHIVE, memberOf, storedBlocks } from './gzip-member.js';
import { inOrder } from './in-order.js';
import { unpaced, type Pace } from './pace.js';
import { permits } from './permits.js';
import { readBlocks, type Block, type FileToPack } from './read-blocks.js';
import { tarHeaderOfNothing } from './tar-header.js';
import { outputFile, type OutputFile } from './output-file.js';

export interface Packing {
  readonly directory: string;
  /** In this order; each becomes the entry `./<name>`. */
  readonly files: readonly FileToPack[];
  readonly archive: string;
  /** How many blocks are compressed side by side. */
  readonly jobs: number;
  /** 1 to 9. */
  readonly level?: number;
  readonly pace?: Pace;
  /** An older archive, some entries of which need not be compressed again. */
  readonly reuse?: Reuse;
  readonly signal: AbortSignal;
  /** Bytes of the files so far. */
  readonly onBytes: (bytes: number) => void;
}

export interface Reuse {
  readonly archive: string;
  /** By the names of the files that they may still be. */
  readonly entries: ReadonlyMap<string, ReusablePart>;
  /** Told of each entry that the older archive has not as it was written; null: of all. It is compressed anew, unless this throws. */
  readonly onDamaged: (name: string | null, problem: string) => void;
}

export interface PackedEntry extends Digests {
  readonly name: string;
  /** Whether its compressed bytes were copied from the older archive. */
  readonly reused: boolean;
  readonly mtimeMs: number;
  /** The bytes of the archive that hold this entry, its header and padding, and nothing else. */
  readonly segment: Segment;
}

export interface PackedArchive {
  readonly size: number;
  readonly sha256: string;
  readonly entries: readonly PackedEntry[];
}

interface CompressedBlock extends Block {
  readonly member: readonly Uint8Array[];
}

/** Blocks between the disk and the pool: whatever the machine has, memory stays below 100 MiB. */
const MOST_AHEAD = 24;

/** How many blocks may be held at once so that this many are being worked on. */
export const blocksAhead = (jobs: number): number => Math.min(jobs + 2, MOST_AHEAD);

/**
 * Writes a `.tar.gz` that any tar can read, synced to the disk, in one pass: each byte is read once, and SHA-256, CRC-32 and
 * compression share it. It is a concatenation of gzip members, several for a large entry and at least one for each. What the
 * older archive has already is copied from there, as `copyEntry` promises.
 *
 * Rejects with `files` when a file is not what it was said to be, or changes while it is read. What zlib made of the bytes is
 * not decompressed again: that took 27 % more CPU time, and finds no bad disk either, as it is read from memory. That is what
 * `verify` is for; what nobody ever decompressed is when it is copied, once, so that no mistake is handed on.
 */
export async function packArchive(packing: Packing): Promise<PackedArchive> {
  const { archive, directory, files, reuse, pace = unpaced, signal, onBytes } = packing;
  const entries: PackedEntry[] = [];
  const handle = await open(archive, 'wx', PRIVATE_FILE);
  let older: FileHandle | undefined;
  try {
    older = reuse && (await openOlder(reuse));
    const output = outputFile(handle);
    const buffers = bufferPool();
    const shared = permits(blocksAhead(packing.jobs));
    let bytes = 0;
    const count = (more: number) => {
      onBytes((bytes += more));
    };
    if (files.length === 0) await output.write(nothing(), () => undefined);

    let fresh: FileToPack[] = [];
    const compressFresh = async () => {
      entries.push(...(await compressFiles(fresh, { ...packing, output, buffers, onBytes: count })));
      fresh = [];
    };
    for (const file of files) {
      const reusable = reuse?.entries.get(file.name);
      if (!older || !reusable) {
        fresh.push(file);
        continue;
      }
      await compressFresh();
      const before = bytes;
      const copying = { directory, file, reusable, from: older, output, buffers, shared, pace, signal };
      const onRead = (done: number) => {
        onBytes(before + done);
      };
      const copied = await copyEntry({ ...copying, onBytes: onRead });
      if ('kind' in copied) {
        if (copied.kind === 'damaged') reuse?.onDamaged(file.name, copied.problem);
        fresh.push(file);
        continue;
      }
      count(file.size);
      entries.push({ ...copied, reused: true });
    }
    await compressFresh();
    await output.write([END_OF_ARCHIVE], () => undefined);
    return { ...(await output.finish()), entries };
  } finally {
    await handle.close();
    await older?.close();
  }
}

/** Undefined, once it was told, where it cannot be opened: then all is compressed anew. */
async function openOlder({ archive, entries, onDamaged }: Reuse): Promise<FileHandle | undefined> {
  if (entries.size === 0) return undefined;
  try {
    const found = await lstat(archive);
    if (found.isFile()) return await open(archive, 'r');
    onDamaged(null, `${archive} is no regular file`);
    return undefined;
  } catch (error) {
    onDamaged(null, `${archive} cannot be opened: ${reasonOf(error)}`);
    return undefined;
  }
}

interface Compressing extends Pick<Packing, 'directory' | 'jobs' | 'level' | 'pace' | 'signal'> {
  readonly output: OutputFile;
  readonly buffers: BufferPool;
  /** Told how many bytes of the files more are done. */
  readonly onBytes: (more: number) => void;
}

/** Compressed side by side, also blocks of several files, and appended in their order. */
async function compressFiles(
  files: readonly FileToPack[],
  { directory, jobs, level = USUAL_LEVEL, pace = unpaced, signal, output, buffers, onBytes }: Compressing,
): Promise<readonly PackedEntry[]> {
  const entries: PackedEntry[] = [];
  let segment = { offset: output.size, hash: createHash('sha256') };
  const compress = async (block: Block): Promise<CompressedBlock> => ({
    ...block,
    member: await compressBlock(block.content, level),
  });
  const begin = async function* () {
    for await (const block of readBlocks({ directory, files, buffers, pace, signal }))
      yield { result: compress(block) };
  };
  for await (const { member, bytesOfFile, release, ends } of inOrder(begin(), blocksAhead(jobs))) {
    for (const part of member) segment.hash.update(part);
    await output.write(member, release);
    onBytes(bytesOfFile);
    if (!ends) continue;
    const { offset, hash } = segment;
    const length = output.size - offset;
    entries.push({ ...ends, reused: false, segment: { offset, length, sha256: hash.digest('hex') } });
    segment = { offset: output.size, hash: createHash('sha256') };
  }
  return entries;
}

function nothing(): readonly Uint8Array[] {
  const header = tarHeaderOfNothing();
  return memberOf(header, storedBlocks(header));
}
