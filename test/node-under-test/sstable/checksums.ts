import { crc32 } from 'node:zlib';
import type { CompressionInfo } from './compression-info.js';

export interface ChunkDamage {
  /** Offset of the first bad chunk in Data.db. */
  readonly offset: number;
  /** What a Scylla server says of it. */
  readonly reason: string;
}

const CHECKSUM_BYTES = 4;

/** Every compressed chunk is followed by its CRC-32. A chunk ends where the next begins, the last one where the file ends. */
export function damagedCompressedChunk(data: Buffer, { offsets }: CompressionInfo): ChunkDamage | undefined {
  for (const [chunk, offset] of offsets.entries()) {
    const next = offsets[chunk + 1];
    const end = next ?? data.length;
    const length = end - offset - CHECKSUM_BYTES;
    if (end > data.length || length < 0) {
      const actual = Math.max(0, data.length - offset);
      return {
        offset,
        reason: `compressed reader hit premature end-of-file at file offset ${offset}, expected chunk_len=${length}, actual=${actual}`,
      };
    }
    const expected = data.readUInt32BE(end - CHECKSUM_BYTES);
    const actual = crc32(data.subarray(offset, end - CHECKSUM_BYTES));
    if (actual !== expected) {
      return {
        offset,
        reason: `compressed chunk of size ${length} at file offset ${offset} failed checksum, expected=${expected}, actual=${actual}`,
      };
    }
  }
  return undefined;
}

/** CRC.db of an uncompressed SSTable: the length of a piece, then the CRC-32 of each piece of Data.db. */
export function damagedPiece(data: Buffer, checksums: Buffer): ChunkDamage | undefined {
  const size = checksums.readUInt32BE(0);
  for (let piece = 0; piece * size < data.length; piece++) {
    const offset = piece * size;
    const bytes = data.subarray(offset, offset + size);
    const position = 4 + 4 * piece;
    const expected = position + 4 <= checksums.length ? checksums.readUInt32BE(position) : 0;
    const actual = crc32(bytes);
    if (actual !== expected) {
      return {
        offset,
        reason: `Checksummed chunk of size ${bytes.length} at file offset ${offset} failed checksum: expected=${expected}, actual=${actual}`,
      };
    }
  }
  return undefined;
}
