import { lstat } from 'node:fs/promises';
import { KnownError } from '../errors.js';
import { isTableName, type TableName } from '../model/table-name.js';
import { exists, namesIn } from '../system/files.js';
import type { Layout } from './layout.js';
import { expectBackup, isUnusable, labelsWritten, readBackupFolder } from './read-backup.js';
import { readNote } from './remembered.js';
import { foldersIn, madeAt, standIn } from './stand-in.js';
import { steadily } from './steadily.js';
import type { Generation, StoredBackup, TableInStore, UnusableFolder } from './store.js';

/** How many folders are looked at side by side: reading is waiting, mostly. */
const AT_ONCE = 32;

/** The newest of each table in the store, those included whose publishing was cut off or is under way. */
export async function newestOfEach(
  root: string,
  layout: Layout,
): Promise<readonly (StoredBackup | UnusableFolder)[]> {
  const found = await mapSome(await tablesIn(root, layout), (table) =>
    steadily(layout.table(table), () => newestOf(layout, table)).catch(unreadable(layout, table)),
  );
  return found.flatMap((each) => (each === undefined ? [] : [each]));
}

/** In this order: a table that is between its two renames has an older generation already. */
async function tablesIn(root: string, layout: Layout): Promise<readonly string[]> {
  const inRoot = await namesIn(root);
  return [...new Set([...inRoot, ...(await foldersIn(layout.versions('')))])].filter(isTableName).sort();
}

/** Where the newest generation of a table lies: in its own folder, or where a publishing that was cut off left it. */
const folderOf = async (layout: Layout, table: string): Promise<string> =>
  (await standIn(layout, table))?.folder ?? layout.table(table);

/** Undefined where there is nothing, or a folder that never was a backup. Only what `steadily` looks at can be believed. */
async function newestOf(layout: Layout, table: string): Promise<StoredBackup | UnusableFolder | undefined> {
  const folder = await folderOf(layout, table);
  const found = await readIfThere(folder, table);
  if (found !== undefined || (await foldersIn(layout.versions(table))).length === 0) return found;
  // Where older generations are a newest one was.
  return (await exists(folder)) ? { table, folder, problem: 'nothing in it is a backup' } : undefined;
}

/** `Store.find`. */
export const findBackup = (layout: Layout, table: TableName, label?: string): Promise<StoredBackup> =>
  steadily(layout.table(table), async () => {
    const newest = await newestOf(layout, table);
    if (label === undefined || (newest && (await isOfLabel(newest, label))))
      return expectBackup(newest, newest?.folder ?? layout.table(table));
    const folder = layout.version(table, label);
    const found = await steadily(folder, () => readIfThere(folder, table));
    // It may be the one that nobody could read.
    if (!found && newest && isUnusable(newest) && newest.cause) throw newest.cause;
    return expectBackup(found, folder);
  });

/** Of one that cannot be used as well, as far as what is left of its manifest says. */
async function isOfLabel(found: StoredBackup | UnusableFolder, label: string): Promise<boolean> {
  if (!isUnusable(found)) return found.kind === 'manifest' && found.label === label;
  return (await labelsWritten(found.folder)).includes(label);
}

/** `Store.survey`. */
export async function surveyStore(root: string, layout: Layout): Promise<readonly TableInStore[]> {
  const hasNotes = await namesIn(layout.verified).then(
    (names) => names.length > 0,
    () => true,
  );
  const tables = await mapSome(await tablesIn(root, layout), (table) =>
    steadily(layout.table(table), async () => {
      const found = await newestOf(layout, table);
      if (found === undefined) return [];
      const older = await foldersIn(layout.versions(table));
      const count = older.filter((name) => layout.version(table, name) !== found.folder).length;
      return [{ table, newest: await generationOf(layout, found, hasNotes), versions: count + 1 }];
    }).catch(async (error: unknown) => {
      const found = unreadable(layout, table)(error);
      return [{ table, newest: await generationOf(layout, found), versions: 1 }];
    }),
  );
  return tables.flat();
}

/** One table that cannot be read keeps nobody from seeing the others. */
const unreadable =
  (layout: Layout, table: string) =>
  (error: unknown): UnusableFolder => {
    if (!(error instanceof KnownError) || error.kind !== 'files') throw error;
    return { table, folder: layout.table(table), problem: error.message, cause: error };
  };

/** `Store.generations`. */
export const generationsOf = (layout: Layout, table: string): Promise<readonly Generation[]> =>
  steadily(layout.table(table), async () => {
    const newest = await newestOf(layout, table);
    const older = (await foldersIn(layout.versions(table))).map((name) => layout.version(table, name));
    const others = await mapSome(
      older.filter((folder) => folder !== newest?.folder),
      (folder) =>
        steadily(folder, async () => {
          const found = await readIfThere(folder, table);
          return found === undefined ? [] : [await generationOf(layout, found)];
        }),
    );
    const sorted = others.flat().sort((a, b) => (b.madeAt?.getTime() ?? 0) - (a.madeAt?.getTime() ?? 0));
    return newest === undefined ? sorted : [await generationOf(layout, newest), ...sorted];
  });

/** What is not there is none. */
const readIfThere = (folder: string, table: string): Promise<StoredBackup | UnusableFolder | undefined> =>
  readBackupFolder(folder, table).catch((error: unknown) => {
    if (error instanceof KnownError && error.kind === 'missing') return undefined;
    throw error;
  });

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
