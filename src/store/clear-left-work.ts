import { join } from 'node:path';
import { isLabel } from '../model/label.js';
import { isTableName } from '../model/table-name.js';
import { exists, realDirectoryBelow, removeIfEmpty, removeTree } from '../system/files.js';
import type { Layout } from './layout.js';
import { foldersIn } from './stand-in.js';

/** Whether a name in the trash is one that we gave: nothing else there is removed. */
const isOurTrash = (name: string): boolean => /^\d+_[0-9a-f]{8}$/.test(name);

/**
 * Rejects with `files`, nothing removed, where a link or a file lies in the place of a folder that is cleared without looking
 * at what is in it: behind it may be anything.
 */
export async function expectOwnFolders({ state, staging, trash }: Layout): Promise<void> {
  if (await exists(staging)) await realDirectoryBelow(state, 'staging');
  if (await exists(trash)) await realDirectoryBelow(state, 'trash');
}

/** Removes unfinished backups, except those of the tables in `kept`. What has no name that we give, or is a link, stays. */
export async function clearStaging(layout: Layout, kept: ReadonlySet<string>): Promise<readonly string[]> {
  const done: string[] = [];
  for (const label of (await foldersIn(layout.staging)).filter(isLabel)) {
    const folder = join(layout.staging, label);
    const tables = (await foldersIn(folder)).filter((name) => isTableName(name) && !kept.has(name));
    for (const table of tables) await removeTree(layout.stagingOf(label, table));
    await removeIfEmpty(folder);
    if (tables.length > 0 || !(await exists(folder)))
      done.push(`removed what an interrupted run left of ${label}`);
  }
  return done;
}

/** Removes the rest of generations that were being removed. */
export async function clearTrash({ trash }: Layout): Promise<readonly string[]> {
  const names = (await foldersIn(trash)).filter(isOurTrash);
  for (const name of names) await removeTree(join(trash, name));
  return names.map((name) => `removed the rest of an older generation, ${name}`);
}
