import { open } from 'node:fs/promises';
import { asError, KnownError } from '../../errors.js';
import type { Manifest } from '../../model/manifest.js';
import type { Digests } from '../../system/digests.js';
import { blocksAhead } from './pack.js';
import { permits } from './permits.js';
import type { ReadArchiveOptions, ReadEntryResult } from './read.js';
import type { SegmentedEntry } from './entry-content.js';
import { entryBytes } from './read-entry.js';
import { misfits, type Misfit } from './segments.js';

export interface ReadSegmentsOptions extends ReadArchiveOptions {
  readonly record: Manifest['archive'];
  /** All entries of the record, by their offsets. */
  readonly segments: readonly SegmentedEntry[];
  /** How many entries are read side by side; the members of one are decompressed side by side as well. */
  readonly jobs: number;
}

/**
 * Reads an archive of ours as its manifest describes it, entries side by side, and proves every byte. `takeEntry` may be called
 * for several entries at once, in any order. Rejects with `damaged`, naming the file, at the first thing that is wrong.
 */
export async function readSegments(options: ReadSegmentsOptions): Promise<readonly ReadEntryResult[]> {
  const { archive } = options;
  const breakage = new AbortController();
  const results = new Map<string, ReadEntryResult>();
  await eachEntry(options, breakage.signal, {
    onMisfits(found) {
      const [first] = found;
      if (!first) return;
      throw new KnownError(
        'damaged',
        first.file === null ? `${archive} ${first.problem}` : sentence(archive, first),
      );
    },
    async onEntry(entry, bytes) {
      if (breakage.signal.aborted) return;
      try {
        const digests = await bytes(options.takeEntry);
        results.set(entry.name, { name: entry.name, mtimeMs: entry.mtimeMs, ...digests });
      } catch (error) {
        breakage.abort(error);
      }
    },
  });
  if (breakage.signal.aborted) {
    options.signal.throwIfAborted();
    throw asError(breakage.signal.reason);
  }
  return options.segments.flatMap(({ name }) => results.get(name) ?? []);
}

const sentence = (archive: string, { file, problem }: Misfit): string => `${archive}: ${file} ${problem}`;

type TakeEntry = ReadArchiveOptions['takeEntry'];

export interface Visitor {
  /** Told once, before any entry is read. */
  readonly onMisfits: (found: readonly Misfit[]) => void;
  /** Called for each entry, several at once. `bytes` reads and proves it; rejects with `damaged`. Must not reject itself. */
  readonly onEntry: (entry: SegmentedEntry, bytes: (take: TakeEntry) => Promise<Digests>) => Promise<void>;
}

/** The walk that reading and proving share: so many workers, one pool of blocks between them. */
export async function eachEntry(
  { archive, record, segments, jobs, signal, onBytes }: ReadSegmentsOptions,
  broken: AbortSignal,
  visitor: Visitor,
): Promise<void> {
  const handle = await open(archive, 'r');
  try {
    visitor.onMisfits(await misfits(handle, record, segments));
    const shared = permits(blocksAhead(jobs));
    const stop = AbortSignal.any([signal, broken]);
    let bytesSoFar = 0;
    const left = segments.values();
    const worker = async () => {
      for (const entry of left) {
        signal.throwIfAborted();
        await visitor.onEntry(entry, async (take = drain) => {
          let digests: Digests | undefined;
          const bytes = entryBytes({
            handle,
            entry,
            shared,
            signal: stop,
            onBytes: (compressed) => onBytes?.((bytesSoFar += compressed)),
            onProven: (proven) => {
              digests = proven;
            },
          });
          await take(entry.name, bytes, entry.size);
          if (!digests) throw new KnownError('damaged', `${entry.name} was not read to its end`);
          return digests;
        });
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: Math.min(jobs, segments.length) }, worker));
    for (const end of ended) if (end.status === 'rejected') throw asError(end.reason);
  } finally {
    await handle.close();
  }
}

const drain: NonNullable<TakeEntry> = async (_name, chunks) => {
  const iterator = chunks[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
};
