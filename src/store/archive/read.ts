import { createReadStream } from 'node:fs';
import { Parser, type ReadEntry } from 'tar';
import { asError, KnownError, messageOf } from '../../errors.js';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { plainEntryName } from './entry-name.js';

export interface ReadArchiveOptions {
  readonly archive: string;
  readonly signal: AbortSignal;
  /** Compressed bytes so far. */
  readonly onBytes?: (bytes: number) => void;
  /**
   * Takes the bytes of one entry, as many as its header says; the next entry waits for it. Absent: they are only counted
   * and hashed.
   */
  readonly takeEntry?: (name: string, chunks: AsyncIterable<Uint8Array>, size: number) => Promise<void>;
}

export interface ReadEntryResult extends Digests {
  readonly name: string;
  readonly mtimeMs: number;
}

/** The parser unpacks what it is given at one go, and it may become a thousand times as much. */
const READ_SIZE = 64 * 1024;

/**
 * Reads an archive from its first byte to its last, in one stream. Rejects with kind `damaged` on anything that is not a
 * whole `.tar.gz` of the files we put there: no gzip, a bad checksum, an early end, also between two entries (the two zero
 * blocks that end a tar are missing then), garbage behind the end, an entry that is no regular file, a name that does not
 * belong there or comes twice.
 */
export async function readArchive(options: ReadArchiveOptions): Promise<readonly ReadEntryResult[]> {
  const { archive, signal, onBytes } = options;
  const entries: ReadEntryResult[] = [];
  const seen = new Set<string>();
  const breakage = breakable();
  let working: Promise<void> = Promise.resolve();

  const takeOne = async (entry: ReadEntry) => {
    if (breakage.signal.aborted || isTopDirectory(entry)) {
      entry.resume();
      return;
    }
    const name = expectPlainFile(entry, seen);
    const counter = new DigestCounter();
    const counted = countChunks(entry, counter, breakage.signal);
    if (options.takeEntry) await options.takeEntry(name, counted, entry.size);
    else await drain(counted);
    entries.push({ name, mtimeMs: entry.mtime?.getTime() ?? 0, ...counter.finish() });
  };
  const parser = new Parser({
    strict: true,
    // A table of equal values compresses better than the library's limit; how much may come out is known from the manifest.
    maxDecompressionRatio: Infinity,
    onReadEntry: (entry) => {
      working = working
        .then(() => takeOne(entry))
        .catch((error: unknown) => {
          breakage.breakOff(error);
          entry.resume();
        });
    },
  });

  await feed(parser, archive, signal, onBytes).catch(breakage.breakOff);
  // Also after a failure: whoever takes the entries must have let go of them.
  await working;
  if (!breakage.signal.aborted) return entries;
  const failure: unknown = breakage.signal.reason;
  if (failure instanceof KnownError) throw failure;
  signal.throwIfAborted();
  throw new KnownError('damaged', `${archive} is damaged: ${messageOf(failure)}`, { cause: failure });
}

/** The first failure is the one that counts. */
function breakable(): { readonly signal: AbortSignal; readonly breakOff: (why: unknown) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    breakOff: (why) => {
      controller.abort(why);
    },
  };
}

const isGzip = (beginning: Uint8Array): boolean => beginning[0] === 0x1f && beginning[1] === 0x8b;

/** Resolves when the parser has seen the end of the archive. */
function feed(
  parser: Parser,
  archive: string,
  signal: AbortSignal,
  onBytes: ReadArchiveOptions['onBytes'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let hasEnded = false;
    const source = createReadStream(archive, { highWaterMark: READ_SIZE, signal });
    source.on('error', reject);
    source.on('data', (chunk) => {
      // The parser would take a plain tar as well, which `tar xzf` does not.
      if (bytes === 0 && !isGzip(chunk as Buffer)) {
        source.destroy();
        reject(new Error('it does not begin as gzip does'));
        return;
      }
      bytes += chunk.length;
      onBytes?.(bytes);
    });
    parser.on('error', (error: unknown) => {
      source.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    });
    // The two zero blocks.
    parser.on('eof', () => {
      hasEnded = true;
    });
    parser.on('end', () => {
      if (hasEnded) resolve();
      else reject(new Error('it ends without the mark that ends a tar: what came after is missing'));
    });
    source.pipe(parser);
  });
}

/** `tar czf … -C snapshot .`, as the documented script calls it, begins with the folder itself. */
const isTopDirectory = ({ type, path }: ReadEntry): boolean =>
  type === 'Directory' && (path === './' || path === '.');

function expectPlainFile(entry: ReadEntry, seen: Set<string>): string {
  const problem = (text: string) => new KnownError('damaged', `The archive holds ${entry.path}: ${text}`);
  if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
    throw problem(`it is no regular file, but a ${entry.type}`);
  }
  const name = plainEntryName(entry.path);
  if (name === undefined) throw problem('no file of that name belongs into a snapshot');
  if (seen.has(name)) throw problem('it comes twice');
  seen.add(name);
  return name;
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

async function* countChunks(
  chunks: AsyncIterable<Uint8Array>,
  counter: DigestCounter,
  broken: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessBroken(iterator.next(), broken);
    if (next.done === true) return;
    counter.add(next.value);
    yield next.value;
  }
}

/**
 * A failure elsewhere ends the wait for the rest of this entry, which would never come. Not a race against one long-lived
 * promise: that would keep every chunk of the archive in memory until the end.
 */
function unlessBroken<T>(promise: Promise<T>, broken: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(asError(broken.reason));
    };
    if (broken.aborted) stop();
    broken.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      broken.removeEventListener('abort', stop);
    });
  });
}
