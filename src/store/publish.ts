import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { isLabel } from '../model/label.js';
import { exists, reasonOf, removeTree, renameDurably, syncDirectory } from '../system/files.js';
import { dropOldVersions } from './drop-old-versions.js';
import { MANIFEST_FILE, type Layout } from './layout.js';
import { wayOutOf, type WayOut } from './make-way.js';
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
 * Two renames: the generation before goes to `@versions`, the new one comes in. `repairStore` finishes what a crash between
 * them leaves. The generation before is never written to; what is none makes way as `wayOutOf` says. Gives a sentence for what
 * could not be tidied up, and for what was set aside. Rejects with `refused`, nothing changed, where the generation before is
 * newer than the new one.
 */
export async function publishBackup(publishing: Publishing): Promise<readonly string[]> {
  const { layout, table, directory, keepVersions } = publishing;
  const current = layout.table(table);
  await expectNothingNewer(publishing);
  await syncDirectory(directory);
  let before: WayOut | undefined;
  try {
    if (await exists(current)) {
      before = await wayOutOf(layout, table, (await factsIn(current)).label);
      await renameDurably(current, before.path);
    }
    await renameDurably(directory, current);
  } catch (error) {
    throw await putBack(before?.path, current, error);
  }
  const told =
    before?.kind === 'foreign' ? [`What lay in ${current} was no backup; it lies in ${before.path} now`] : [];
  try {
    if (before?.kind === 'remains') await removeTree(before.path);
    await dropOldVersions(layout, table, keepVersions);
    return told;
  } catch (error) {
    return [...told, `Older generations of ${table} could not be removed: ${messageOf(error)}`];
  }
}

/** A full or failing disk can refuse a rename as well: the generation before belongs in its place then. */
async function putBack(before: string | undefined, current: string, cause: unknown): Promise<unknown> {
  if (before === undefined || (await exists(current)) || !(await exists(before))) return cause;
  try {
    await renameDurably(before, current);
    return cause;
  } catch (error) {
    return new KnownError(
      'files',
      `The new backup could not be put in its place: ${reasonOf(cause)}; nor the one before: ${reasonOf(error)}`,
      { cause, changed: `The backup before lies whole in ${before}.`, hint: 'The next run puts it back.' },
    );
  }
}

/** Two nodes that write to one store, or a clock that went back: what is newer must not become an older generation. */
async function expectNothingNewer({ layout, table, label, directory }: Publishing): Promise<void> {
  const [ours, theirs] = [await factsIn(directory), await factsIn(layout.table(table))];
  if (ours.finishedAt === undefined || theirs.finishedAt === undefined) return;
  if (Date.parse(theirs.finishedAt) <= Date.parse(ours.finishedAt)) return;
  throw new KnownError(
    'refused',
    `Backup ${label} of '${table}', finished ${ours.finishedAt}, is not published over ${theirs.label ?? 'a backup'}, ` +
      `which is newer: finished ${theirs.finishedAt}`,
    {
      changed: 'Nothing was changed in the store.',
      hint: 'Do two nodes write to one store, or was a clock wrong? Give each node a --backup-dir of its own, and set the clocks.',
    },
  );
}

interface Facts {
  readonly label?: string;
  readonly finishedAt?: string;
}

/** Also of a manifest that this version of the tool cannot read, since a newer one wrote it. */
async function factsIn(folder: string): Promise<Facts> {
  const manifest = await readManifest(folder);
  if (typeof manifest !== 'string') return manifest;
  try {
    const value = JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')) as Record<string, unknown>;
    const { label, finishedAt } = value;
    return {
      ...(typeof label === 'string' && isLabel(label) ? { label } : {}),
      ...(typeof finishedAt === 'string' && !Number.isNaN(Date.parse(finishedAt)) ? { finishedAt } : {}),
    };
  } catch {
    // Nothing there, or nothing that tells.
    return {};
  }
}
