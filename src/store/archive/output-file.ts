import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { KnownError } from '../../errors.js';
import { NOTHING_STORED } from '../nothing-stored.js';

export interface OutputFile {
  /** Bytes given so far. */
  readonly size: number;
  /** The parts must stay as they are until `onWritten` is called. */
  write(parts: readonly Uint8Array[], onWritten: () => void): Promise<void>;
  /** This place, so that what is written behind it can be taken back. */
  mark(): Mark;
  /** As if nothing had been written since. */
  takeBack(mark: Mark): Promise<void>;
  /** Resolves when all of it is on the disk. Rejects with `damaged` when the file is not as long as it should be. */
  finish(): Promise<{ readonly size: number; readonly sha256: string }>;
}

export interface Mark {
  readonly size: number;
  readonly hash: Hash;
}

/** Small members are written together: 5,000 of them are not 5,000 calls. */
const TOGETHER = 512 * 1024;
const MOST_PARTS = 256;

/** Appends to a file, one write behind: the next member is made while this one is written. Hashes what it is given. */
export function outputFile(handle: FileHandle): OutputFile {
  let hash = createHash('sha256');
  let size = 0;
  /** Where the next write begins. */
  let position = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let onWritten: (() => void)[] = [];
  let writing: Promise<void> = Promise.resolve();

  const flush = async () => {
    await writing;
    const [parts, told, at] = [waiting, onWritten, position];
    position += waitingBytes;
    [waiting, waitingBytes, onWritten] = [[], 0, []];
    writing = writeAll(handle, parts, at).then(() => {
      for (const tell of told) tell();
    });
    // Whoever writes next hears of it.
    writing.catch(() => undefined);
  };

  return {
    get size() {
      return size;
    },
    async write(parts, whenWritten) {
      for (const part of parts) {
        hash.update(part);
        size += part.byteLength;
        waitingBytes += part.byteLength;
        waiting.push(part);
      }
      onWritten.push(whenWritten);
      if (waitingBytes >= TOGETHER || waiting.length >= MOST_PARTS || onWritten.length >= 2) await flush();
    },
    mark: () => ({ size, hash: hash.copy() }),
    async takeBack(mark) {
      await flush();
      await writing;
      await handle.truncate(mark.size);
      [size, position, hash] = [mark.size, mark.size, mark.hash];
    },
    async finish() {
      await flush();
      await writing;
      await handle.sync();
      const { size: there } = await handle.stat();
      if (there !== size)
        throw new KnownError('damaged', `The archive has ${there} bytes on the disk instead of ${size}`, {
          changed: NOTHING_STORED,
          hint: 'Is the disk of --backup-dir sound?',
        });
      return { size, sha256: hash.digest('hex') };
    },
  };
}

async function writeAll(handle: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  let at = position;
  let left = parts.filter(({ byteLength }) => byteLength > 0);
  while (left.length > 0) {
    let { bytesWritten } = await handle.writev([...left], at);
    at += bytesWritten;
    left = left.flatMap((part) => {
      const done = Math.min(bytesWritten, part.byteLength);
      bytesWritten -= done;
      return done === part.byteLength ? [] : [part.subarray(done)];
    });
  }
}
