import { lstat, readdir } from 'node:fs/promises';
import { KnownError } from '../errors.js';
import { errorCode, exists, reasonOf } from '../system/files.js';
import type { Layout } from './layout.js';
import { isUnusable, readBackupFolder, readManifest } from './read-backup.js';
import type { StoredBackup, UnusableFolder } from './store.js';

/** What belongs in the place of a table that has no folder of its own. */
export interface StandIn {
  /** `finished`: a new generation that only had to be renamed. `older`: the newest of those before. */
  readonly kind: 'finished' | 'older';
  /** Its label, or the name of its folder. */
  readonly name: string;
  readonly folder: string;
}

/**
 * Publishing is two renames, and between them a table has no folder: the finished new generation belongs there, or else
 * the newest older one that can be used. Undefined where the table has its folder, or nothing to put there.
 */
export async function standIn(layout: Layout, table: string): Promise<StandIn | undefined> {
  // What cannot be looked at is told by whoever reads it.
  if (await exists(layout.table(table)).catch(() => true)) return undefined;
  const older = await newestVersion(layout, table);
  // A table's first backup is not there before its rename.
  if (older === undefined) return undefined;
  for (const label of await foldersIn(layout.staging)) {
    const folder = layout.stagingOf(label, table);
    if (await isFinished(folder, table)) return { kind: 'finished', name: label, folder };
  }
  return { kind: 'older', name: older, folder: layout.version(table, older) };
}

async function isFinished(folder: string, table: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  return typeof manifest !== 'string' && manifest.table.name === table;
}

/** One that can be used goes before one that cannot, a later one before an earlier one. */
async function newestVersion(layout: Layout, table: string): Promise<string | undefined> {
  const found = await Promise.all(
    (await foldersIn(layout.versions(table))).map(async (name) => {
      const folder = layout.version(table, name);
      const backup = await readBackupFolder(folder, table);
      const usable = backup !== undefined && !isUnusable(backup);
      return { name, usable, madeAt: (await madeAt(backup))?.getTime() ?? 0 };
    }),
  );
  const [newest] = found.sort((a, b) => Number(b.usable) - Number(a.usable) || b.madeAt - a.madeAt);
  return newest?.name;
}

/** When a backup was finished, by its manifest, or by its archive where it has none. */
export async function madeAt(found: StoredBackup | UnusableFolder | undefined): Promise<Date | undefined> {
  if (found === undefined || isUnusable(found)) return undefined;
  if (found.kind === 'manifest') return new Date(found.manifest.finishedAt);
  return (await lstat(found.archive)).mtime;
}

/** The names of the folders in a directory, sorted; none where it is none. What else lies there is not ours. */
export async function foldersIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw new KnownError('files', `${directory} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      hint: 'Run as the user who made the backups (mostly root), or pass another --backup-dir.',
    });
  }
}
