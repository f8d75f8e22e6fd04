import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { localDate } from '../model/label.js';
import type { Manifest } from '../model/manifest.js';
import { exists, makeDirectory, namesIn, removeTree, renameDurably, syncDirectory } from '../system/files.js';
import type { Layout } from './layout.js';
import { readManifest } from './read-backup.js';

export interface Publishing {
  readonly layout: Layout;
  readonly table: string;
  readonly label: string;
  /** The finished backup, its manifest written. */
  readonly directory: string;
  readonly keepVersions: number;
}

/**
 * Two renames: the generation before goes to `@versions`, the new one comes in. `repairStore` finishes what a crash
 * between them leaves. The generation before is never written to. Gives a sentence for what could not be tidied up.
 */
export async function publishBackup({
  layout,
  table,
  directory,
  keepVersions,
}: Publishing): Promise<readonly string[]> {
  await syncDirectory(directory);
  const current = layout.table(table);
  if (await exists(current)) {
    await makeDirectory(layout.versions(table));
    await renameDurably(current, layout.version(table, await freeVersionName(layout, table)));
  }
  await renameDurably(directory, current);
  try {
    await dropOldVersions(layout, table, keepVersions);
    return [];
  } catch (error) {
    return [`Older generations of ${table} could not be removed: ${messageOf(error)}`];
  }
}

/** The label of the present generation; one without a manifest is named after its day. */
async function freeVersionName(layout: Layout, table: string): Promise<string> {
  const folder = layout.table(table);
  const manifest = await readManifest(folder);
  const name =
    typeof manifest === 'string' ? `documented_${localDate((await lstat(folder)).mtime)}` : manifest.label;
  let free = name;
  for (let round = 1; await exists(layout.version(table, free)); round += 1) free = `${name}_r${round}`;
  return free;
}

/**
 * Keeps the newest generations by the time in their manifests. Folders without a readable manifest are never removed: what
 * cannot be dated cannot be called old.
 */
async function dropOldVersions(layout: Layout, table: string, keepVersions: number): Promise<void> {
  const dated: { readonly path: string; readonly finishedAt: string }[] = [];
  for (const name of await namesIn(layout.versions(table))) {
    const path = layout.version(table, name);
    const manifest: Manifest | string = await readManifest(path);
    if (typeof manifest !== 'string') dated.push({ path, finishedAt: manifest.finishedAt });
  }
  // The newest generation of all is the one that was just published.
  const old = dated
    .sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1))
    .slice(Math.max(keepVersions - 1, 0));
  for (const { path } of old) await removeTree(path);
}

/** Where a new generation of this table would have come from, had the run not been cut off. */
export async function finishedStaging(
  layout: Layout,
  label: string,
  table: string,
): Promise<string | undefined> {
  const directory = join(layout.staging, label, table);
  const manifest = await readManifest(directory);
  return typeof manifest !== 'string' && manifest.table.name === table ? directory : undefined;
}
