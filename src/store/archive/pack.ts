import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digests } from '../../system/digests.js';
import { PRIVATE_FILE } from '../../system/files.js';
import { compressBlock, USUAL_LEVEL } from './compress-block.js';
import { END_OF_ARCHIVE, memberOf, storedBlocks } from './gzip-member.js';
import { inOrder } from './in-order.js';
import { unpaced, type Pace } from './pace.js';
import { readBlocks, type Block, type FileToPack } from './read-blocks.js';
import { tarHeaderOfNothing } from './tar-header.js';
import { outputFile } from './output-file.js';

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
  readonly signal: AbortSignal;
  /** Bytes of the files so far. */
  readonly onBytes: (bytes: number) => void;
}

export interface PackedEntry extends Digests {
  readonly name: string;
  readonly mtimeMs: number;
  /** The bytes of the archive that hold this entry, its header and padding, and nothing else. */
  readonly segment: { readonly offset: number; readonly length: number; readonly sha256: string };
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
 * compression share it. It is a concatenation of gzip members, several for a large entry and at least one for each.
 *
 * Rejects with `files` when a file is not what it was said to be, or changes while it is read. What zlib made of the bytes is
 * not decompressed again: that took 25 % more CPU time, and finds no bad disk either, as it is read from memory. That is what
 * `verify` is for.
 */
export async function packArchive(packing: Packing): Promise<PackedArchive> {
  const { archive, directory, files, jobs, level = USUAL_LEVEL, pace = unpaced, signal, onBytes } = packing;
  const most = blocksAhead(jobs);
  const entries: PackedEntry[] = [];
  const handle = await open(archive, 'wx', PRIVATE_FILE);
  try {
    const output = outputFile(handle);
    let segment = { offset: 0, hash: createHash('sha256') };
    let bytes = 0;
    if (files.length === 0) await output.write(nothing(), () => undefined);

    const compress = async (block: Block): Promise<CompressedBlock> => ({
      ...block,
      member: await compressBlock(block.content, level),
    });
    const begin = async function* () {
      for await (const block of readBlocks({ directory, files, most, pace, signal }))
        yield { result: compress(block) };
    };
    for await (const { member, bytesOfFile, release, ends } of inOrder(begin(), most)) {
      for (const part of member) segment.hash.update(part);
      await output.write(member, release);
      onBytes((bytes += bytesOfFile));
      if (!ends) continue;
      const { offset, hash } = segment;
      const length = output.size - offset;
      entries.push({ ...ends, segment: { offset, length, sha256: hash.digest('hex') } });
      segment = { offset: output.size, hash: createHash('sha256') };
    }
    await output.write([END_OF_ARCHIVE], () => undefined);
    return { ...(await output.finish()), entries };
  } finally {
    await handle.close();
  }
}

function nothing(): readonly Uint8Array[] {
  const header = tarHeaderOfNothing();
  return memberOf(header, storedBlocks(header));
}
