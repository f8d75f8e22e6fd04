import { lstat, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { codeOf, entriesOf, exists } from '../system-errors.js';

const TABLE_DIRECTORY = /^(.+)-[0-9a-f]{32}$/;
const BYTES_PER_BLOCK = 512;
const OWN_FILES = new Set(['manifest.json', 'schema.cql']);

/** One snapshot of one table on disk, also of a dropped one. Names as Cassandra stores them. */
export interface SnapshotOnDisk {
  readonly keyspace: string;
  readonly table: string;
  readonly tableDirectory: string;
  readonly tag: string;
}

/** Every snapshot below a data directory; only the first level below `snapshots/` counts, as on a real node. */
export async function snapshotsOnDisk(dataDirectory: string): Promise<SnapshotOnDisk[]> {
  const found: SnapshotOnDisk[] = [];
  for (const keyspace of await entriesOf(dataDirectory)) {
    for (const name of await entriesOf(join(dataDirectory, keyspace))) {
      const table = TABLE_DIRECTORY.exec(name)?.[1];
      if (table === undefined) continue;
      const tableDirectory = join(dataDirectory, keyspace, name);
      const tags = await entriesOf(join(tableDirectory, 'snapshots'));
      found.push(...tags.map((tag) => ({ keyspace, table, tableDirectory, tag })));
    }
  }
  return found;
}

export interface SnapshotSize {
  /** Bytes on disk of the SSTable files. */
  readonly total: number;
  /** Of these, what nothing but the snapshot keeps. */
  readonly live: number;
}

export async function snapshotSize({ tableDirectory, tag }: SnapshotOnDisk): Promise<SnapshotSize> {
  let total = 0;
  let live = 0;
  const folder = join(tableDirectory, 'snapshots', tag);
  for (const name of await entriesOf(folder)) {
    const file = await lstat(join(folder, name));
    if (!file.isFile() || OWN_FILES.has(name)) continue;
    const bytes = file.blocks * BYTES_PER_BLOCK;
    total += bytes;
    if (!(await exists(join(tableDirectory, name)))) live += bytes;
  }
  return { total, live };
}

/**
 * Removes the snapshots of these table directories, all or the one with this tag. The directory of a dropped table goes
 * with its last snapshot. A tag that leads out of `snapshots/` clears nothing.
 */
export async function clearSnapshots(
  tables: readonly { readonly tableDirectory: string; readonly isDropped: boolean }[],
  tag: string | undefined,
): Promise<void> {
  for (const { tableDirectory, isDropped } of tables) {
    const snapshots = join(tableDirectory, 'snapshots');
    const folder = tag === undefined ? snapshots : resolve(snapshots, tag);
    if (tag !== undefined && !folder.startsWith(`${snapshots}/`)) continue;
    await rm(folder, { recursive: true, force: true });
    if (isDropped && (await entriesOf(snapshots)).length === 0) {
      await rm(snapshots, { recursive: true, force: true });
      await rmdir(tableDirectory).catch((error: unknown) => {
        // Something else is in there, or somebody was quicker.
        if (!['ENOTEMPTY', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
      });
    }
  }
}

/** Table directories of a keyspace, or of all, with the table's name. */
export async function tableDirectories(
  dataDirectory: string,
  keyspaces: readonly string[],
): Promise<{ readonly keyspace: string; readonly table: string; readonly tableDirectory: string }[]> {
  const found = [];
  for (const keyspace of keyspaces.length === 0 ? await entriesOf(dataDirectory) : keyspaces) {
    for (const name of await entriesOf(join(dataDirectory, keyspace))) {
      const table = TABLE_DIRECTORY.exec(name)?.[1];
      if (table !== undefined)
        found.push({ keyspace, table, tableDirectory: join(dataDirectory, keyspace, name) });
    }
  }
  return found;
}
