import { describe, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { damagedCompressedChunk, damagedPiece } from '../../node-under-test/sstable/checksums.js';
import { isGeneration, parseComponentName } from '../../node-under-test/sstable/component-name.js';
import { parseCompressionInfo } from '../../node-under-test/sstable/compression-info.js';
import { hasSeveralPartitions } from '../../node-under-test/sstable/partition-index.js';

describe('names of components', () => {
  it('tell version, generation and component', () => {
    expect(parseComponentName('nb-3h5p_1dtd_4cgps2m8h69swm849x-big-Data.db')).toEqual({
      version: 'nb',
      id: '3h5p_1dtd_4cgps2m8h69swm849x',
      prefix: 'nb-3h5p_1dtd_4cgps2m8h69swm849x-big',
      component: 'Data.db',
    });
    expect(parseComponentName('me-7-big-TOC.txt.tmp')?.component).toBe('TOC.txt.tmp');
  });

  it.each(['README.txt', '.hidden', 'la-1-big-Data.db', 'da-1-bti-Data.db', 'nb-1-Data.db'])(
    'are not found in %s',
    (name) => {
      expect(parseComponentName(name)).toBeUndefined();
    },
  );

  it('have a number or a time as generation', () => {
    expect(['12', '3h5p_1dtd_4cgps2m8h69swm849x'].map(isGeneration)).toEqual([true, true]);
    expect(['abc', '', '3h5p_1dtd'].map(isGeneration)).toEqual([false, false, false]);
  });
});

/** CompressionInfo.db of version nb. */
function compressionInfo(offsets: readonly number[], dataLength = 100_000): Buffer {
  const name = Buffer.from('LZ4Compressor');
  const fixed = Buffer.alloc(4 + 4 + 4 + 8 + 4);
  fixed.writeInt32BE(16_384, 4);
  fixed.writeBigInt64BE(BigInt(dataLength), 12);
  fixed.writeInt32BE(offsets.length, 20);
  const list = Buffer.alloc(8 * offsets.length);
  offsets.forEach((offset, chunk) => list.writeBigInt64BE(BigInt(offset), 8 * chunk));
  return Buffer.concat([Buffer.from([0, name.length]), name, fixed, list]);
}

const withChecksum = (bytes: Buffer) => {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return Buffer.concat([bytes, checksum]);
};

describe('compressed data', () => {
  const chunks = [Buffer.from('first chunk'), Buffer.from('second'), Buffer.from('third one')].map(
    withChecksum,
  );
  const data = Buffer.concat(chunks);
  const info = { offsets: [0, 15, 25] };

  it('is whole when every chunk has its checksum', () => {
    expect(parseCompressionInfo(compressionInfo(info.offsets), 'nb')).toEqual(info);
    expect(damagedCompressedChunk(data, info)).toBeUndefined();
  });

  it.each([
    ['a byte', 17, 15],
    ['a checksum', data.length - 1, 25],
  ])('is damaged by one other bit in %s', (_what, at, offset) => {
    const damaged = Buffer.from(data);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    expect(damagedCompressedChunk(damaged, info)?.offset).toBe(offset);
  });

  it('is damaged when it ends in the middle of a chunk, or a byte later', () => {
    expect(damagedCompressedChunk(data.subarray(0, 20), info)).toEqual({
      offset: 15,
      reason: 'compressed reader hit premature end-of-file at file offset 15, expected chunk_len=6, actual=5',
    });
    expect(damagedCompressedChunk(Buffer.concat([data, Buffer.from([0])]), info)?.offset).toBe(25);
  });

  it.each([
    ['offsets that go back', compressionInfo([0, 25, 15])],
    ['an offset beyond all data', compressionInfo([0, 15, 2 ** 40])],
    ['fewer offsets than announced', compressionInfo([0, 15]).subarray(0, -8)],
    ['more bytes than announced', Buffer.concat([compressionInfo([0, 15]), Buffer.alloc(8)])],
    ['nothing', Buffer.alloc(0)],
  ])('cannot be read by a CompressionInfo with %s', (_what, bytes) => {
    expect(parseCompressionInfo(bytes, 'nb')).toBeUndefined();
  });
});

it('finds a changed byte in uncompressed data by CRC.db', () => {
  const data = Buffer.from('abcdefghij');
  const sums = Buffer.alloc(4 + 3 * 4);
  sums.writeUInt32BE(4, 0);
  [0, 4, 8].forEach((offset, piece) =>
    sums.writeUInt32BE(crc32(data.subarray(offset, offset + 4)), 4 + 4 * piece),
  );
  expect(damagedPiece(data, sums)).toBeUndefined();
  expect(damagedPiece(Buffer.from('abcdeFghij'), sums)?.offset).toBe(4);
});

it('counts more than one partition in Index.db, whatever the length of an entry', () => {
  const entry = (key: string, position: readonly number[], promoted: readonly number[]) =>
    Buffer.concat([
      Buffer.from([0, key.length]),
      Buffer.from(key),
      Buffer.from(position),
      Buffer.from(promoted),
    ]);
  const small = entry('p1', [0], [0]);
  // A position of two bytes, and a promoted index of three whose length takes two.
  const large = entry('p2', [0x81, 0x00], [0x80, 3, 1, 2, 3]);
  expect(hasSeveralPartitions(small)).toBe(false);
  expect(hasSeveralPartitions(large)).toBe(false);
  expect(hasSeveralPartitions(Buffer.concat([small, large]))).toBe(true);
  expect(hasSeveralPartitions(Buffer.concat([large, small]))).toBe(true);
});
