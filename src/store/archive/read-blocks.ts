import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../errors.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { NOTHING_STORED } from '../nothing-stored.js';
import { BLOCK, type BufferPool } from './buffer-pool.js';
import { openSource, readFully } from './open-source.js';
import type { Pace } from './pace.js';
import { paddingAfter, tarHeaderOf } from './tar-header.js';

export interface FileToPack {
  readonly name: string;
  /** As it was when the snapshot was looked at; another one now is a reason to stop. */
  readonly size: number;
}

/** What becomes one gzip member: the header of an entry, some of its bytes, its padding, as they come. */
export interface Block {
  readonly content: Buffer;
  readonly bytesOfFile: number;
  /** To be called when `content` is not needed any more. */
  readonly release: () => void;
  /** The whole entry, with its last block. */
  readonly ends: (Digests & { readonly name: string; readonly mtimeMs: number }) | undefined;
}

export interface ReadingBlocks {
  readonly directory: string;
  readonly files: readonly FileToPack[];
  readonly buffers: BufferPool;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** Reads files as the blocks of a tar, each byte once. Rejects with `files` for one that is not what it was, or changes. */
export async function* readBlocks(reading: ReadingBlocks): AsyncGenerator<Block, void, undefined> {
  for (const file of reading.files) {
    const handle = await openSource(join(reading.directory, file.name));
    try {
      yield* blocksOf(file, handle, reading);
    } finally {
      await handle.close();
    }
  }
}

async function* blocksOf(
  { name, size }: FileToPack,
  handle: FileHandle,
  { buffers, pace, signal }: ReadingBlocks,
): AsyncGenerator<Block, void, undefined> {
  const before = await handle.stat();
  if (!before.isFile())
    throw new KnownError('files', `${name} in the snapshot is no regular file`, {
      changed: NOTHING_STORED,
      hint: 'Snapshots hold nothing but files: find out who put it there, then back up again.',
    });
  const { mtimeMs } = before;
  const counter = new DigestCounter();
  let header: Buffer | undefined = tarHeaderOf({ name, size, mtimeMs });
  let done = 0;
  do {
    signal.throwIfAborted();
    const head = header?.byteLength ?? 0;
    const take = Math.min(BLOCK, size - done);
    const isLast = done + take === size;
    const padding = isLast ? paddingAfter(size) : 0;
    const buffer = buffers.take(head + take + padding);
    const content = buffer.subarray(0, head + take + padding);
    header?.copy(content);
    header = undefined;
    const data = content.subarray(head, head + take);
    if (!(await readFully(handle, data, done))) throw changed(name, size, (await handle.stat()).size);
    content.fill(0, head + take);
    counter.add(data);
    done += take;
    if (isLast) {
      const after = await handle.stat();
      if (after.size !== size || after.mtimeMs !== mtimeMs) throw changed(name, size, after.size);
    }
    await pace(take, signal);
    yield {
      content,
      bytesOfFile: take,
      release: () => {
        buffers.give(buffer);
      },
      ends: isLast ? { name, mtimeMs, ...counter.finish() } : undefined,
    };
  } while (done < size);
}

const changed = (name: string, was: number, is: number): KnownError =>
  new KnownError(
    'files',
    is === was
      ? `${name} in the snapshot was written to while it was read`
      : `${name} in the snapshot had ${was} bytes, and ${is} while it was read`,
    {
      changed: NOTHING_STORED,
      hint: 'Files of a snapshot never change: find out who writes to them, then back up again.',
    },
  );
