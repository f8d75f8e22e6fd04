import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { KnownError } from '../errors.js';
import type { Manifest } from '../model/manifest.js';
import { proveArchive } from './archive/prove-archive.js';
import { judgeSSTables } from './prove-sstables.js';
import type { Progress } from './store.js';

export interface ArchiveFindings {
  /** Each begins with the archive's name and names the file in it, where it is one file. */
  readonly problems: readonly string[];
  readonly unproven: readonly string[];
  readonly files: number;
  readonly sstables: number;
  readonly bytes: number;
}

export interface ProvingArchive {
  readonly archive: string;
  /** What the manifest says of it; absent in folders of the documented scripts. */
  readonly record?: Manifest['archive'];
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

/**
 * Reads an archive to its end and writes nothing: every member, every file against the manifest, every SSTable against its
 * own TOC.txt and digest. Rejects only when `signal` says so.
 */
export async function proveStoredArchive(proving: ProvingArchive): Promise<ArchiveFindings> {
  const { archive, record, jobs, signal, onProgress } = proving;
  const name = basename(archive);
  try {
    const { size } = await lstat(archive);
    const { entries, problems, texts } = await proveArchive({
      archive,
      ...(record ? { record } : {}),
      jobs,
      signal,
      onBytes: (bytes) => {
        onProgress(bytes, size);
      },
    });
    const wrong = problems.map(({ file, problem }) =>
      file === null ? `${name} ${problem}` : `${name}: ${file} ${problem}`,
    );
    // Of an archive that could not be read whole everything else would only seem to be missing.
    const judged = await judgeSSTables(
      async (file) => texts.get(file) ?? '',
      new Map(entries.map((file) => [file.name, file])),
    );
    const own = problems.length > 0 ? [] : judged.problems.map((problem) => `${name}: ${problem}`);
    return {
      problems: [...wrong, ...own],
      unproven: judged.unproven,
      files: entries.length,
      sstables: judged.sstables,
      bytes: entries.reduce((sum, { size }) => sum + size, 0),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KnownError)) throw error;
    return {
      problems: [error.message.replaceAll(archive, name)],
      unproven: [],
      files: 0,
      sstables: 0,
      bytes: 0,
    };
  }
}
