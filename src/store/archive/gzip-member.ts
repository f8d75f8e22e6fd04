import { constants, gunzip } from 'node:zlib';
import { crc32 } from 'node:zlib';

/**
 * One member of a gzip file (RFC 1952), with its own length in an extra field: whoever reads the archive finds the next member
 * without decompressing this one, and so can decompress many side by side. Other programs skip the field.
 *
 * ```
 * 1f 8b 08 04  00 00 00 00  00 ff   08 00   'A' 'B' 04 00  <length>   deflated bytes   <crc-32> <length of the content>
 * ```
 */
export const MEMBER_HEAD = 20;
const MEMBER_TAIL = 8;

const FIXED_HEAD = Buffer.from('1f8b08040000000000ff08004142' + '0400', 'hex');

/** A hostile length must not make us reserve memory: as many are held as there are jobs. Twice the blocks that we write. */
export const MOST_IN_MEMBER = 2 * 1024 * 1024;

/** The parts of a member around these deflated bytes of `content`, in their order. */
export function memberOf(content: Uint8Array, deflated: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = deflated.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const head = Buffer.alloc(MEMBER_HEAD);
  FIXED_HEAD.copy(head);
  head.writeUInt32LE(MEMBER_HEAD + length + MEMBER_TAIL, FIXED_HEAD.byteLength);
  const tail = Buffer.alloc(MEMBER_TAIL);
  tail.writeUInt32LE(crc32(content), 0);
  tail.writeUInt32LE(content.byteLength, 4);
  return [head, ...deflated, tail];
}

/** The whole member's length by its first bytes; undefined where they are not those of a member of ours. */
export function memberLength(head: Buffer): number | undefined {
  if (head.byteLength < MEMBER_HEAD || !head.subarray(0, FIXED_HEAD.byteLength).equals(FIXED_HEAD))
    return undefined;
  const length = head.readUInt32LE(FIXED_HEAD.byteLength);
  return length > MEMBER_HEAD + MEMBER_TAIL && length <= MOST_IN_MEMBER ? length : undefined;
}

/**
 * The content of a member, its CRC-32 and length checked, on the thread pool. Rejects with an Error whose message is a clause
 * (`… is damaged: <message>`), also where bytes follow the deflated ones: another reader would take them for something else.
 */
export function openMember(member: Buffer): Promise<Buffer> {
  const said = member.readUInt32LE(member.byteLength - 4);
  if (said > MOST_IN_MEMBER) return Promise.reject(new Error('a block of it is too large'));
  return new Promise((resolve, reject) => {
    // A little more room than needed: into an exact buffer zlib does not write the end, and a second one is made.
    const options = { chunkSize: said + 64, maxOutputLength: said + 64, finishFlush: constants.Z_FINISH };
    // `info` gives the engine too, which knows how many bytes it took; the types do not know of it.
    gunzip(member, { ...options, info: true }, (error: Error | null, result: unknown) => {
      if (error) {
        reject(new Error(`a block of it cannot be decompressed (${error.message})`, { cause: error }));
        return;
      }
      const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
      if (engine.bytesWritten !== member.byteLength || buffer.byteLength !== said)
        reject(new Error('a block of it has another length than it says'));
      else resolve(buffer);
    });
  });
}

/** Deflated bytes of what would not shrink: copied, in pieces of as much as one stored block can hold (RFC 1951, 3.2.4). */
export function storedBlocks(content: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.byteLength; at += MOST_STORED) {
    const piece = content.subarray(at, at + MOST_STORED);
    const head = Buffer.alloc(5);
    head.writeUInt8(at + piece.byteLength === content.byteLength ? 1 : 0, 0);
    head.writeUInt16LE(piece.byteLength, 1);
    head.writeUInt16LE(~piece.byteLength & 0xffff, 3);
    parts.push(head, piece);
  }
  return parts;
}

const MOST_STORED = 65_535;

/**
 * The last member of every archive: the two zero blocks that end a tar. Always the same bytes, whatever zlib there is, so
 * that a reader can compare them; no entry's segment holds them, so that segments can be copied.
 */
export const END_OF_ARCHIVE: Buffer = Buffer.concat(
  memberOf(Buffer.alloc(1024), [Buffer.from('63601805a360148c540000', 'hex')]),
);
