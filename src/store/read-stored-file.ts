import { lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { digestFile } from '../system/digests.js';
import { errorCode, reasonOf } from '../system/files.js';
import { differences } from './archive/compare.js';
import type { StoredBackup } from './store.js';

/** `Store.readFile`. Rejects with `damaged` where it is not the backup's, or no file, and with `files` where we may not read it. */
export async function readStoredFile(backup: StoredBackup, name: string): Promise<string | undefined> {
  const path = join(backup.folder, name);
  const expected =
    backup.kind === 'manifest' ? backup.manifest.files.find((file) => file.name === name) : undefined;
  try {
    if (!(await isThere(path))) {
      if (expected) throw new KnownError('damaged', `${path} is missing, though the manifest has it`);
      return undefined;
    }
    if (!(await stat(path)).isFile()) throw new KnownError('damaged', `${path} is no regular file`);
    if (expected) {
      const { size, sha256 } = await digestFile(path);
      const [wrong] = differences([expected], [{ name, size, sha256 }]);
      if (wrong !== undefined) throw new KnownError('damaged', `${backup.folder}: ${wrong}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof KnownError) throw error;
    const isOurRights = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
    throw new KnownError(isOurRights ? 'files' : 'damaged', `${path} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** A link that leads nowhere is there. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
