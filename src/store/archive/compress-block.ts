import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { memberOf, storedBlocks } from './gzip-member.js';

const deflate = promisify(deflateRaw);

/** Blocks smaller than this are not worth a look before. */
const LEAST_TO_PROBE = 128 * 1024;
const PIECES = 16;
const PIECE = 2048;
const MIDDLE = 64 * 1024;

/** From this share on, looking for repetitions is dear and finds next to none. */
const DENSE = 0.7;
/** From this share on, compression is a waste of two cores. */
const HOPELESS = 0.995;

/** The level that gzip has when nobody says anything, and ours. */
export const USUAL_LEVEL = 6;

/**
 * One gzip member of this content, made on the thread pool. The usual level is a mixture, chosen for each block:
 *
 * - what is dense already (the LZ4 chunks of an SSTable) gets level 1: what there is to gain is in the literals;
 * - what is plain (uncompressed SSTables, Index.db) gets level 6;
 * - what would not shrink (Zstd chunks, encrypted values) is stored.
 *
 * Tried on the LZ4 chunks of a real Data.db of 5.2 MB in blocks of 1 MiB, one core, share left and MB/s (GNU gzip -6: 0.8148
 * and 26): level 1 0.8219 65, 2 0.8201 62, 3 0.8188 59, 4 0.8159 56, 6 0.8148 53, 9 0.8148 52, each with memLevel 9; memLevel
 * 8 costs a fifth of the speed (level 6: 0.8163 44). Z_HUFFMAN_ONLY 0.8910 164 and Z_RLE 0.8911 152 leave 9 % more than gzip,
 * three times what is allowed; smaller windows likewise (2 KiB 0.8889 91, 8 KiB 0.8479 67). Z_FILTERED is slower and worse.
 */
export async function compressBlock(content: Buffer, level: number): Promise<readonly Uint8Array[]> {
  const chosen = await levelFor(content, level);
  if (chosen === 'store') return memberOf(content, storedBlocks(content));
  const deflated = await deflateAll(content, chosen);
  const isSmaller = deflated.byteLength < content.byteLength;
  return memberOf(content, isSmaller ? [deflated] : storedBlocks(content));
}

async function levelFor(content: Buffer, level: number): Promise<number | 'store'> {
  if (content.byteLength < LEAST_TO_PROBE) return level;
  const share = await shareLeft(piecesOf(content));
  if (share >= HOPELESS) {
    // Short pieces do not show what repeats after more than their length: a second opinion.
    const from = (content.byteLength - MIDDLE) >> 1;
    if ((await shareLeft(content.subarray(from, from + MIDDLE))) >= HOPELESS) return 'store';
  }
  return level === USUAL_LEVEL && share >= DENSE ? 1 : level;
}

const shareLeft = async (sample: Buffer): Promise<number> =>
  (await deflateAll(sample, 1)).byteLength / sample.byteLength;

/** Spread over the block, as it may hold rows of many kinds. */
function piecesOf(content: Buffer): Buffer {
  const sample = Buffer.allocUnsafe(PIECES * PIECE);
  const step = Math.floor((content.byteLength - PIECE) / (PIECES - 1));
  for (let piece = 0; piece < PIECES; piece += 1)
    content.copy(sample, piece * PIECE, piece * step, piece * step + PIECE);
  return sample;
}

/** With room for the worst case, so that zlib writes into one buffer. */
const deflateAll = (content: Buffer, level: number): Promise<Buffer> =>
  deflate(content, { level, memLevel: 9, chunkSize: content.byteLength + (content.byteLength >> 8) + 64 });
