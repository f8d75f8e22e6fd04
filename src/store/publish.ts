import { lstat } from 'node:fs/promises';
import { KnownError, messageOf, type ErrorDetails } from '../errors.js';
import { isLabel } from '../model/label.js';
import { exists, reasonOf, removeTree, renameDurably, syncDirectory } from '../system/files.js';
import { dropOldVersions } from './drop-old-versions.js';
import { README_FILE, type Layout } from './layout.js';
import { wayOutOf, type WayOut } from './make-way.js';
import { noteMove, toldOf } from './moved-away.js';
import { manifestText, readManifest } from './read-backup.js';

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
  const finished = await lstat(directory, { bigint: true });
  let before: WayOut | undefined;
  const told = (): readonly string[] => {
    const sentence = before && toldOf(layout, table, before);
    return sentence === undefined ? [] : [sentence];
  };
  try {
    if (await exists(current)) {
      before = await wayOutOf(layout, table, (await factsIn(current)).label);
      await noteMove(layout, table, before);
      await renameDurably(current, before.path);
    }
    await renameDurably(directory, current);
  } catch (error) {
    if (!(await isSameFolder(current, finished))) throw await putBack(before, current, error);
    // What was there before is not given up while the new one may not last.
    return [
      ...told(),
      `The new backup in ${current} is in its place, but a power cut may undo that: ${reasonOf(error)}`,
    ];
  }
  try {
    if (before?.kind === 'remains') await removeTree(before.path);
    await dropOldVersions(layout, table, keepVersions);
    return told();
  } catch (error) {
    return [...told(), `Older generations of ${table} could not be removed: ${messageOf(error)}`];
  }
}

/** The second rename may be done when it cannot be synced. */
const isSameFolder = (path: string, { dev, ino }: { readonly dev: bigint; readonly ino: bigint }) =>
  lstat(path, { bigint: true }).then(
    (found) => found.dev === dev && found.ino === ino,
    () => false,
  );

/** A full or failing disk can refuse a rename as well: the generation before belongs in its place then. */
async function putBack(before: WayOut | undefined, current: string, cause: unknown): Promise<unknown> {
  if (before === undefined || (await exists(current)) || !(await exists(before.path))) return cause;
  try {
    await renameDurably(before.path, current);
    return cause;
  } catch (error) {
    return new KnownError(
      'files',
      `The new backup could not be put in its place: ${reasonOf(cause)}; nor the one before: ${reasonOf(error)}`,
      { cause, ...whereIs(before, current) },
    );
  }
}

/** What became of what could not go back, and what the next run's `repairStore` does with it. */
function whereIs(
  { kind, path, problem }: WayOut,
  current: string,
): Required<Pick<ErrorDetails, 'changed' | 'hint'>> {
  if (kind === 'remains')
    return {
      changed: `No backup was there before: what was left of one, a ${README_FILE} at most, lies in ${path}.`,
      hint: 'See that the disk is sound and has room, then back up again.',
    };
  if (kind === 'generation' && problem === undefined)
    return { changed: `The backup before lies whole in ${path}.`, hint: 'The next run puts it back.' };
  return {
    changed: `What lay in ${current}, which is no backup${kind === 'generation' ? ' that can be used' : ''}, lies whole in ${path}.`,
    hint: 'The next run puts it back, or a backup of that table where there is one, and says where it lies.',
  };
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
    const value = JSON.parse(await manifestText(folder)) as Record<string, unknown>;
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
