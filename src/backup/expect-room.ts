import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { estimateArchive } from '../model/archive-estimate.js';
import type { Manifest } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';
import type { Store } from '../store/store.js';
import { expectRoom } from '../system/room.js';
import { isFrozen, type Frozen } from './freeze.js';

/**
 * Rejects with `files`, naming both figures, when the store has less room than the archives of all these snapshots will
 * take: each as much smaller than its files as the last backup of that table was, and a reserve. Nothing was stored then.
 */
export async function expectRoomForAll({ tables }: Frozen, store: Store): Promise<void> {
  let bytes = 0;
  for (const table of tables.values()) {
    if (!isFrozen(table)) continue;
    const { directory, files } = table.snapshot;
    bytes += await estimateFor(table.record.name, await sizeOf(directory, files), store);
  }
  const what = tables.size === 1 ? `the backup of ${[...tables.keys()].join()}` : `${tables.size} backups`;
  await expectRoom(store.root, bytes, what);
}

/** The same for one table, whose snapshot has this many bytes. */
export async function roomForBackup(table: TableName, bytes: number, store: Store): Promise<void> {
  await expectRoom(store.root, await estimateFor(table, bytes, store), `the backup of ${table}`);
}

async function estimateFor(table: TableName, bytes: number, store: Store): Promise<number> {
  return estimateArchive(bytes, await lastManifest(table, store));
}

/** Undefined where there is none, or none that can be read: then nobody has measured. */
async function lastManifest(table: TableName, store: Store): Promise<Manifest | undefined> {
  try {
    const backup = await store.find(table);
    return backup.kind === 'manifest' ? backup.manifest : undefined;
  } catch (error) {
    if (error instanceof KnownError) return undefined;
    throw error;
  }
}

/** A file that cannot be looked at fails its own table, later on. */
async function sizeOf(directory: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    files.map((name) =>
      lstat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
