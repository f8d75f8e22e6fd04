import { constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAllowed } from '../../system/find-program.js';

/**
 * Where staging and safety copies may lie: on the data file system, since files are handed over as hard links, but out of
 * the server's sight. Beside the data directory where that is the same file system and we may write there; else hidden
 * within it: names that begin with a dot at its top are the only ones that a booting server does not look at
 * (behaviour.md, E042).
 */
export async function workDirectoryFor(dataDirectory: string): Promise<string> {
  const beside = dirname(dataDirectory);
  const [here, there] = await Promise.all([stat(dataDirectory), stat(beside)]);
  const usable = here.dev === there.dev && (await isAllowed(beside, constants.W_OK));
  return usable ? join(beside, 'alternator-backup') : join(dataDirectory, '.alternator-backup');
}
