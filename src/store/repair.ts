import { rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { errorCode, namesIn, removeTree, renameDurably } from '../system/files.js';
import { clearStaging, clearTrash, expectOwnFolders } from './clear-left-work.js';
import type { Layout } from './layout.js';
import { settleMove } from './moved-away.js';
import { foldersIn, standIn } from './stand-in.js';

/**
 * Puts a store right after a run that was cut off. A table whose two renames were cut in the middle has no folder of its
 * own: what stands in for it is put there. Every other backup in staging is unfinished and goes, like generations that were
 * being removed. Rejects with `files` where the disk refuses, or where somebody's own may lie in the place of what would go.
 */
export async function repairStore(root: string, layout: Layout): Promise<readonly string[]> {
  await expectOwnFolders(layout);
  const done: string[] = [];
  const unreadable = new Set<string>();
  for (const table of await foldersIn(layout.versions(''))) {
    const found = await standIn(layout, table).catch((error: unknown) => {
      if (!(error instanceof KnownError) || error.kind !== 'files') throw error;
      // Told by whoever reads this table; what is staged of it may be what belongs in its place.
      unreadable.add(table);
      return undefined;
    });
    if (found === undefined) continue;
    await renameDurably(found.folder, layout.table(table));
    done.push(
      found.kind === 'finished'
        ? `finished publishing backup ${found.name} of ${table}, which was cut off`
        : `put back backup ${found.name} of ${table}: publishing a newer one was cut off`,
    );
  }
  const moved = await settleMove(layout, unreadable);
  if (moved !== undefined) done.push(moved);
  done.push(...(await clearStaging(layout, unreadable)), ...(await clearTrash(layout)));
  await removeProbes(root);
  for (const directory of [layout.state, layout.snapshots, layout.verified])
    await removeLeftTemporaries(directory);
  return done;
}

/** What `prepare` makes for a moment to see whether it may. */
async function removeProbes(root: string): Promise<void> {
  for (const name of await namesIn(root)) {
    if (!/^@probe-\d+$/.test(name)) continue;
    await rmdir(join(root, name)).catch((error: unknown) => {
      if (!['ENOENT', 'ENOTEMPTY', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
    });
  }
}

/** A verification that writes without a lock has a file of its own for a moment, never for an hour. */
const LEFT_MS = 60 * 60_000;

async function removeLeftTemporaries(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (!/^\..+\.\d+\.tmp$/.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found && Date.now() - found.mtimeMs > LEFT_MS) await removeTree(path);
  }
}
