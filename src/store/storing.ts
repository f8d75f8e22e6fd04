import { explained, KnownError } from '../errors.js';
import { errorCode, reasonOf } from '../system/files.js';
import { NOTHING_STORED } from './nothing-stored.js';

const DETAILS = {
  changed: NOTHING_STORED,
  hint: 'See that --backup-dir has room, can be written and is one file system (no link or mount inside it); then back up again.',
};

/**
 * Does one step of storing a backup. Where the disk refuses it, rejects with `files`: `failed`, and the disk's reason. What is no
 * answer of the disk is passed on as it is.
 */
export async function storing<T>(failed: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof KnownError && error.kind === 'files') throw explained(error, DETAILS);
    if (errorCode(error) === undefined) throw error;
    throw new KnownError('files', `${failed}: ${reasonOf(error)}`, { cause: error, ...DETAILS });
  }
}
