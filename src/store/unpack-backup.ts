import { lstat } from 'node:fs/promises';
import { explained, isWishToStop, KnownError } from '../errors.js';
import { errorCode, reasonOf } from '../system/files.js';
import { unpackArchive, type UnpackOptions } from './archive/unpack.js';
import type { Progress, StoredBackup, UnpackedFile } from './store.js';

export interface Unpacking extends Required<Pick<UnpackOptions, 'jobs' | 'signal'>> {
  readonly onProgress: Progress;
}

/** `Store.unpack`. What it rejects with names the archive, and says what to do. */
export async function unpackBackup(
  backup: StoredBackup,
  directory: string,
  { jobs, signal, onProgress }: Unpacking,
): Promise<readonly UnpackedFile[]> {
  const { archive } = backup;
  try {
    const { size } = await lstat(archive);
    return await unpackArchive(directory, {
      archive,
      ...(backup.kind === 'manifest' ? { record: backup.manifest.archive } : {}),
      jobs,
      signal,
      onBytes: (bytes) => {
        onProgress(bytes, size);
      },
    });
  } catch (error) {
    throw toldOf(backup, error);
  }
}

function toldOf({ table, archive }: StoredBackup, error: unknown): unknown {
  const changed = 'Nothing of this backup was loaded, and nothing in it was changed.';
  if (isWishToStop(error)) return error;
  if (!(error instanceof KnownError)) {
    if (errorCode(error) === undefined || errorCode(error) === 'ABORT_ERR') return error;
    return new KnownError('files', `${archive} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      changed,
      hint: 'See that it is there and that its disk can be read, then restore again.',
    });
  }
  if (error.kind !== 'damaged') return explained(error, { changed, hint: 'Mend that, then restore again.' });
  // Whoever reads that a file is damaged wants to know in which archive.
  const named = error.message.includes(archive)
    ? error
    : new KnownError('damaged', `${archive}: ${error.message}`, { cause: error });
  return explained(named, {
    changed,
    hint: `Restore an older generation with --from LABEL: alternator-backup list -- ${table} shows them.`,
  });
}
