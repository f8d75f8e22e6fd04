import { KnownError } from '../../errors.js';
import type { ArchiveEntry, Manifest } from '../../model/manifest.js';
import { parseComponentName, isDigest, TOC } from '../../model/sstable.js';
import { digestFile, type Digests } from '../../system/digests.js';
import { errorCode, reasonOf } from '../../system/files.js';
import { differences } from './compare.js';
import { hasSegment } from './entry-content.js';
import { readArchive, type ReadArchiveOptions } from './read.js';
import { eachEntry } from './read-segments.js';
import { segmentsOf } from './segments.js';

export interface ProveArchiveOptions {
  readonly archive: string;
  /** What the manifest says of it; absent for folders without a manifest, of which less can be proven. */
  readonly record?: Manifest['archive'];
  /** How many members may be decompressed side by side. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Compressed bytes so far. */
  readonly onBytes?: (bytes: number) => void;
}

export interface ArchiveProblem {
  /** The entry that is wrong; null where it is the archive as a whole. */
  readonly file: string | null;
  /** A clause that follows the file's name: `has other bytes than it had (sha-256 differs)`. */
  readonly problem: string;
}

export interface ArchiveProof {
  /** What was read whole and found to be what the record says, in the order of the archive. */
  readonly entries: readonly ProvenEntry[];
  /** None where the archive is right to its last byte. */
  readonly problems: readonly ArchiveProblem[];
  /** The text of each TOC.txt and digest file that was read whole, by its name: the digest gate needs them. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface ProvenEntry extends Digests, Pick<ArchiveEntry, 'name' | 'mtimeMs'> {}

/**
 * Reads an archive from its first byte to its last without writing anything, and says what is wrong with it, one clause for
 * each file, instead of rejecting. Rejects with the signal's reason, and with `files` where the archive cannot be read.
 */
export async function proveArchive(options: ProveArchiveOptions): Promise<ArchiveProof> {
  try {
    const { record } = options;
    const segments = record && segmentsOf(record);
    return record && segments ? await proveSegments(options, record, segments) : await proveStream(options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (errorCode(error) === undefined) throw error;
    throw new KnownError('files', `${options.archive} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      changed: 'Nothing was changed.',
      hint: 'See that it is there and that its disk can be read, then verify again.',
    });
  }
}

/** Each entry is judged for itself: one that is damaged does not hide the others. */
async function proveSegments(
  { archive, jobs, signal, onBytes }: ProveArchiveOptions,
  record: Manifest['archive'],
  segments: NonNullable<ReturnType<typeof segmentsOf>>,
): Promise<ArchiveProof> {
  const problems: ArchiveProblem[] = [];
  const proven = new Map<string, ProvenEntry>();
  const kept = keptTexts();
  const never = new AbortController().signal;
  const reading = { archive, record, segments, jobs, signal, ...(onBytes ? { onBytes } : {}) };
  await eachEntry(reading, never, {
    onMisfits(found) {
      problems.push(...found);
    },
    async onEntry({ name, mtimeMs }, bytes) {
      try {
        proven.set(name, { name, mtimeMs, ...(await bytes(kept.take)) });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof KnownError)) throw error;
        problems.push({ file: name, problem: withoutName(name, error.message) });
      }
    },
  });
  const entries = segments.flatMap(({ name }) => proven.get(name) ?? []);
  return { entries, problems, texts: kept.of(entries) };
}

/** In one stream, as other programs read it; what comes after the first damage cannot be read. */
async function proveStream({ archive, record, signal, onBytes }: ProveArchiveOptions): Promise<ArchiveProof> {
  const kept = keptTexts();
  const problems: ArchiveProblem[] = [];
  const reading = { archive, signal, takeEntry: kept.take, ...(onBytes ? { onBytes } : {}) };
  if (record?.entries.some(hasSegment) === true)
    problems.push({
      file: null,
      problem: 'has entries with a place in it and others without: the manifest is forged',
    });
  const entries = await readArchive(reading).catch((error: unknown): readonly ProvenEntry[] => {
    signal.throwIfAborted();
    if (!(error instanceof KnownError)) throw error;
    problems.push({ file: null, problem: withoutName(archive, error.message) });
    return [];
  });
  if (problems.length === 0 && record) {
    const { size, sha256 } = await digestFile(archive, signal);
    if (size !== record.size)
      problems.push({ file: null, problem: `has ${size} bytes instead of ${record.size}` });
    else if (sha256 !== record.sha256)
      problems.push({ file: null, problem: 'has other bytes than it had (sha-256 differs)' });
    for (const problem of differences(record.entries, entries)) problems.push({ file: null, problem });
  }
  return { entries, problems, texts: kept.of(entries) };
}

const withoutName = (name: string, message: string): string =>
  [`${name}: `, `${name} `].reduce(
    (text, lead) => (text.startsWith(lead) ? text.slice(lead.length) : text),
    message,
  );

/** Both are a few hundred bytes; what is longer is none. */
const MOST_TEXT = 64 * 1024;
/** Of some hundred thousand SSTables. Without a manifest nothing else says how many there may be. */
const MOST_TEXTS = 32 * 1024 * 1024;

function keptTexts(): {
  readonly take: NonNullable<ReadArchiveOptions['takeEntry']>;
  readonly of: (entries: readonly ProvenEntry[]) => ReadonlyMap<string, string>;
} {
  const texts = new Map<string, string>();
  let room = MOST_TEXTS;
  return {
    async take(name, chunks, size) {
      const component = parseComponentName(name)?.component ?? '';
      const isKept = size <= MOST_TEXT && (component === TOC || isDigest(component));
      if (isKept) room -= size;
      if (room < 0)
        throw new KnownError('damaged', `${name}: no table has so many and so large files of this kind`);
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) if (isKept) parts.push(Uint8Array.from(chunk));
      if (isKept) texts.set(name, Buffer.concat(parts).toString('utf8'));
    },
    of: (entries) => {
      const names = new Set(entries.map(({ name }) => name));
      return new Map([...texts].filter(([name]) => names.has(name)));
    },
  };
}
