import { lstat } from 'node:fs/promises';
import { isTableName } from '../model/table-name.js';
import { namesIn } from '../system/files.js';
import type { Layout } from './layout.js';
import { isUnusable, readBackupFolder } from './read-backup.js';
import { readNote } from './remembered.js';
import { foldersIn, madeAt, standIn } from './stand-in.js';
import type { Generation, StoredBackup, TableInStore, UnusableFolder } from './store.js';

/** How many folders are looked at side by side: reading is waiting, mostly. */
const AT_ONCE = 32;

/** The newest of each table in the store, those included whose publishing was cut off. */
export async function newestOfEach(
  root: string,
  layout: Layout,
): Promise<readonly (StoredBackup | UnusableFolder)[]> {
  const versions = new Set((await foldersIn(layout.versions(''))).filter(isTableName));
  const names = [...new Set([...(await namesIn(root)), ...versions])].filter(isTableName).sort();
  const found = await mapSome(names, async (name) => {
    // Without an older generation nothing can stand in.
    const folder = versions.has(name) ? await folderOf(layout, name) : layout.table(name);
    return readBackupFolder(folder, name);
  });
  return found.flatMap((each) => (each === undefined ? [] : [each]));
}

/** Where the newest generation of a table lies: in its own folder, or where a publishing that was cut off left it. */
export const folderOf = async (layout: Layout, table: string): Promise<string> =>
  (await standIn(layout, table))?.folder ?? layout.table(table);

/** `Store.survey`. */
export async function surveyStore(root: string, layout: Layout): Promise<readonly TableInStore[]> {
  const withVersions = new Set(await foldersIn(layout.versions('')));
  const hasNotes = (await namesIn(layout.verified)).length > 0;
  return mapSome(await newestOfEach(root, layout), async (found) => {
    const older = withVersions.has(found.table) ? await foldersIn(layout.versions(found.table)) : [];
    const count = older.filter((name) => layout.version(found.table, name) !== found.folder).length;
    return { table: found.table, newest: await generationOf(layout, found, hasNotes), versions: count + 1 };
  });
}

/** `Store.generations`. */
export async function generationsOf(layout: Layout, table: string): Promise<readonly Generation[]> {
  const newest = await folderOf(layout, table);
  const older = (await foldersIn(layout.versions(table))).map((name) => layout.version(table, name));
  const [first, ...others] = await mapSome(
    [newest, ...older.filter((folder) => folder !== newest)],
    async (folder) => {
      const found = await readBackupFolderIfThere(folder, table);
      return found && generationOf(layout, found);
    },
  );
  const sorted = others
    .flatMap((each) => (each === undefined ? [] : [each]))
    .sort((a, b) => (b.madeAt?.getTime() ?? 0) - (a.madeAt?.getTime() ?? 0));
  return first === undefined ? sorted : [first, ...sorted];
}

async function readBackupFolderIfThere(
  folder: string,
  table: string,
): Promise<StoredBackup | UnusableFolder | undefined> {
  const isThere = await lstat(folder).then(
    () => true,
    () => false,
  );
  return isThere ? readBackupFolder(folder, table) : undefined;
}

async function generationOf(
  layout: Layout,
  found: StoredBackup | UnusableFolder,
  hasNotes = true,
): Promise<Generation> {
  if (isUnusable(found)) return { found, madeAt: undefined, size: undefined, verified: undefined };
  const size = found.kind === 'manifest' ? found.manifest.archive.size : (await lstat(found.archive)).size;
  const verified = hasNotes ? await readNote(layout, found) : undefined;
  return { found, madeAt: await madeAt(found), size, verified };
}

/** In the order of `values`, some at a time. */
async function mapSome<T, R>(values: readonly T[], work: (value: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < values.length; at = next++) results[at] = await work(values[at] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
