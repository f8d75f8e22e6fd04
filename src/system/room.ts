import { statfs } from 'node:fs/promises';
import { KnownError } from '../errors.js';
import { formatSize } from '../model/size.js';

/** Left free whatever happens: a file system filled to its last block hurts everybody on it. */
const RESERVE = 64 * 1024 * 1024;

/** Rejects with kind `files` when the file system of a directory has less room than this many bytes and a reserve. */
export async function expectRoom(directory: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytes + RESERVE) return;
  throw new KnownError(
    'files',
    `No space left on device for ${what}: ${directory} has ${formatSize(free)} free, ` +
      `${formatSize(bytes)} and a reserve of ${formatSize(RESERVE)} are needed`,
    { changed: 'Nothing was written.', hint: 'Free up space or choose another place.' },
  );
}
