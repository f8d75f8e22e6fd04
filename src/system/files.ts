import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';

/** Backups hold the data of other people: nobody else may read them, whatever the umask. */
export const PRIVATE_DIRECTORY = 0o700;
export const PRIVATE_FILE = 0o600;

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;

/** `Permission denied` for EACCES, and so on: the words that people know from their shell. */
export function reasonOf(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: 'Permission denied',
    EPERM: 'Operation not permitted',
    ENOSPC: 'No space left on device',
    EROFS: 'Read-only file system',
    ENOENT: 'No such file or directory',
    ENOTDIR: 'Not a directory',
    EDQUOT: 'Disk quota exceeded',
    EIO: 'Input/output error',
    EXDEV: 'Invalid cross-device link',
  };
  return words[errorCode(error) ?? ''] ?? messageOf(error);
}

export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The names in a directory, sorted; none when there is no such directory. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new KnownError('files', `${directory} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes a directory and its parents, private to us, and sees that the new names survive a power cut. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  if (first !== undefined) await syncDirectory(dirname(first));
}

/** Without this a renamed or new name may be gone after a power cut, though the file itself was synced. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes beside, syncs, renames: whoever reads the file sees the old text or the new one, never a part. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const handle = await open(beside, 'w', PRIVATE_FILE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Renames so that it lasts: both directories are synced. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
}

/** Removes a tree of ours; nothing there is fine. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes a folder that other work may share, when nothing of it is left. */
export async function removeIfEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

/**
 * The directory's path when it is a real directory (no symbolic link) and lies directly below `parent`; rejects with kind
 * `files` otherwise. What is about to be written into or removed must be where its name says.
 */
export async function realDirectoryBelow(parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  const found = await lstat(path).catch((error: unknown) => {
    throw notThere(`${path} cannot be used: ${reasonOf(error)}`, path, error);
  });
  if (!found.isDirectory()) throw notThere(`${path} is not a directory, but a link or a file`, path);
  if ((await realpath(path)) !== join(await realpath(parent), name))
    throw notThere(`${path} does not lie in ${parent}`, path);
  return path;
}

const notThere = (message: string, path: string, cause?: unknown): KnownError =>
  new KnownError('files', message, {
    cause,
    changed: 'Nothing in it was changed.',
    hint: `Look at it: ls -ld ${path}. A real directory belongs there, since links are not followed; is --data-dir that of this node?`,
  });

/** Rejects with kind `files` unless the directory's names can be read. */
export async function expectReadableDirectory(path: string, what: string, hint: string): Promise<void> {
  try {
    await readdir(path);
  } catch (error) {
    throw new KnownError('files', `${what} ${path} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      hint,
    });
  }
}
