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
  /** Takes the bytes of one entry; the next entry waits for it. Absent: they are only counted and hashed. */
  readonly takeEntry?: (name: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;
}

export interface ReadEntryResult extends Digests {
  readonly name: string;
  readonly mtimeMs: number;
}

/**
 * Reads an archive from its first byte to its last, in one stream. Rejects with kind `damaged` on anything that is not a
 * whole `.tar.gz` of the files we put there: a bad checksum, an early end, garbage behind the end, an entry that is no
 * regular file, a name that does not belong there or comes twice.
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
    const counted = countChunks(entry, counter, breakage.broken);
    if (options.takeEntry) await options.takeEntry(name, counted);
    else await drain(counted);
    entries.push({ name, mtimeMs: entry.mtime?.getTime() ?? 0, ...counter.finish() });
  };
  const parser = new Parser({
    strict: true,
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

/** The first failure ends the reading of the entry at hand too, which would otherwise wait for its rest for ever. */
function breakable(): {
  readonly signal: AbortSignal;
  readonly broken: Promise<never>;
  readonly breakOff: (why: unknown) => void;
} {
  const controller = new AbortController();
  const broken = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => {
      reject(asError(controller.signal.reason));
    });
  });
  // Nobody may be reading at that moment; the reason is kept in the signal.
  broken.catch(() => undefined);
  return {
    signal: controller.signal,
    broken,
    breakOff: (why) => {
      controller.abort(why);
    },
  };
}

/** Resolves when the parser has seen the end of the archive. */
function feed(
  parser: Parser,
  archive: string,
  signal: AbortSignal,
  onBytes: ReadArchiveOptions['onBytes'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const source = createReadStream(archive, { highWaterMark: 1 << 20, signal });
    source.on('error', reject);
    source.on('data', (chunk) => {
      bytes += chunk.length;
      onBytes?.(bytes);
    });
    parser.on('error', (error: unknown) => {
      source.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    });
    parser.on('end', resolve);
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
  broken: Promise<never>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), broken]);
    if (next.done === true) return;
    counter.add(next.value);
    yield next.value;
  }
}
