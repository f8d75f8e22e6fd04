import { chmod, chown, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { parseComponentName } from '../model/sstable.js';
import { formatSize } from '../model/size.js';
import { proveSSTables } from '../store/prove-sstables.js';
import type { StoredBackup } from '../store/store.js';
import { removeIfEmpty, removeTree } from '../system/files.js';
import { makeWorkDirectory } from './work-directory.js';
import { expectRoom } from '../system/room.js';
import type { LoadStep, RestorePlan } from './plan.js';
import type { RestoreTools } from './tools.js';

/** Files that wait to be loaded, every one of them proven. */
export interface Staged {
  readonly directory: string;
  /** SSTable components only: the server's own notes are not for loading. */
  readonly names: readonly string[];
  readonly sstables: number;
}

/**
 * Unpacks a backup into the work directory, on the data file system, and proves every byte before anything is touched.
 * Rejects with `damaged`, and with `files` where there is no room; nothing is left behind then.
 */
export async function stageBackup(step: LoadStep, plan: RestorePlan, tools: RestoreTools): Promise<Staged> {
  const { engine, store, report } = tools;
  const work = await engine.workDirectory();
  const directory = join(work, 'staging', plan.runId, step.name);
  await makeWorkDirectory(directory);
  try {
    await expectRoom(directory, await bytesUnpacked(step.backup), `unpacking the backup of ${step.name}`);
    const unpacked = await report.step(`Unpack and prove the backup of ${step.name}`, () =>
      store.unpack(step.backup, directory, (done, total) => {
        report.progress(`Unpack ${step.name}`, done, total);
      }),
    );
    const proof = await proveSSTables(directory, new Map(unpacked.map((file) => [file.name, file])));
    if (proof.problems.length > 0) {
      throw new KnownError(
        'damaged',
        `The backup of '${step.name}' is damaged: ${proof.problems.join('; ')}`,
        {
          changed: 'The table was not touched.',
          hint: 'Restore an older generation with --from LABEL.',
        },
      );
    }
    for (const sstable of proof.unproven)
      report.warn(`${step.name}: SSTable ${sstable} has no digest: unproven`);
    const bytes = unpacked.reduce((sum, { size }) => sum + size, 0);
    const proven =
      step.backup.kind === 'manifest'
        ? 'every byte as recorded'
        : 'no manifest, so only digests and TOC were checked';
    report.info(
      `Backup of ${step.name} proven: ${unpacked.length} files, ${proof.sstables} SSTables, ${formatSize(bytes)}, ${proven}`,
    );
    const names = unpacked.map(({ name }) => name).filter((name) => parseComponentName(name) !== undefined);
    return { directory, names, sstables: proof.sstables };
  } catch (error) {
    await removeStaged({ directory }, tools);
    throw error;
  }
}

/** Without a manifest nobody knows; twice the archive is what the documented guide reckons. */
const bytesUnpacked = async (backup: StoredBackup): Promise<number> =>
  backup.kind === 'manifest' ? backup.manifest.totals.bytes : 2 * (await lstat(backup.archive)).size;

/** Gives staged files to the server: it refuses what is not its own (behaviour.md N571). Never for files of a snapshot. */
export async function giveToServer(
  staged: Staged,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
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

/** Staged files are copies: that they cannot be removed takes nothing away from what was done. */
export async function removeStaged(
  { directory }: Pick<Staged, 'directory'>,
  { report }: RestoreTools,
): Promise<void> {
  try {
    await removeTree(directory);
    await removeIfEmpty(dirname(directory));
  } catch (error) {
    report.warn(`${directory} could not be removed: ${messageOf(error)}`);
  }
}
