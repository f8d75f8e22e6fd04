import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { README_FILE } from './layout.js';

/** The first line of `README.txt`: by it a folder of ours is known that has lost everything else. */
export const readmeTitle = (label: string, table: string): string =>
  `Backup ${label} of the Alternator table '${table}'`;

/** Longer than a title with the longest name and label. */
const MOST_TITLE = 1024;

/**
 * Whether the `README.txt` in a folder is the one that this tool wrote for a backup of that table, and not somebody's own. False
 * too where it cannot be read.
 */
export async function hasReadmeOf(folder: string, table: string): Promise<boolean> {
  const path = join(folder, README_FILE);
  try {
    // A pipe would be waited for.
    if (!(await lstat(path)).isFile()) return false;
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_TITLE), 0, MOST_TITLE, 0);
      const [first = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
      const [start, end] = readmeTitle('\0', table).split('\0') as [string, string];
      return first.startsWith(start) && first.endsWith(end);
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}
