import { chmod, chown } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { groupSSTables, parseComponentName } from '../model/sstable.js';
import { formatSize } from '../model/size.js';
import { onlyInManifest, proveSSTables } from '../store/prove-sstables.js';
import type { StoredBackup } from '../store/store.js';
import { namesIn, removeIfEmpty, removeTree } from '../system/files.js';
import { makeWorkDirectory } from './work-directory.js';
import type { LoadStep } from './plan.js';
import { damagedBackup, proveCopy } from './prove-source.js';
import type { RestoreTools } from './tools.js';

/** Files that wait to be loaded, every one of them proven. */
export interface Staged {
  readonly directory: string;
  /** SSTable components only: the server's own notes are not for loading. */
  readonly names: readonly string[];
  readonly sstables: number;
  /** A safety copy: its files share their inodes with the server's. They are never changed, and not removed after a load. */
  readonly isCopy: boolean;
}

export const STAGING = 'staging';

/** Files that an earlier run has staged for a job, proven by it; rejects with `damaged` when one of them is gone. */
export async function stagedBefore(directory: string, expected: readonly string[]): Promise<Staged> {
  const names = (await namesIn(directory)).filter((name) => parseComponentName(name) !== undefined);
  const missing = expected.filter((name) => parseComponentName(name) !== undefined && !names.includes(name));
  if (missing.length > 0)
    throw new KnownError(
      'damaged',
      `${directory} is not whole any more: ${missing.slice(0, 3).join(', ')} missing`,
    );
  return { directory, names, sstables: groupSSTables(names).length, isCopy: false };
}

/** The files of a step's source, every one of them proven, ready to be loaded. */
export async function stageFiles(step: LoadStep, runId: string, tools: RestoreTools): Promise<Staged> {
  const { source } = step;
  return source.kind === 'backup'
    ? stageBackup(step.name, source.backup, runId, tools)
    : proveCopy(step.name, source.copy.staged, tools);
}

const stagingOf = async (
  name: string,
  runId: string,
  { engine }: Pick<RestoreTools, 'engine'>,
): Promise<string> => join(await engine.workDirectory(), STAGING, runId, name);

/** What a run of this job that was cut off while it unpacked has left. */
export async function clearStaging(
  { name }: Pick<LoadStep, 'name'>,
  runId: string,
  tools: RestoreTools,
): Promise<void> {
  await removeStaged({ directory: await stagingOf(name, runId, tools), isCopy: false }, tools);
}

/**
 * Unpacks a backup into the work directory, on the data file system, and proves every byte before anything is touched.
 * Rejects with `damaged`; nothing is left behind then. Whether there is room was asked before.
 */
async function stageBackup(
  name: string,
  backup: StoredBackup,
  runId: string,
  tools: RestoreTools,
): Promise<Staged> {
  const { store, report } = tools;
  const directory = await stagingOf(name, runId, tools);
  // What a run that was cut off here has left is not proven.
  await removeTree(directory);
  await makeWorkDirectory(directory);
  try {
    const unpacked = await report.step(`Unpack and prove the backup of ${name}`, () =>
      store.unpack(backup, directory, (done, total) => {
        report.progress(`Unpack ${name}`, done, total);
      }),
    );
    const proof = await proveSSTables(directory, new Map(unpacked.map((file) => [file.name, file])));
    if (proof.problems.length > 0) throw damagedBackup(name, proof.problems);
    for (const sstable of proof.unproven) report.warn(`${name}: SSTable ${sstable} has no digest: unproven`);
    const bytes = unpacked.reduce((sum, { size }) => sum + size, 0);
    const proven =
      backup.kind === 'manifest'
        ? 'every byte as recorded'
        : 'no manifest, so only digests and TOC were checked';
    report.info(
      `Backup of ${name} proven: ${unpacked.length} files, ${proof.sstables} SSTables, ${formatSize(bytes)}, ${proven}`,
    );
    const names = unpacked.map((file) => file.name).filter((file) => parseComponentName(file) !== undefined);
    const unchecked = backup.kind === 'manifest' ? [] : onlyInManifest(names);
    if (unchecked.length > 0)
      report.warn(
        `The backup of ${name} has no manifest: nobody could check whether the bytes of its ${unchecked.join(', ')} are right`,
      );
    return { directory, names, sstables: proof.sstables, isCopy: false };
  } catch (error) {
    await removeStaged({ directory, isCopy: false }, tools);
    throw error;
  }
}

/** Gives staged files to the server: it refuses what is not its own (behaviour.md N571). Never for files of a snapshot. */
export async function giveToServer(
  staged: Staged,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  // They are the server's own already.
  if (staged.isCopy) return;
  for (const name of staged.names) {
    const path = join(staged.directory, name);
    await chown(path, owner.uid, owner.gid).catch((error: unknown) => {
      throw new KnownError(
        'files',
        `${path} cannot be given to the server's user ${owner.uid}: Operation not permitted`,
        {
          cause: error,
          hint: 'A restore needs root rights: sudo alternator-backup …',
        },
      );
    });
    await chmod(path, 0o640);
  }
}

/** Staged files are copies: that they cannot be removed takes nothing away from what was done. A safety copy stays. */
export async function removeStaged(
  { directory, isCopy }: Pick<Staged, 'directory' | 'isCopy'>,
  { report }: Pick<RestoreTools, 'report'>,
): Promise<void> {
  if (isCopy) return;
  try {
    await removeTree(directory);
    await removeIfEmpty(dirname(directory));
  } catch (error) {
    report.warn(`${directory} could not be removed: ${messageOf(error)}`);
  }
}
