import { rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, namesIn, removeTree, renameDurably } from '../system/files.js';
import type { Layout } from './layout.js';
import { foldersIn, standIn } from './stand-in.js';

/**
 * Puts a store right after a run that was cut off. A table whose two renames were cut in the middle has no folder of its
 * own: what stands in for it is put there. Everything else in staging is unfinished and goes, like generations that were
 * being removed.
 */
export async function repairStore(root: string, layout: Layout): Promise<readonly string[]> {
  const done: string[] = [];
  for (const table of await foldersIn(layout.versions(''))) {
    const found = await standIn(layout, table);
    if (found === undefined) continue;
    await renameDurably(found.folder, layout.table(table));
    done.push(
      found.kind === 'finished'
        ? `finished publishing backup ${found.name} of ${table}, which was cut off`
        : `put back backup ${found.name} of ${table}: publishing a newer one was cut off`,
    );
  }
  for (const label of await namesIn(layout.staging)) {
    await removeTree(join(layout.staging, label));
    done.push(`removed what an interrupted run left of ${label}`);
  }
  for (const name of await namesIn(layout.trash)) {
    await removeTree(join(layout.trash, name));
    done.push(`removed the rest of an older generation, ${name}`);
  }
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
