import { dirname, join } from 'node:path';
import { KnownError } from '../errors.js';
import { parseManifest, renderManifest, type ArchiveEntry } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';
import { digestFile } from '../system/digests.js';
import { exists, makeDirectory, reasonOf, removeIfEmpty, removeTree, writeDurably } from '../system/files.js';
import { differences } from './archive/compare.js';
import { packArchive } from './archive/pack.js';
import { readArchive } from './archive/read.js';
import { archiveFile, MANIFEST_FILE, type Layout } from './layout.js';
import { publishBackup } from './publish.js';
import type { BackupWriter, SourceFile } from './store.js';

export interface BeginOptions {
  readonly layout: Layout;
  readonly table: TableName;
  readonly label: string;
  readonly keepVersions: number;
  readonly signal: AbortSignal;
}

export async function beginBackup({
  layout,
  table,
  label,
  keepVersions,
  signal,
}: BeginOptions): Promise<BackupWriter> {
  const directory = layout.stagingOf(label, table);
  if ((await exists(directory)) || (await exists(layout.version(table, label)))) {
    throw new KnownError('files', `The label ${label} of table '${table}' is taken`);
  }
  await makeDirectory(directory);
  const archivePath = join(directory, archiveFile(table));

  return {
    directory,
    destination: layout.table(table),

    async writeFile(name, text) {
      const path = join(directory, name);
      await writeDurably(path, text);
      const { size, sha256 } = await digestFile(path);
      return { name, size, sha256 };
    },

    async archive({ directory: source, files, onProgress }) {
      const total = files.reduce((sum, { size }) => sum + size, 0);
      const packed = await packArchive({
        directory: source,
        names: files.map(({ name }) => name),
        archive: archivePath,
        signal,
        onBytes: (bytes) => {
          onProgress(bytes, total);
        },
      }).catch((error: unknown) => {
        if (error instanceof KnownError || signal.aborted) throw error;
        // The documented words.
        throw new KnownError('files', `Failed to create backup archive: ${reasonOf(error)}`, {
          cause: error,
        });
      });
      await proveArchive(archivePath, files, signal);
      const { size, sha256 } = packed;
      return { name: archiveFile(table), size, sha256, entries: files.map(entryOf) };
    },

    async publish(manifest) {
      const text = renderManifest(manifest);
      // What nobody could read again is no backup, and this is the last moment to notice.
      parseManifest(text);
      await writeDurably(join(directory, MANIFEST_FILE), text);
      const warnings = await publishBackup({ layout, table, label, directory, keepVersions });
      const untidy = await removeIfEmpty(dirname(directory)).then(
        () => [],
        (error: unknown) => [`${dirname(directory)} could not be removed: ${reasonOf(error)}`],
      );
      return [...warnings, ...untidy];
    },

    async abandon() {
      await removeTree(directory);
      await removeIfEmpty(dirname(directory));
    },
  };
}

/** A disk that wrote other bytes than it was given must be found out now, while the snapshot is still there. */
async function proveArchive(
  archive: string,
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<void> {
  const found = await readArchive({ archive, signal });
  const expected = files.map(({ name, digests: { size, sha256 } }) => ({ name, size, sha256 }));
  const wrong = differences(expected, found);
  if (wrong.length === 0) return;
  throw new KnownError(
    'damaged',
    `The archive that was just written is not what was read: ${wrong.join('; ')}`,
    {
      hint: 'Is the disk of --backup-dir sound?',
    },
  );
}

const entryOf = ({ name, size, mtimeMs, digests, digest }: SourceFile): ArchiveEntry => ({
  name,
  size,
  sha256: digests.sha256,
  mtimeMs,
  digest,
  segment: null,
});
