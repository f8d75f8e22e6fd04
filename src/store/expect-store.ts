import { access, constants, stat } from 'node:fs/promises';
import { KnownError } from '../errors.js';
import { errorCode, reasonOf } from '../system/files.js';

/** Rejects with `missing` or `files` where there is no store that can be read. */
export async function expectStore(root: string): Promise<void> {
  try {
    await stat(`${root}/.`);
    await access(root, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new KnownError('missing', `Backup folder ${root} does not exist`, {
        cause: error,
        changed: 'Nothing was done.',
        hint: 'Is --backup-dir right?',
      });
    }
    throw new KnownError('files', `Backup folder ${root} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      changed: 'Nothing was done.',
      hint: 'Run as the user who made the backups, or pass another --backup-dir.',
    });
  }
}
