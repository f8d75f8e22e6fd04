import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, removeTree, renameDurably } from '../system/files.js';
import type { Layout } from './layout.js';
import { isUnusable, readBackupFolder } from './read-backup.js';
import { noteOf, readNote } from './remembered.js';
import { foldersIn } from './stand-in.js';
import type { ManifestBackup } from './store.js';

/**
 * Keeps the newest generations by the time in their manifests, the one that was just published and proven among them.
 * Folders without a readable manifest or without their archive are never removed: what cannot be dated cannot be called
 * old. A generation that a verification found damaged takes no good one's place in the count.
 */
export async function dropOldVersions(layout: Layout, table: string, keepVersions: number): Promise<void> {
  const backups: { readonly backup: ManifestBackup; readonly isDamaged: boolean }[] = [];
  for (const name of await foldersIn(layout.versions(table))) {
    const found = await readBackupFolder(layout.version(table, name), table);
    if (found === undefined || isUnusable(found) || found.kind !== 'manifest') continue;
    const note = await readNote(layout, found);
    backups.push({ backup: found, isDamaged: note?.state === 'invalid' });
  }
  let kept = 1;
  for (const { backup, isDamaged } of backups.sort(newestFirst)) {
    if (kept >= keepVersions) await drop(layout, backup);
    else if (!isDamaged) kept += 1;
  }
}

const newestFirst = (
  { backup: a }: { readonly backup: ManifestBackup },
  { backup: b }: { readonly backup: ManifestBackup },
): number => Date.parse(b.manifest.finishedAt) - Date.parse(a.manifest.finishedAt);

/** One rename, then at leisure: whoever is killed while removing must not leave half a backup that looks like one. */
async function drop(layout: Layout, backup: ManifestBackup): Promise<void> {
  await makeDirectory(layout.trash);
  // A table's name and a label with it are together longer than a name may be.
  const trash = join(layout.trash, `${process.pid}_${randomBytes(4).toString('hex')}`);
  await renameDurably(backup.folder, trash);
  await removeTree(trash);
  await rm(await noteOf(layout, backup), { force: true });
}
