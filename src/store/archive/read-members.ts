import type { FileHandle } from 'node:fs/promises';
import { memberLength, MEMBER_HEAD, openMember } from './gzip-member.js';
import type { Permits } from './permits.js';

export interface OpenedMember {
  readonly compressed: Buffer;
  readonly content: Buffer;
}

export const ENDS_BEFORE = 'the archive ends before it does';

/** Most entries are small: one read gets the whole member. */
const FIRST_READ = 32 * 1024;

/**
 * The gzip members between two offsets of an archive, in their order, decompressed side by side as far as there are permits.
 * Rejects with an Error whose message is a clause about the entry where the bytes are not exactly such members.
 */
export async function* readMembers(
  handle: FileHandle,
  { offset, length }: { readonly offset: number; readonly length: number },
  shared: Permits,
): AsyncGenerator<OpenedMember, void, undefined> {
  const end = offset + length;
  const under: Promise<OpenedMember>[] = [];
  let at = offset;
  try {
    while (at < end || under.length > 0) {
      // Whoever holds some must not wait for more: all workers could hold some and wait.
      while (at < end && (under.length === 0 ? await shared.take().then(() => true) : shared.tryTake())) {
        const reading = readMember(handle, at, end);
        const opening = reading.then(async (compressed) => ({
          compressed,
          content: await openMember(compressed),
        }));
        opening.catch(() => undefined);
        under.push(opening);
        at += (await reading).byteLength;
      }
      const [next] = under;
      if (next === undefined) return;
      yield await next;
      void under.shift();
      shared.give();
    }
  } finally {
    await Promise.allSettled(under);
    while (under.shift() !== undefined) shared.give();
  }
}

async function readMember(handle: FileHandle, at: number, end: number): Promise<Buffer> {
  const first = await readAt(handle, at, Math.min(FIRST_READ, end - at));
  const length = memberLength(first.subarray(0, MEMBER_HEAD));
  if (length === undefined) throw new Error('a block of it does not begin as it should');
  if (at + length > end) throw new Error('a block of it is longer than what is left of it');
  if (length <= first.byteLength) return first.subarray(0, length);
  const whole = Buffer.allocUnsafeSlow(length);
  first.copy(whole);
  (await readAt(handle, at + first.byteLength, length - first.byteLength)).copy(whole, first.byteLength);
  return whole;
}

/** Exactly these bytes of a file. Rejects with an Error whose message is a clause when it ends before. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(buffer, at, length - at, position + at);
    if (bytesRead === 0) throw new Error(ENDS_BEFORE);
    at += bytesRead;
  }
  return buffer;
}
