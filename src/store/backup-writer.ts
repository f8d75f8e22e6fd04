import { dirname, join } from 'node:path';
import { KnownError } from '../errors.js';
import { parseManifest, renderManifest } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';
import { digestFile } from '../system/digests.js';
import { exists, makeDirectory, reasonOf, removeIfEmpty, removeTree, writeDurably } from '../system/files.js';
import { packArchive, type Reuse } from './archive/pack.js';
import { pacedAt, unpaced } from './archive/pace.js';
import { archiveFile, MANIFEST_FILE, type Layout } from './layout.js';
import { forgetMove } from './moved-away.js';
import { NOTHING_STORED } from './nothing-stored.js';
import { publishBackup } from './publish.js';
import type { BackupWriter, ReuseSource } from './store.js';
import { storing } from './storing.js';

/** How archives are made and read. */
export interface ArchiveEffort {
  /** How many blocks are compressed or decompressed side by side. */
  readonly jobs: number;
  /** 1 to 9. */
  readonly level: number;
  /** How fast a snapshot is read at most; null for as fast as it goes. */
  readonly bytesPerSecond: number | null;
}

export interface BeginOptions {
  readonly layout: Layout;
  readonly table: TableName;
  readonly label: string;
  readonly keepVersions: number;
  readonly effort: ArchiveEffort;
  readonly signal: AbortSignal;
}

export async function beginBackup({
  layout,
  table,
  label,
  keepVersions,
  effort,
  signal,
}: BeginOptions): Promise<BackupWriter> {
  const directory = layout.stagingOf(label, table);
  await storing(`The backup of '${table}' cannot be begun in ${directory}`, async () => {
    if ((await exists(directory)) || (await exists(layout.version(table, label)))) {
      throw new KnownError('files', `The label ${label} of table '${table}' is taken`, {
        changed: NOTHING_STORED,
        hint: 'Run the backup again: it finds a free one.',
      });
    }
    await makeDirectory(directory);
  });
  const archivePath = join(directory, archiveFile(table));

  return {
    directory,
    destination: layout.table(table),

    async writeFile(name, text) {
      const path = join(directory, name);
      return storing(`${path} cannot be written`, async () => {
        await writeDurably(path, text);
        const { size, sha256 } = await digestFile(path);
        return { name, size, sha256 };
      });
    },

    async archive({ directory: source, files, reuse, onProgress }) {
      const total = files.reduce((sum, { size }) => sum + size, 0);
      const { jobs, level, bytesPerSecond } = effort;
      const packed = await packArchive({
        directory: source,
        files,
        archive: archivePath,
        jobs,
        level,
        pace: bytesPerSecond === null ? unpaced : pacedAt(bytesPerSecond),
        ...(reuse ? { reuse: reuseOf(reuse) } : {}),
        signal,
        onBytes: (bytes) => {
          onProgress(bytes, total);
        },
      }).catch((error: unknown) => {
        if (error instanceof KnownError || signal.aborted) throw error;
        // The documented words.
        throw new KnownError('files', `Failed to create backup archive: ${reasonOf(error)}`, {
          cause: error,
          changed: NOTHING_STORED,
          hint: 'See that --backup-dir has room and can be written, and that the snapshot can be read; then back up again.',
        });
      });
      return { name: archiveFile(table), ...packed };
    },

    async publish(manifest) {
      const text = renderManifest(manifest);
      // What nobody could read again is no backup, and this is the last moment to notice.
      parseManifest(text);
      const warnings = await storing(`Backup ${label} of '${table}' cannot be published`, async () => {
        await writeDurably(join(directory, MANIFEST_FILE), text);
        return publishBackup({ layout, table, label, directory, keepVersions });
      });
      const untidy = await removeIfEmpty(dirname(directory)).then(
        () => [],
        (error: unknown) => [`${dirname(directory)} could not be removed: ${reasonOf(error)}`],
      );
      return [...warnings, ...untidy];
    },

    async abandon() {
      await removeTree(directory);
      await removeIfEmpty(dirname(directory));
      // By now it was told of.
      await forgetMove(layout);
    },
  };
}

/** It may be pruned or renamed as soon as the new one is published; by then nothing is read from it any more. */
const reuseOf = ({ baseline, parts, onDamaged }: ReuseSource): Reuse => ({
  archive: baseline.archive,
  entries: parts,
  onDamaged,
});
