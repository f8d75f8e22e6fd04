import { KnownError } from '../errors.js';
import { makeDirectory, reasonOf } from '../system/files.js';

/** A folder of this run on the data file system. Rejects with kind `files` where we may not write. */
export async function makeWorkDirectory(path: string): Promise<void> {
  await makeDirectory(path).catch((error: unknown) => {
    throw new KnownError('files', `The work directory ${path} cannot be made: ${reasonOf(error)}`, {
      cause: error,
      changed: 'The table was not touched.',
      hint: 'A restore needs root rights: sudo alternator-backup …',
    });
  });
}
