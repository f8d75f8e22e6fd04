import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';

export interface Digests {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** As a plain number, which is how `Digest.crc32` writes it in decimal. */
  readonly crc32: number;
}

/** Counts, hashes and CRC-checks bytes as they pass. One object for one file. */
export class DigestCounter {
  #size = 0;
  #crc = 0;
  readonly #hash = createHash('sha256');

  add(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    this.#crc = crc32(chunk, this.#crc);
    this.#hash.update(chunk);
  }

  /** To be called once, after the last chunk. */
  finish(): Digests {
    return { size: this.#size, sha256: this.#hash.digest('hex'), crc32: this.#crc };
  }
}

/** Reads a file once, in pieces. */
export async function digestFile(path: string, signal?: AbortSignal): Promise<Digests> {
  const counter = new DigestCounter();
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) });
  for await (const chunk of stream) counter.add(chunk as Buffer);
  return counter.finish();
}
